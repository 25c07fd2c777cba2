-- One row: a solution with its outcome.
SELECT solution_id, problem_id, content_id, separator, final_answer, outcome
FROM solutions
WHERE solution_id = $solution_id
