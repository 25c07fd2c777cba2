-- One row per count: which count, of what, with which value.
SELECT 'problems' AS section, '' AS subject, '' AS "value", count(*) AS n FROM problems
UNION ALL
SELECT 'solutions', '', '', count(*) FROM solutions
UNION ALL
SELECT 'steps', '', '', count(*) FROM steps
UNION ALL
SELECT 'rejected', '', reason, count(*) FROM rejected GROUP BY reason
UNION ALL
SELECT 'outcomes', '', outcome, count(*) FROM solutions WHERE outcome IS NOT NULL GROUP BY outcome
UNION ALL
SELECT 'verdicts', labelling_id, verdict, count(*) FROM labels GROUP BY labelling_id, verdict
UNION ALL
SELECT 'first_errors', labelling_id, coalesce(first_error::VARCHAR, ''), count(*)
FROM first_errors
GROUP BY labelling_id, first_error
UNION ALL
-- What several gatherings hold alike counts once; so do rollouts of one prefix by one policy.
SELECT 'evidence', source, said, count(*)
FROM (
  SELECT DISTINCT
    source, source_kind, problem_id, prefix_id,
    coalesce(
      outcome,
      CASE WHEN trials IS NOT NULL THEN 'ROLLOUTS' WHEN score IS NOT NULL THEN 'SCORE' ELSE '' END
    ) AS said,
    CASE
      WHEN source_kind <> 'ROLLOUTS'
      THEN struct_pack(solution_id, step_index, scope, ordinal, reason, score)
    END AS finding
  FROM evidence
)
GROUP BY source, said
ORDER BY section, subject, "value"
