-- One row per chunk of $size solutions in order of their id: the first id of the chunk.
SELECT solution_id
FROM (
  SELECT solution_id, row_number() OVER (ORDER BY solution_id) - 1 AS position
  FROM solutions
)
WHERE position % $size = 0
ORDER BY solution_id
