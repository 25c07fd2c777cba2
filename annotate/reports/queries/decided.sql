-- One row per solution that the labelling decides or leaves undecided, given ones first.
SELECT s.solution_id, s.problem_id, s.content_id
FROM first_errors AS f
JOIN solutions AS s USING (solution_id)
WHERE f.labelling_id = $labelling_id
ORDER BY s.solution_id IN (SELECT solution_id FROM sources WHERE gathering_id IS NULL AND solution_id IS NOT NULL) DESC, s.solution_id
