"""Outcomes: what stands for the accepted answer when completions of a problem are graded. Pure.

Each way takes a problem, with completions of it where it needs some, and gives the answers that the
checker compares with. None leaves every outcome NOT_CHECKED. Implementations are frozen dataclasses
of primitives; comparing answers may be slow or hang as `Answers` may, so they run where it does.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, runtime_checkable

from schemas import AnswerType, InvalidArgumentError, Problem
from verifiers.answers import Comparison, equal_answers, extract_answer, stated_answer
from verifiers.registry import Registry

Equal = Callable[[str, str], bool]
"""Whether the second answer is the first one, perhaps written in another way."""


@runtime_checkable
class OutcomeKind(Protocol):
    """A way of telling what a right answer is."""

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Changes whenever it may accept other answers; part of a run's identity."""

    @property
    def samples(self) -> int:
        """Whole solutions of a problem without an answer that it asks to see first, >= 0."""

    def accepted(self, problem: Problem, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the answers to compare with; empty where there is none.

        Args:
            problem: The problem.
            texts: [n] Whole solutions sampled from it, as many as there are of `samples`.
        """


OUTCOMES: Registry[OutcomeKind] = Registry("outcome", group="waymark.outcomes")
"""Ways of telling what a right answer is, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The largest group of equal answers."""

    representative: str
    """Its most frequent spelling; of equally frequent ones the shortest, then the first in order.
    """
    votes: int
    """Answers in it, >= 1."""
    asked: int
    """Answers in all, those that are none included: `votes / asked` is its share."""


def cluster(answers: Sequence[str | None], equal: Equal) -> Cluster | None:
    """Return the largest cluster of equal answers, or None where there is none or a tie.

    Args:
        answers: [n] Final answers as extracted; null where a completion has none.
        equal: Compares two answers; asked with the more frequent one first.

    Each spelling joins the first cluster whose head it equals, the frequent ones first: the result
    does not depend on the order of `answers`, and a chain of near-equal answers is not one cluster.
    """
    counts = Counter(answer for answer in answers if answer is not None)
    ranked = sorted(counts, key=lambda text: (-counts[text], len(text), text))
    votes: dict[str, int] = {}
    for text in ranked:
        head = next((known for known in votes if equal(known, text)), text)
        votes[head] = votes.get(head, 0) + counts[text]
    most = max(votes.values(), default=0)
    winners = [head for head, n in votes.items() if n == most]
    if len(winners) != 1:
        return None
    return Cluster(representative=winners[0], votes=most, asked=len(answers))


def with_answers(problem: Problem, answers: tuple[str, ...]) -> Problem:
    """Return the problem, under its own id, as a checker is to see it."""
    return replace(problem, answers=answers)


@OUTCOMES.register("answer")
@dataclass(frozen=True, slots=True, kw_only=True)
class ByAnswer:
    """The problem's own accepted answers."""

    name: ClassVar[str] = "answer"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may accept other answers."""
    samples: ClassVar[int] = 0
    """It needs none."""

    def accepted(self, problem: Problem, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the accepted answers of the problem."""
        del texts
        return problem.answers


@OUTCOMES.register("majority")
@dataclass(frozen=True, slots=True, kw_only=True)
class ByMajority:
    """The answer that most samples agree on, where the problem has none of its own.

    It is no truth: a policy that errs in the same way each time agrees with itself, and each sample
    is compared with an answer that it voted for. A tie, too few answers or too small a share give
    none, and the outcomes stay NOT_CHECKED.

    Source: self-consistency (Wang et al. 2022, arXiv:2203.11171), whose vote it takes.
    Cost: `samples` rollouts per problem without an answer, shared with a screen of as many.
    """

    samples: int = 16
    """Whole solutions to vote, >= 1."""
    min_answers: int = 4
    """Samples with an answer below which there is no vote, >= 1."""
    min_share: float = 0.5
    """Share of the samples, in [0, 1), that the winner must be above; those without an answer count
    as samples. 0 takes the largest group."""
    name: ClassVar[str] = "majority"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may accept other answers."""

    def __post_init__(self) -> None:
        """Check the arguments.

        Raises:
            InvalidArgumentError: If one is outside its range.
        """
        if not 1 <= self.min_answers <= self.samples:
            raise InvalidArgumentError(
                f"min_answers={self.min_answers!r} and samples={self.samples!r} must be whole "
                "numbers from 1, the first at most as large as the second."
            )
        if not 0 <= self.min_share < 1:
            raise InvalidArgumentError(f"min_share={self.min_share!r} must be a number in [0, 1).")

    def accepted(self, problem: Problem, texts: Sequence[str]) -> tuple[str, ...]:
        """Return the problem's answers, else the one that the first `samples` texts agree on."""
        if problem.answers or problem.answer_type is AnswerType.NONE:
            return problem.answers
        kind = problem.answer_type
        answers = [_vote(text, kind) for text in texts[: self.samples]]
        if sum(answer is not None for answer in answers) < self.min_answers:
            return ()
        won = cluster(
            answers, lambda a, b: equal_answers(a, b, answer_type=kind) is Comparison.EQUAL
        )
        if won is None or won.votes <= self.min_share * won.asked:
            return ()
        return (won.representative,)


def _vote(text: str, kind: AnswerType) -> str | None:
    """Return the answer that a sample votes for.

    Where the type names no form, an answer must be marked or announced as one: without an accepted
    one to go by, the last words of any text could be an answer.
    """
    if kind in {AnswerType.AUTO, AnswerType.TEXT} and stated_answer(text) == text:
        return None
    return extract_answer(text, answer_type=kind)


@OUTCOMES.register("none")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoOutcome:
    """Nothing is compared: every outcome is NOT_CHECKED, whatever answers the problem has."""

    name: ClassVar[str] = "none"
    """Registered name."""
    version: ClassVar[str] = "1"
    """Changes whenever it may accept other answers."""
    samples: ClassVar[int] = 0
    """It needs none."""

    def accepted(self, problem: Problem, texts: Sequence[str]) -> tuple[str, ...]:
        """Return no answer."""
        del problem, texts
        return ()
