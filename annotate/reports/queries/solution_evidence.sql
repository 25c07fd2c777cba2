-- One row per observation about a solution, its steps or its prefixes, and one per policy for the
-- bare problem and for each prefix that another solution shares. $prefix_ids: [n_steps - 1].
-- Rows about one prefix by one policy hold the same rollouts: the one with most of them stands. Of
-- several gatherings in which a source says the same, one stands.
SELECT
  coalesce(
    CASE WHEN solution_id = $solution_id THEN step_index END,
    nullif(list_position($prefix_ids::VARCHAR[], prefix_id), 0) - 1
  ) AS step_index,
  scope, source_kind, source, ordinal, outcome, successes, trials, score, reason,
  certificate, backend, tokens,
  coalesce(solution_id <> $solution_id, false) AS is_shared
FROM evidence
WHERE
  problem_id = $problem_id
  AND (
    solution_id = $solution_id
    OR (
      source_kind = 'ROLLOUTS'
      AND (prefix_id = $root_id OR list_contains($prefix_ids::VARCHAR[], prefix_id))
    )
  )
QUALIFY
  row_number() OVER (
    PARTITION BY
      source_kind, source, prefix_id,
      CASE
        WHEN prefix_id IS NULL OR source_kind <> 'ROLLOUTS'
        THEN struct_pack(evidence.step_index, scope, ordinal, outcome, reason, score)
      END
    ORDER BY
      trials DESC NULLS LAST, reason IS NULL, is_shared, gathering_id, solution_id,
      evidence.step_index, ordinal
  ) = 1
ORDER BY 1 NULLS LAST, source_kind, source, gathering_id, prefix_id, ordinal
