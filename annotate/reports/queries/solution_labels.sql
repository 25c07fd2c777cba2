-- One row per step of a solution and labelling.
SELECT
  l.step_index, l.labelling_id, l.rule, l.rule AS name, l.verdict, l.value, l.value_kind, l.p_correct,
  l.semantics, l.basis
FROM labels AS l
WHERE l.solution_id = $solution_id
ORDER BY l.step_index, l.rule, l.labelling_id
