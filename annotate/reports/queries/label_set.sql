-- One row per solution that the labelling decides, with what its gatherings spent on it.
-- What was spent on a problem without naming a solution is shared evenly among its solutions.
WITH
decided AS (
  SELECT
    s.solution_id,
    s.content_id,
    s.problem_id,
    f.first_error,
    f.confidence,
    count(*) OVER (PARTITION BY s.problem_id) AS siblings
  FROM first_errors AS f
  JOIN solutions AS s USING (solution_id)
  WHERE f.labelling_id = $labelling_id
),
-- Rollouts of a prefix are the same ones in every row that counts them: in several gatherings (the
-- widest count holds the others), and for several solutions, who share them evenly.
drawn AS (
  SELECT
    problem_id,
    solution_id,
    max(max(tokens)) OVER shared / count(*) OVER shared AS tokens,
    max(max(trials)) OVER shared / count(*) OVER shared AS trials
  FROM evidence
  WHERE list_contains($gathering_ids, gathering_id) AND trials IS NOT NULL
  GROUP BY problem_id, solution_id, prefix_id, source
  WINDOW shared AS (PARTITION BY problem_id, prefix_id, source)
),
asked AS (
  SELECT problem_id, solution_id, sum(tokens)::DOUBLE AS tokens, sum(trials)::DOUBLE AS trials
  FROM (
    SELECT problem_id, solution_id, tokens, trials FROM drawn
    UNION ALL
    SELECT problem_id, solution_id, tokens, 0 AS trials
    FROM evidence
    WHERE list_contains($gathering_ids, gathering_id) AND trials IS NULL
  )
  GROUP BY ALL
),
-- From costs, not from evidence: several evidence rows may share one cost.
timed AS (
  SELECT problem_id, solution_id, sum(seconds) AS seconds
  FROM costs
  WHERE list_contains($gathering_ids, gathering_id)
  GROUP BY ALL
)
SELECT
  d.content_id,
  d.first_error,
  d.confidence,
  coalesce(a.tokens, 0) + coalesce(pa.tokens, 0) / d.siblings AS tokens,
  coalesce(a.trials, 0) + coalesce(pa.trials, 0) / d.siblings AS rollouts,
  coalesce(t.seconds, 0) + coalesce(pt.seconds, 0) / d.siblings AS seconds
FROM decided AS d
LEFT JOIN asked AS a ON a.solution_id = d.solution_id
LEFT JOIN asked AS pa ON pa.solution_id IS NULL AND pa.problem_id = d.problem_id
LEFT JOIN timed AS t ON t.solution_id = d.solution_id
LEFT JOIN timed AS pt ON pt.solution_id IS NULL AND pt.problem_id = d.problem_id
ORDER BY d.solution_id
