-- One row per screen (a gathering with the policy that it asked) and word that it found for problems.
SELECT
  e.gathering_id,
  g.strategy,
  g.arguments,
  e.source,
  e.reason,
  count(DISTINCT e.problem_id) AS problems,
  sum(e.trials)::BIGINT AS trials,
  sum(e.tokens)::BIGINT AS tokens
FROM evidence AS e
JOIN gatherings AS g USING (gathering_id)
WHERE e.scope = 'PROBLEM' AND e.reason IS NOT NULL
GROUP BY ALL
ORDER BY g.strategy, g.arguments, e.gathering_id, e.source, problems DESC, e.reason
