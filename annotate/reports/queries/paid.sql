-- One row: all completions that the run holds, opinions among them.
SELECT count(*)::DOUBLE AS rollouts, coalesce(sum(tokens), 0)::DOUBLE AS tokens
FROM rollouts
