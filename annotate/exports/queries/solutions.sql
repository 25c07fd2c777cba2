-- One row per solution of a chunk [$start, $end), with the labelling's first error where it has one.
WITH
here AS (
  SELECT solution_id, problem_id, source_id, final_answer, outcome
  FROM solutions
  WHERE solution_id >= $start AND ($end IS NULL OR solution_id < $end)
),
decided AS (
  SELECT solution_id, verdict, first_error, confidence
  FROM first_errors
  WHERE
    labelling_id = $labelling_id
    AND solution_id >= $start AND ($end IS NULL OR solution_id < $end)
),
-- The first occurrence, as in the view `solutions`.
places AS (
  SELECT
    solution_id,
    arg_min(
      {
        'input_name': input_name,
        'generator': generator,
        'meta': list_transform(map_entries(meta), lambda e: {'name': e.key, 'value': e.value})
      },
      {'input_id': input_id, 'row': "row", 'part': part}
    ) AS place
  FROM sources
  WHERE solution_id >= $start AND ($end IS NULL OR solution_id < $end)
  GROUP BY solution_id
),
shared AS (
  SELECT source_id
  FROM sources
  WHERE source_id IN (SELECT source_id FROM here) AND solution_id IS NOT NULL
  GROUP BY source_id
  HAVING count(DISTINCT solution_id) > 1
)
SELECT
  here.solution_id,
  here.problem_id,
  here.source_id,
  here.source_id IN (SELECT source_id FROM shared) AS is_shared,
  here.final_answer,
  here.outcome,
  p.messages,
  p.answers,
  p.answer_type,
  p."domain",
  p."language",
  places.place.input_name AS input_name,
  places.place.generator AS generator,
  places.place.meta AS meta,
  decided.verdict AS first_error,
  CASE WHEN decided.verdict = 'FOUND' THEN decided.first_error END AS first_error_step,
  decided.confidence
FROM here
JOIN problems AS p USING (problem_id)
LEFT JOIN places USING (solution_id)
LEFT JOIN decided USING (solution_id)
ORDER BY here.solution_id
