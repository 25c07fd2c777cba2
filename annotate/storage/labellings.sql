-- One row per labelling of the run.
SELECT labelling_id, rule, arguments, method, gathering_ids, calibration_id, code_version
FROM labellings
ORDER BY rule, labelling_id
