-- One row per solution that the labelling decides, with the time that its gatherings spent on it. Where
-- a sampled solution has the steps of a given one, that one alone stands.
-- What was spent on a problem without naming a solution is shared evenly among its solutions.
WITH
decided AS (
  SELECT
    s.solution_id,
    s.content_id,
    s.problem_id,
    f.first_error,
    f.confidence,
    s.solution_id IN (SELECT solution_id FROM sources WHERE gathering_id IS NULL AND solution_id IS NOT NULL) AS given,
    count(*) OVER (PARTITION BY s.problem_id) AS siblings
  FROM first_errors AS f
  JOIN solutions AS s USING (solution_id)
  WHERE f.labelling_id = $labelling_id
),
-- From costs, not from evidence: several evidence rows may share one cost.
timed AS (
  SELECT problem_id, solution_id, sum(seconds) AS seconds
  FROM costs
  WHERE list_contains($gathering_ids, gathering_id)
  GROUP BY ALL
)
SELECT
  d.solution_id,
  d.content_id,
  d.first_error,
  d.confidence,
  coalesce(t.seconds, 0) + coalesce(pt.seconds, 0) / d.siblings AS seconds
FROM decided AS d
LEFT JOIN timed AS t ON t.solution_id = d.solution_id
LEFT JOIN timed AS pt ON pt.solution_id IS NULL AND pt.problem_id = d.problem_id
QUALIFY d.given OR NOT bool_or(d.given) OVER (PARTITION BY d.content_id)
ORDER BY d.solution_id
