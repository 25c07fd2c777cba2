-- One row per solution that the key means: an id, else an id in the input, else the start of an id.
-- $after is the smallest text after all ids that start with the key; null where it is too short.
WITH
hits AS (
  SELECT solution_id, 0 AS sense FROM solutions WHERE solution_id = $key
  UNION ALL
  SELECT solution_id, 1 AS sense FROM sources WHERE source_id = $key AND solution_id IS NOT NULL
  UNION ALL
  SELECT solution_id, 2 AS sense FROM solutions WHERE solution_id >= $key AND solution_id < $after
),
meant AS (
  SELECT DISTINCT solution_id FROM hits WHERE sense = (SELECT min(sense) FROM hits)
)
SELECT
  m.solution_id,
  arg_min(s.source_id, (s.input_id, s."row", s.part)) AS source_id,
  arg_min(s.generator, (s.input_id, s."row", s.part)) AS generator
FROM meant AS m
LEFT JOIN sources AS s USING (solution_id)
GROUP BY m.solution_id
ORDER BY m.solution_id
