"""The verifier `arithmetic`: refutes closed equations that are false, in plain text and LaTeX.

It never says CORRECT: a true equation is no proof of a right step. Deterministic; every limit is a
count. Picklable, safe in any thread or process.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas import (
    Certificate,
    CertificateKind,
    FindingVerdict,
    NamedValue,
    Problem,
    Solution,
    StepKind,
    UnknownReason,
)
from verifiers.arithmetic.chains import Chain, Side, find_chains
from verifiers.arithmetic.judge import Ruling, agrees_loosely, rule
from verifiers.arithmetic.rendering import shown
from verifiers.arithmetic.scan import scan
from verifiers.arithmetic.sides import Closed, close
from verifiers.arithmetic.surds import BeyondLimitError
from verifiers.arithmetic.surroundings import is_doubtful, is_rounded
from verifiers.arithmetic.words import OTHER_ARITHMETIC
from verifiers.base import Finding

MAX_LINKS = 1000
"""Links judged in one step; more are beyond the limit."""

_RELATION = re.compile(r"[=＝≈≅≃<>≤≥]|\\(?:approx|simeq|cong|le|ge|lt|gt)|\bequals?\b")
_ANNOTATION = re.compile(r"<<([^<>\n]{1,300})>>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """Checks closed equations with exact numbers."""

    @property
    def name(self) -> str:
        """Registered name."""
        return "arithmetic"

    @property
    def version(self) -> str:
        """Changes whenever a finding may change."""
        return "1"

    @property
    def backend(self) -> str | None:
        """Our own code decides."""
        return None

    def check(self, problem: Problem, solution: Solution) -> Sequence[Finding]:
        """Return a finding for each step with a closed equation.

        Args:
            problem: Read only for signs that its digits or operators have a meaning of their own.
            solution: Each step is judged by itself.
        """
        foreign = OTHER_ARITHMETIC.search(problem.question) is not None
        findings = (
            _judge_step(step.text, step.step_index, foreign=foreign)
            for step in solution.steps
            if step.kind is not StepKind.OBSERVATION
        )
        return [finding for finding in findings if finding is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refutation:
    """A link that does not hold."""

    left: Closed
    """The side before the relation."""
    right: Closed
    """The side after it."""
    start: int
    """Offset of the claim in the step."""
    end: int
    """Offset after the claim."""


def _judge_step(text: str, index: int, *, foreign: bool) -> Finding | None:
    """Return what is found in one step, None where nothing applies."""
    if foreign or _RELATION.search(text) is None:
        return None
    tally = _Tally()
    for source, offset in _sources(text):
        for chain in find_chains(scan(source)):
            refutation = _judge_chain(chain, tally, text, offset)
            if refutation is not None:
                return _refuted(text, index, refutation)
            if tally.links > MAX_LINKS:
                break
    if tally.stopped or tally.links > MAX_LINKS:
        reason = UnknownReason.LIMIT.name
        return Finding(step_index=index, verdict=FindingVerdict.UNKNOWN, reason=reason)
    return Finding(step_index=index, verdict=FindingVerdict.NO_OBJECTION) if tally.held else None


@dataclass(frozen=False, slots=True)
class _Tally:
    """What a step's links came to; mutable because it counts."""

    links: int = 0
    """Links judged."""
    held: int = 0
    """Links that hold."""
    stopped: bool = False
    """Whether a limit stopped one."""


def _sources(text: str) -> Iterator[tuple[str, int]]:
    """Return the text without calculator annotations, and each annotation, with their offsets."""
    if "<<" not in text:
        yield text, 0
        return
    yield _ANNOTATION.sub(lambda match: " " * len(match.group()), text), 0
    for match in _ANNOTATION.finditer(text):
        yield match.group(1), match.start(1)


def _judge_chain(chain: Chain, tally: _Tally, text: str, offset: int) -> _Refutation | None:
    """Judge each link between two closed sides; return the first that is refuted."""
    closed = [_closed(side, tally) for side in chain.sides]
    supported = False
    for left, right, relation in zip(closed, closed[1:], chain.relations, strict=False):
        if left is None or right is None or not (left.operations or right.operations or supported):
            supported = False
            continue
        tally.links += 1
        refutation = _Refutation(
            left=left,
            right=right,
            start=offset + left.side.tokens[0].start,
            end=offset + right.side.tokens[-1].end,
        )
        ruling = _rule_in_context(refutation, relation, text)
        if ruling is Ruling.REFUTED:
            return refutation
        supported = ruling is Ruling.HOLDS
        tally.held += supported
    return None


def _closed(side: Side, tally: _Tally) -> Closed | None:
    try:
        return close(side)
    except BeyondLimitError:
        tally.stopped = True
        return None


def _rule_in_context(link: _Refutation, relation: str, text: str) -> Ruling:
    """Rule on a link, and give up what the sentence around it does not assert."""
    ruling = rule(link.left, link.right, relation)
    if ruling is not Ruling.REFUTED:
        return ruling
    if is_rounded(text, link.start, link.end) and agrees_loosely(link.left, link.right):
        return Ruling.HOLDS
    return Ruling.OPEN if is_doubtful(text, link.start, link.end) else Ruling.REFUTED


def _refuted(text: str, index: int, link: _Refutation) -> Finding:
    stated, computed = (link.right, link.left)
    if link.left.is_literal and not link.right.is_literal:
        stated, computed = link.left, link.right
    return Finding(
        step_index=index,
        verdict=FindingVerdict.INCORRECT,
        certificate=Certificate(
            kind=CertificateKind.TWO_VALUES,
            claim=text[link.start : link.end],
            values=(
                NamedValue(name="stated", value=shown(stated.values[0].exact)),
                NamedValue(name="computed", value=shown(computed.values[0].exact)),
            ),
        ),
    )
