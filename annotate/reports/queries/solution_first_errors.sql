-- One row per labelling of a solution.
SELECT labelling_id, rule, method, first_error, confidence, uncorrected, visibility
FROM first_errors
WHERE solution_id = $solution_id
ORDER BY rule, labelling_id
