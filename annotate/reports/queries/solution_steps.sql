-- One row per step of a solution.
SELECT solution_id, step_index, kind, "text", "start", "end"
FROM steps
WHERE solution_id = $solution_id
ORDER BY step_index
