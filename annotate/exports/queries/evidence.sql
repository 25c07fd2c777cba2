-- One row per observation that the labelling read about a solution of a chunk [$start, $end).
SELECT
  solution_id, step_index, scope, source_kind, source, outcome, successes, trials, score, reason,
  certificate, backend, tokens
FROM evidence
WHERE
  list_contains($gathering_ids, gathering_id)
  AND solution_id >= $start AND ($end IS NULL OR solution_id < $end)
ORDER BY
  solution_id, step_index NULLS LAST, source_kind, source, gathering_id, prefix_id, ordinal
