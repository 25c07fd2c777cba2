"""The strategy `omega_prm`: the search of one chain, the pool, the tree and what is stored."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest

from annotate.search import Pool, State, Weights
from annotate.strategies import OmegaPrm
from annotate.strategies.omega_search import OmegaSearch
from annotate.strategies.probing import Prober
from schemas import (
    BudgetError,
    Evidence,
    InvalidArgumentError,
    Outcome,
    Piece,
    Problem,
    Role,
    Scope,
    Solution,
    make_solution,
    prefix_id,
)
from tests.annotate.strategies.scripted import (
    CORRECT,
    INCORRECT,
    PROBLEM,
    Answer,
    Scripted,
    case_of,
    lines,
    numbered,
    sound_until,
)


def rolled(rows: tuple[Evidence, ...]) -> list[Evidence]:
    """Return the rows about prefixes, the root's left out."""
    return [row for row in rows if row.scope is Scope.PREFIX]


@pytest.mark.parametrize(
    ("probes", "first_wrong"), [(n, at) for n in range(5) for at in range(2**n)]
)
def test_a_planted_error_is_found_with_the_logarithm_of_the_steps(
    probes: int, first_wrong: int
) -> None:
    """Root rate 1, no recovery, 2^n steps: n probes end around the error."""
    solution = numbered(2**probes)
    context = Scripted(answer=sound_until(first_wrong))
    found = asyncio.run(OmegaPrm(k=8).gather(case_of(solution), context, "g"))
    rows = rolled(found.evidence)

    assert len(rows) == probes
    sound = max((row.step_index or 0 for row in rows if row.successes), default=-1)
    wrong = min((row.step_index or 0 for row in rows if not row.successes), default=2**probes - 1)
    assert (sound + 1, wrong) == (first_wrong, first_wrong)
    assert context.asked == [(Role.COMPLETER, "", 8)] + [
        (Role.COMPLETER, solution.prefix((row.step_index or 0) + 1), 8) for row in rows
    ]


def test_the_root_is_evidence_about_the_problem() -> None:
    """Its counts are those of its own k rollouts, whatever was given."""
    context = Scripted(answer=sound_until(0, k_right=5))
    found = asyncio.run(OmegaPrm(searches=0).gather(case_of(numbered(2)), context, "g"))
    (root,) = [row for row in found.evidence if row.scope is Scope.PROBLEM]

    assert (root.successes, root.trials, root.solution_id, root.step_index) == (5, 8, None, None)
    assert root.prefix_id == prefix_id(PROBLEM.problem_id, "")


def test_wrong_rollouts_become_solutions_with_their_outcomes_and_sources() -> None:
    """What was searched is labelled: graded like a given solution, with each occurrence."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        if prefix == "":
            return ("a\nb\nc\nd\n", INCORRECT) if ordinal in {2, 5} else (f"{ordinal}\n", CORRECT)
        return "z\n", CORRECT if prefix == "a\n" else INCORRECT

    found = asyncio.run(OmegaPrm().gather(case_of(), Scripted(answer=answer), "g"))

    (solution,) = found.solutions
    assert solution.text == "a\nb\nc\nd\n"
    assert [(r.row, r.source_id, r.solution_id) for r in found.sources] == [
        (ordinal + 1, f"{PROBLEM.problem_id[:4]}::{ordinal}", solution.solution_id)
        for ordinal in (2, 5)
    ]
    assert [(r.solution_id, r.step_index) for r in rolled(found.evidence)] == [
        (solution.solution_id, 1),
        (solution.solution_id, 0),
    ]
    outcomes = [row for row in found.evidence if row.scope is Scope.SOLUTION]
    assert [(r.solution_id, r.outcome) for r in outcomes] == [(solution.solution_id, INCORRECT)]
    assert [grade.completion_id for grade in found.grades] == [solution.solution_id]


def test_wrong_rollouts_of_a_probed_prefix_are_searched_from_there() -> None:
    """The second chain shares its first step with the first, which is not asked about again."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        if prefix == "":
            return ("a\nb\n", INCORRECT) if ordinal == 0 else (f"{ordinal}\n", CORRECT)
        if prefix == "a\n":
            return ("c\nd\ne\n", INCORRECT) if ordinal == 3 else (f"{ordinal}\n", CORRECT)
        return f"{ordinal}\n", CORRECT

    context = Scripted(answer=answer)
    found = asyncio.run(OmegaPrm(k=4).gather(case_of(), context, "g"))

    assert [s.text for s in found.solutions] == ["a\nb\n", "a\nc\nd\ne\n"]
    assert context.prefixes == ["", "a\n", "a\nc\n", "a\nc\nd\n"]
    assert len({row.input_id for row in found.sources}) == 2


def test_a_prefix_is_asked_about_once_across_solutions() -> None:
    """Solutions that share four of eight steps share what was asked of them."""
    solutions = [lines(*"abcd", *(f"{name}{i}" for i in range(4))) for name in "xyz"]
    context = Scripted(answer=sound_until(6))
    asyncio.run(OmegaPrm().gather(case_of(*solutions), context, "g"))

    assert max(Counter(context.prefixes).values()) == 1
    assert context.prefixes.count("a\nb\nc\nd\n") == 1


