-- One row per step whose label claims how likely it is to be right: its probability of correctness,
-- else the rule's number, where that is a share that stands for one.
SELECT
  s.content_id,
  l.solution_id,
  l.step_index,
  coalesce(l.p_correct, l.value) AS claim
FROM labels AS l
JOIN solutions AS s USING (solution_id)
WHERE
  l.labelling_id = $labelling_id
  AND (
    l.p_correct IS NOT NULL
    OR l.value_kind IN ('PROBABILITY_CORRECT', 'SUCCESS_RATE', 'VOTE_SHARE')
  )
ORDER BY s.content_id, l.solution_id, l.step_index
