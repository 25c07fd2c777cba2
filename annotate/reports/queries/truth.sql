-- One row per solution that the labelling decides, with what it may be grouped by.
WITH
occurrences AS (
  SELECT solution_id, min((input_id, "row", part)) AS place
  FROM sources
  WHERE solution_id IS NOT NULL
  GROUP BY solution_id
)
SELECT
  s.content_id,
  f.first_error,
  p.domain,
  o.generator,
  o.input_name,
  list_transform(map_entries(o.meta), lambda e: {'name': e.key, 'value': e.value}) AS meta
FROM first_errors AS f
JOIN solutions AS s USING (solution_id)
JOIN problems AS p USING (problem_id)
LEFT JOIN occurrences AS c USING (solution_id)
LEFT JOIN sources AS o
  ON o.input_id = c.place[1] AND o."row" = c.place[2] AND o.part = c.place[3]
WHERE f.labelling_id = $labelling_id
ORDER BY s.solution_id
