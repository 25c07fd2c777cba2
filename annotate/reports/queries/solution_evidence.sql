-- One row per observation about a solution, its steps or its prefixes.
SELECT
  step_index, scope, source_kind, source, ordinal, outcome, successes, trials, score, reason,
  certificate, backend, tokens
FROM evidence
WHERE solution_id = $solution_id
ORDER BY step_index NULLS LAST, source_kind, source, gathering_id, prefix_id, ordinal