def test_the_order_of_given_solutions_steers_nothing() -> None:
    """A run that is taken up again may read them in another order."""
    solutions = [numbered(4, name) for name in "abcd"]
    gathered = [
        asyncio.run(
            OmegaPrm(searches=2).gather(case_of(*order), Scripted(answer=sound_until(2)), "g")
        )
        for order in (solutions, solutions[::-1])
    ]
    first, second = (rolled(found.evidence) for found in gathered)

    assert first == second


def test_equal_chains_are_searched_once() -> None:
    """All rollouts of the root are the given solution again: it is searched, nothing is added."""
    solution = numbered(4)

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        if prefix == "" and ordinal:
            return solution.text, INCORRECT
        return f"{ordinal}\n", CORRECT if prefix == "" else INCORRECT

    context = Scripted(answer=answer)
    found = asyncio.run(OmegaPrm().gather(case_of(solution), context, "g"))

    assert found.solutions == ()
    assert context.prefixes == ["", "s0\ns1\n", "s0\n"]


def test_nothing_is_searched_where_the_root_never_succeeds() -> None:
    """No prefix could be told from a wrong one."""
    context = Scripted()
    asyncio.run(OmegaPrm().gather(case_of(numbered(4)), context, "g"))

    assert context.prefixes == [""]


def test_right_and_censored_rollouts_are_never_searched() -> None:
    """Only those that ended by themselves without an accepted answer are, no answer included."""
    kinds = [CORRECT, Outcome.TRUNCATED, Outcome.FAILED, Outcome.CHECK_TIMEOUT, Outcome.NO_ANSWER]
    context = Scripted(answer=lambda _prefix, i: (f"{i}\nx\n", kinds[i]))
    found = asyncio.run(OmegaPrm(k=5, searches=1).gather(case_of(), context, "g"))
    root = found.evidence[1]

    assert [s.text for s in found.solutions] == ["4\nx\n"]
    assert (root.successes, root.trials) == (1, 2)


def test_a_blank_rollout_is_no_chain() -> None:
    """It counts as wrong where it gives no answer, and has no step to be labelled."""
    context = Scripted(
        answer=lambda _prefix, i: ("\n", Outcome.NO_ANSWER) if i else ("a\n", CORRECT)
    )
    found = asyncio.run(OmegaPrm().gather(case_of(), context, "g"))

    assert (found.solutions, context.prefixes) == ((), [""])


def test_an_undecided_state_ends_its_search_and_not_the_others() -> None:
    """Of one solution every prefix is cut off; the other is searched to the end."""

    def answer(prefix: str, ordinal: int) -> tuple[str, Outcome]:
        if prefix.startswith("long"):
            return f"{ordinal}\n", Outcome.TRUNCATED
        return f"{ordinal}\n", CORRECT if prefix.count("\n") < 2 else INCORRECT

    context = Scripted(answer=answer)
    solutions = (numbered(4, "long"), numbered(4, "s"))
    found = asyncio.run(OmegaPrm(k=4).gather(case_of(*solutions), context, "g"))
    counts = [(row.solution_id, row.step_index, row.trials) for row in rolled(found.evidence)]
    long, short = (solution.solution_id for solution in solutions)

    assert counts.count((long, 1, 0)) == 1
    assert {count for count in counts if count[0] == short} >= {(short, 1, 4), (short, 0, 4)}


@pytest.mark.parametrize("steps", [("",), ("", ""), ("a", "", "", "b"), ("", "a", "b", "")])
def test_empty_steps_are_pieces_of_no_length(steps: tuple[str, ...]) -> None:
    """They merge with their neighbours: no text is asked about twice, none is the whole."""
    solution = make_solution(PROBLEM, tuple(Piece(text=text) for text in steps))
    context = Scripted(answer=sound_until(9))
    asyncio.run(OmegaPrm().gather(case_of(solution), context, "g"))

    assert len(set(context.prefixes)) == len(context.prefixes)
    assert solution.text not in context.prefixes[1:]


def test_long_solutions_are_asked_about_in_pieces() -> None:
    """64 equal steps in at most 16 pieces take four questions, each after a whole piece."""
    context = Scripted(answer=sound_until(40))
    solution = lines(*(f"{index:08}" for index in range(64)))
    texts = solution.text
    found = asyncio.run(
        OmegaPrm(pieces=16).gather(
            case_of(solution), Scripted(answer=lambda p, i: (texts, context.answer(p, i)[1])), "g"
        )
    )

    steps = [
        row.step_index for row in rolled(found.evidence) if row.solution_id == solution.solution_id
    ]
    assert len(steps) == 4
    assert all((step or 0) % 4 == 3 for step in steps)


