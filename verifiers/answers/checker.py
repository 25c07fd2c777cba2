"""Answers: the checker that grades a solution by its final answer. Pure; may be slow or hang.

It never raises on any text. What can hang is math-verify behind deterministic limits: call it
through `verifiers.sandbox.CheckPool`, whose stop means CHECK_TIMEOUT.
"""

import functools
from dataclasses import dataclass

from schemas import AnswerType, Outcome, Problem, UnknownReason
from verifiers.answers.choice import is_choice, read_choice, read_options
from verifiers.answers.compare import MAX_LENGTH, Comparison, equal_answers, gold_type
from verifiers.answers.extract import extract_answer, stated_answer
from verifiers.answers.normalise import normalise
from verifiers.answers.symbolic import backend
from verifiers.base import Graded

_NO_ANSWERS = frozenset({AnswerType.NONE, AnswerType.TESTS})
"""Types of problems whose accepted answers, if any, are nothing to compare a final answer with."""
_QUICK_TEXT = 20_000
_QUICK_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Extracts the final answer of a text and compares it with the accepted ones."""

    @property
    def name(self) -> str:
        """Registered name."""
        return "answers"

    @property
    def version(self) -> str:
        """Changes whenever an outcome may change."""
        return "1"

    @property
    def backend(self) -> str | None:
        """The library behind symbolic comparison, with its version."""
        return backend()

    def grade(self, problem: Problem, text: str) -> Graded:
        """Return how the final answer in `text` compares with `problem.answers`.

        Any accepted answer that is equal makes it CORRECT. CHECK_TIMEOUT with the reason LIMIT:
        none is equal, and one could not be compared within the deterministic limits. A problem
        whose answers are tests is NOT_CHECKED: `verifiers.programs` runs them.
        """
        if not problem.answers or problem.answer_type in _NO_ANSWERS:
            return Graded(answer=None, outcome=Outcome.NOT_CHECKED)
        found: str | None = None
        undecided = False
        for accepted in problem.answers:
            gold, kind = _read_gold(accepted, problem.answer_type)
            answer = extract_answer(text, answer_type=kind) or _named_option(problem, text)
            if answer is None:
                continue
            found = found or answer
            result = _compare(problem, gold, answer)
            if result is Comparison.EQUAL:
                return Graded(answer=answer, outcome=Outcome.CORRECT)
            undecided = undecided or result is Comparison.UNDECIDED
        if found is None:
            return Graded(answer=None, outcome=Outcome.NO_ANSWER)
        if undecided:
            return Graded(
                answer=found, outcome=Outcome.CHECK_TIMEOUT, reason=UnknownReason.LIMIT.name
            )
        return Graded(answer=found, outcome=Outcome.INCORRECT)

    def quick(self, problem: Problem, text: str) -> Graded | None:
        """Return what `grade` would, where two plain numbers decide it; else None.

        Takes some twenty microseconds and cannot hang: rollouts are graded by it in the process
        that draws them, and only what it leaves goes to a killable one.
        """
        if len(problem.answers) != 1 or len(text) > _QUICK_TEXT:
            return None
        gold, kind = _read_gold(problem.answers[0], problem.answer_type)
        if kind is not AnswerType.NUMBER or not _is_plain(gold):
            return None
        answer = extract_answer(text, answer_type=kind)
        if answer is None or not _is_plain(answer):
            return None
        equal = equal_answers(gold, answer, answer_type=problem.answer_type)
        if equal is Comparison.UNDECIDED:
            return None
        right = equal is Comparison.EQUAL
        return Graded(answer=answer, outcome=Outcome.CORRECT if right else Outcome.INCORRECT)


def _is_plain(answer: str) -> bool:
    """Return whether an answer is digits alone: whatever reads it reads the same number."""
    return len(answer) <= _QUICK_DIGITS and answer.isascii() and answer.isdecimal()


@functools.lru_cache(maxsize=4096)
def _read_gold(accepted: str, answer_type: AnswerType) -> tuple[str, AnswerType]:
    gold = stated_answer(accepted)
    return gold, gold_type(gold, answer_type)


def _named_option(problem: Problem, text: str) -> str | None:
    """Return the letter that a text answers with, where the question lists options."""
    if not read_options(problem.question):
        return None
    answer = extract_answer(text, answer_type=AnswerType.CHOICE)
    return answer if answer and read_choice(normalise(answer[:MAX_LENGTH])) else None


def _compare(problem: Problem, gold: str, answer: str) -> Comparison:
    """Compare; where one side is a letter and the other the text of an option, by the option."""
    result = equal_answers(gold, answer, answer_type=problem.answer_type)
    if result is not Comparison.DIFFERENT:
        return result
    wanted, given = normalise(gold), normalise(answer[:MAX_LENGTH])
    if is_choice(wanted) == bool(read_choice(given)):
        return result
    options = read_options(problem.question)
    letter, text = (wanted, answer) if is_choice(wanted) else (given, gold)
    named = read_choice(letter)
    matching = {
        key
        for key, option in options.items()
        if equal_answers(option, text, answer_type=AnswerType.EXPRESSION) is Comparison.EQUAL
    }
    return Comparison.EQUAL if len(matching) == 1 and matching == named else result
