-- One row per problem that a screen among the gatherings set aside. $gathering_ids: those that a
-- labelling read.
SELECT DISTINCT problem_id
FROM evidence
WHERE
  scope = 'PROBLEM' AND reason <> $kept
  AND list_contains($gathering_ids::VARCHAR[], gathering_id)