@pytest.mark.parametrize("first_wrong", range(5))
def test_a_short_last_step_is_told_apart_from_the_long_one_before(first_wrong: int) -> None:
    """Only an interval that is short as a whole ends a search, not a step that is."""
    solution = lines(*("x" * 100 + str(index) for index in range(4)), "4")
    context = Scripted(answer=sound_until(first_wrong))
    found = asyncio.run(OmegaPrm().gather(case_of(solution), context, "g"))

    counts = {row.step_index: row.successes for row in rolled(found.evidence)}
    assert first_wrong == 0 or counts[first_wrong - 1] == 8
    assert first_wrong == 4 or counts[first_wrong] == 0


def test_a_search_stops_at_a_short_piece() -> None:
    """Two steps of 4 characters are less than a sixteenth of 200: it is not asked which."""
    solution = lines("x" * 95, "abc", "def", "x" * 95)
    answer = sound_until(1)
    context = Scripted(answer=lambda prefix, i: (solution.text, answer(prefix, i)[1]))
    found = asyncio.run(OmegaPrm().gather(case_of(solution), context, "g"))

    asked = {
        row.step_index: row.successes
        for row in rolled(found.evidence)
        if row.solution_id == solution.solution_id
    }
    assert asked == {1: 0, 0: 8}


def test_it_stops_after_the_number_of_searches() -> None:
    """The budget of one problem: here two of the eight wrong rollouts of the root."""
    context = Scripted(
        answer=lambda prefix, i: (
            f"{prefix}{i}\nx\n",
            CORRECT if prefix == "" and i > 7 else INCORRECT,
        )
    )
    found = asyncio.run(OmegaPrm(k=16, searches=2).gather(case_of(), context, "g"))

    assert len(found.solutions) == 2


def test_the_run_ends_when_its_budget_is_spent() -> None:
    """The error is passed on: what was asked stays in the ledger."""

    class Spent(Scripted):
        async def rollouts(self, role: Role, problem: Problem, prefix: str, n: int) -> tuple[()]:
            raise BudgetError(f"{role} {problem.problem_id} {prefix!r} {n}")

    with pytest.raises(BudgetError):
        asyncio.run(OmegaPrm().gather(case_of(numbered(3)), Spent(), "g"))


def grown(answer: Answer, searches: int) -> OmegaSearch:
    """Return the search of four given wrong solutions after so many steps."""
    solutions = [numbered(4, name) for name in "abcd"]

    async def run() -> OmegaSearch:
        search = OmegaSearch(
            prober=Prober(
                context=Scripted(answer=answer),
                problem=PROBLEM,
                role=Role.COMPLETER,
                gathering_id="g",
            ),
            weights=Weights(),
            k=8,
            pieces=16,
        )
        await search.plant(solutions, all_given=solutions)
        for _ in range(searches):
            await search.locate_next()
        return search

    return asyncio.run(run())


def test_only_the_selected_state_is_visited_and_no_ancestor_changes() -> None:
    """Each search adds one visit to one state; counts of states never change afterwards."""
    answer = sound_until(2, k_right=6)
    before, after = grown(answer, 4).tree.states, grown(answer, 9).tree.states

    assert sum(s.visits for s in before) == 4
    assert sum(s.visits for s in after) == 9
    assert [(s.parent, s.text, s.successes, s.trials) for s in before] == [
        (s.parent, s.text, s.successes, s.trials) for s in after[: len(before)]
    ]


def test_the_state_that_was_selected_is_the_one_that_is_visited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the pool gave out and what was counted agree, state by state."""
    take, selected = Pool.take, Counter[int]()

    def watched(pool: Pool[Solution], states: Sequence[State]) -> tuple[int, Solution] | None:
        taken = take(pool, states)
        assert taken is not None
        selected[taken[0]] += 1
        return taken

    monkeypatch.setattr(Pool, "take", watched)
    states = grown(sound_until(2, k_right=6), 9).tree.states

    assert len(selected) > 1
    assert selected == Counter({i: s.visits for i, s in enumerate(states) if s.visits})


def test_a_parent_is_a_sound_proper_prefix() -> None:
    """States hang below the longest sound one that led to them."""
    states = grown(sound_until(2, k_right=6), 20).tree.states

    assert states[0].parent is None
    for state in states[1:]:
        assert state.parent is not None
        above = states[state.parent]
        assert above.successes > 0
        assert state.text.startswith(above.text)
        assert len(state.text) > len(above.text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0}, "k=0"),
        ({"pieces": 0}, "pieces=0"),
        ({"searches": -1}, "searches=-1"),
        ({"alpha": 0.0}, "alpha=0.0"),
        ({"beta": 1.5}, "beta=1.5"),
        ({"length_scale": 0.0}, "length_scale=0.0"),
        ({"c_puct": -1.0}, "c_puct=-1.0"),
    ],
)
def test_arguments_outside_their_range_are_refused(
    arguments: dict[str, float], message: str
) -> None:
    """The line says which."""
    with pytest.raises(InvalidArgumentError, match=message):
        OmegaPrm(**arguments)  # type: ignore[arg-type]  # whole numbers are passed where they must
