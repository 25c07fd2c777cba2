-- The views of a run over `stored.<table>`, which read exactly the committed files.
-- Every join is a LEFT JOIN to a subquery grouped by the join key: DuckDB then knows that it can
-- neither drop nor repeat a row, and leaves it out of counts that do not use its columns.

-- One row per problem.
CREATE VIEW main.problems AS
SELECT
    problem_id,
    -- The text of the last user message, as `Problem.question` gives it.
    coalesce(
        array_to_string(
            list_transform(list_filter(messages, lambda m: m.role = 'user')[-1].parts, lambda p: p.text),
            ''
        ),
        ''
    ) AS question,
    answers,
    answer_type,
    domain,
    language,
    messages
FROM stored.problems;

-- One row per occurrence of a solution (or of a bare problem) in an input file.
CREATE VIEW main.sources AS
SELECT
    * REPLACE (
        -- A MAP, so that meta['subset'] works; of a repeated name the first value counts.
        map_from_entries(
            list_filter(
                meta,
                lambda m, i: list_position(list_transform(meta, lambda x: x.name), m.name) = i
            )
        ) AS meta
    )
FROM stored.sources;

-- One row per solution.
-- The largest join comes last: DuckDB leaves out only that of several.
CREATE VIEW main.solutions AS
SELECT
    s.solution_id,
    s.problem_id,
    o.source_id,
    n.n_steps,
    g.grade.answer AS final_answer,
    g.grade.outcome AS outcome,
    o.generator,
    p.domain,
    p.language,
    p.question,
    coalesce(o.n_occurrences, 0) AS n_occurrences,
    s.content_id,
    s.separator
FROM stored.solutions AS s
LEFT JOIN (
    SELECT
        problem_id,
        any_value(domain) AS domain,
        any_value("language") AS "language",
        any_value(question) AS question
    FROM main.problems
    GROUP BY problem_id
) AS p ON p.problem_id = s.problem_id
LEFT JOIN (
    -- Of several checkers the greatest name and version.
    SELECT completion_id, max_by(
        {'answer': answer, 'outcome': outcome}, {'name': checker, 'version': checker_version}
    ) AS grade
    FROM stored.grades
    GROUP BY completion_id
) AS g ON g.completion_id = s.solution_id
LEFT JOIN (
    -- min_by passes over nulls: the first occurrence that has an id, or a generator.
    SELECT
        solution_id,
        min_by(source_id, {'input_id': input_id, 'row': "row", 'part': part}) AS source_id,
        min_by(generator, {'input_id': input_id, 'row': "row", 'part': part}) AS generator,
        count(*) AS n_occurrences
    FROM stored.sources
    GROUP BY solution_id
) AS o ON o.solution_id = s.solution_id
LEFT JOIN (
    SELECT solution_id, count(*) AS n_steps FROM stored.steps GROUP BY solution_id
) AS n ON n.solution_id = s.solution_id;

-- One row per step.
CREATE VIEW main.steps AS FROM stored.steps;

-- One row per completion of a prefix.
CREATE VIEW main.rollouts AS FROM stored.rollouts;

-- One row per policy that was asked.
CREATE VIEW main.policies AS FROM stored.policies;

-- One row per completion (a rollout or a solution) and checker.
CREATE VIEW main.grades AS FROM stored.grades;

-- One row per observation.
-- Seconds are measured per solution and source; each observation bears an equal share, so that sums
-- are right. They come through a window and not a join: DuckDB drops a window that is not used, and
-- passes a condition on the solution through it.
CREATE VIEW main.evidence AS
SELECT
    solution_id,
    step_index,
    source,
    coalesce(verdict, outcome) AS outcome,
    successes,
    trials,
    score,
    reason,
    tokens,
    sum(cost) OVER spent / sum(is_observation::INTEGER) OVER spent AS seconds,
    certificate,
    scope,
    source_kind,
    verdict,
    backend,
    ordinal,
    prefix_id,
    problem_id,
    gathering_id
FROM (
    SELECT *, NULL::DOUBLE AS cost, true AS is_observation FROM stored.evidence
    UNION ALL BY NAME
    SELECT gathering_id, problem_id, solution_id, source, seconds AS cost, false AS is_observation
    FROM stored.costs
)
WINDOW spent AS (PARTITION BY gathering_id, problem_id, solution_id, source)
QUALIFY is_observation;

-- One row per strategy run with its arguments.
CREATE VIEW main.gatherings AS FROM stored.gatherings;

-- One row per calibration.
CREATE VIEW main.calibrations AS FROM stored.calibrations;

-- One row per rule with its arguments, over gatherings: what labels point to.
CREATE VIEW main.labellings AS FROM stored.labellings;

-- One row per step and labelling.
CREATE VIEW main.labels AS
SELECT
    l.solution_id,
    l.step_index,
    g.rule,
    l.verdict,
    l.value,
    l.value_kind,
    l.p_correct,
    g.method,
    l.semantics,
    l.basis,
    l.weight,
    l.labelling_id
FROM stored.labels AS l
LEFT JOIN (
    SELECT labelling_id, any_value(rule) AS rule, any_value("method") AS "method"
    FROM stored.labellings
    GROUP BY labelling_id
) AS g ON g.labelling_id = l.labelling_id;

-- One row per solution and labelling.
CREATE VIEW main.first_errors AS
SELECT
    f.solution_id,
    g.rule,
    -- As ProcessBench writes it: -1 where no error was found, null where it is not decided.
    CASE f.verdict WHEN 'FOUND' THEN f.step_index WHEN 'NONE_FOUND' THEN -1 END AS first_error,
    f.confidence,
    f.verdict,
    g.method,
    f.posterior,
    -- Of errors that the chain does not take back itself.
    f.uncorrected,
    f.visibility,
    f.labelling_id
FROM stored.first_errors AS f
LEFT JOIN (
    SELECT labelling_id, any_value(rule) AS rule, any_value("method") AS "method"
    FROM stored.labellings
    GROUP BY labelling_id
) AS g ON g.labelling_id = f.labelling_id;

-- One row per input row (or solution of it) that was set aside.
CREATE VIEW main.rejected AS FROM stored.rejected;

-- One row per solution (or problem), strategy run and source, as measured: no part of a run's equality.
CREATE VIEW main.costs AS FROM stored.costs;
