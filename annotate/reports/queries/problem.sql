-- One row: a problem.
SELECT problem_id, messages, answers, answer_type, "domain", "language"
FROM problems
WHERE problem_id = $problem_id
