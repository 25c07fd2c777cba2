-- One row per occurrence of a solution in the input.
SELECT input_name, "row", part, source_id, generator
FROM sources
WHERE solution_id = $solution_id
ORDER BY input_id, "row", part
