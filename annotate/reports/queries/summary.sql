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
SELECT 'verdicts', rule, verdict, count(*) FROM labels GROUP BY rule, verdict
UNION ALL
SELECT 'first_errors', rule, coalesce(first_error::VARCHAR, ''), count(*)
FROM first_errors
GROUP BY rule, first_error
UNION ALL
SELECT
  'evidence', source,
  coalesce(
    outcome,
    CASE WHEN trials IS NOT NULL THEN 'ROLLOUTS' WHEN score IS NOT NULL THEN 'SCORE' ELSE '' END
  ),
  count(*)
FROM evidence
GROUP BY ALL
ORDER BY section, subject, "value"
