-- One row per solution, and one per bare problem (solution null), with the completions that some
-- gatherings asked for: each once, however many of these gatherings or solutions ask for it.
WITH
kept AS (
  SELECT
    r.problem_id,
    r.prefix_id,
    r.request_id,
    p.name AS source,
    r.tokens,
    coalesce(g.counts, false) AS counts,
    r.ordinal
  FROM rollouts AS r
  JOIN policies AS p USING (policy_id)
  LEFT JOIN (
    SELECT completion_id, bool_or(outcome IN ('CORRECT', 'INCORRECT', 'NO_ANSWER')) AS counts
    FROM grades
    GROUP BY completion_id
  ) AS g ON g.completion_id = r.rollout_id
),
-- All that ask for n completions of a request get its first n.
first_n AS (
  SELECT
    problem_id,
    prefix_id,
    request_id,
    source,
    count(*) OVER so_far AS n,
    sum(tokens) OVER so_far AS tokens,
    coalesce(sum(tokens) FILTER (WHERE counts) OVER so_far, 0) AS used_tokens
  FROM kept
  WINDOW so_far AS (PARTITION BY problem_id, prefix_id, request_id ORDER BY ordinal)
),
-- Evidence holds how many rollouts counted and the tokens of all: with them, how many there were.
asked AS (
  SELECT
    e.problem_id,
    e.solution_id,
    e.prefix_id,
    e.source,
    coalesce(min_by(f.request_id, f.n), '') AS request_id,
    coalesce(min(f.n), any_value(e.trials)) AS drawn,
    any_value(e.tokens) AS drawn_tokens,
    any_value(e.trials) AS used,
    coalesce(
      min_by(f.used_tokens, f.n), CASE WHEN any_value(e.trials) > 0 THEN any_value(e.tokens) ELSE 0 END
    ) AS used_tokens
  FROM evidence AS e
  LEFT JOIN first_n AS f
    ON f.problem_id = e.problem_id
    AND f.prefix_id = e.prefix_id
    AND f.source = e.source
    AND f.tokens = e.tokens
    AND f.n >= e.trials
  WHERE list_contains($gathering_ids, e.gathering_id) AND e.source_kind = 'ROLLOUTS'
  GROUP BY
    e.gathering_id, e.problem_id, e.solution_id, e.step_index, e.prefix_id, e.source, e.ordinal
),
-- The widest count of a prefix holds the others; solutions that share a prefix share its cost.
shared AS (
  SELECT
    problem_id,
    solution_id,
    max(max(drawn)) OVER sharing / count(*) OVER sharing AS drawn,
    max(max(drawn_tokens)) OVER sharing / count(*) OVER sharing AS drawn_tokens,
    max(max(used)) OVER sharing / count(*) OVER sharing AS used,
    max(max(used_tokens)) OVER sharing / count(*) OVER sharing AS used_tokens
  FROM asked
  GROUP BY problem_id, solution_id, prefix_id, source, request_id
  WINDOW sharing AS (PARTITION BY problem_id, prefix_id, source, request_id)
),
-- Answers asked for at once: their completions continue the prefix with a cue behind it, so its id
-- does not lead to them. That `k` were drawn for each is in the arguments; the first `k` of one
-- completer and length are the same ones for all that ask.
cued AS (
  SELECT
    e.problem_id,
    e.solution_id,
    e.prefix_id,
    coalesce(
      list_filter(g.sources, lambda one: starts_with(one, 'completer '))[1], e.source
    ) AS completer,
    g.arguments ->> 'max_tokens' AS longest,
    if(g.strategy = 'forced_answer', (g.arguments ->> 'k')::BIGINT, least(e.tokens, 1)) AS drawn,
    e.tokens,
    e.verdict IS NULL AS told
  FROM evidence AS e
  LEFT JOIN gatherings AS g USING (gathering_id)
  WHERE
    list_contains($gathering_ids, e.gathering_id)
    AND e.source_kind = 'SCORES'
    AND e.prefix_id IS NOT NULL
),
answers AS (
  SELECT
    problem_id,
    solution_id,
    max(max(drawn)) OVER sharing / count(*) OVER sharing AS drawn,
    max(max(tokens)) OVER sharing / count(*) OVER sharing AS drawn_tokens,
    max(max(if(told, drawn, 0))) OVER sharing / count(*) OVER sharing AS used,
    max(max(if(told, tokens, 0))) OVER sharing / count(*) OVER sharing AS used_tokens
  FROM cued
  GROUP BY problem_id, solution_id, prefix_id, completer, longest
  WINDOW sharing AS (PARTITION BY problem_id, prefix_id, completer, longest)
),
-- Opinions, and whatever else says that tokens were generated for it: one completion each.
opinions AS (
  SELECT
    problem_id,
    solution_id,
    1 AS drawn,
    max(tokens) AS drawn_tokens,
    bool_or(outcome IS DISTINCT FROM 'UNKNOWN')::INTEGER AS used,
    max(if(outcome IS DISTINCT FROM 'UNKNOWN', tokens, 0)) AS used_tokens
  FROM evidence
  WHERE
    list_contains($gathering_ids, gathering_id)
    AND source_kind <> 'ROLLOUTS'
    AND (source_kind = 'JUDGE' OR tokens > 0)
    AND NOT (source_kind = 'SCORES' AND prefix_id IS NOT NULL)
  GROUP BY problem_id, solution_id, prefix_id, step_index, source_kind, source, ordinal
)
SELECT
  problem_id,
  solution_id,
  sum(drawn)::DOUBLE AS drawn_rollouts,
  sum(drawn_tokens)::DOUBLE AS drawn_tokens,
  sum(used)::DOUBLE AS used_rollouts,
  sum(used_tokens)::DOUBLE AS used_tokens
FROM (FROM shared UNION ALL FROM answers UNION ALL FROM opinions)
GROUP BY problem_id, solution_id
ORDER BY problem_id, solution_id NULLS FIRST
