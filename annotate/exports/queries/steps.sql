-- One row per step of a chunk [$start, $end), with its label under the labelling where it has one.
WITH
labelled AS (
  SELECT
    solution_id, step_index, verdict, value, value_kind, p_correct, semantics, basis, weight
  FROM labels
  WHERE
    labelling_id = $labelling_id
    AND solution_id >= $start AND ($end IS NULL OR solution_id < $end)
)
SELECT
  s.solution_id,
  s.kind,
  s."text",
  l.verdict,
  l.value,
  l.value_kind,
  l.p_correct,
  l.semantics,
  l.basis,
  l.weight
FROM steps AS s
LEFT JOIN labelled AS l USING (solution_id, step_index)
WHERE s.solution_id >= $start AND ($end IS NULL OR s.solution_id < $end)
ORDER BY s.solution_id, s.step_index
