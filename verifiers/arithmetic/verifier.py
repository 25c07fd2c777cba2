"""The verifier `arithmetic`: refutes closed equations that are false, in plain text and LaTeX.

It never says CORRECT: a true equation is no proof of a right step. Deterministic; every limit is a
count. Picklable, safe in any thread or process.
"""

# ruff: noqa: RUF001 - signs that look like others are what this file reads

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
from verifiers.arithmetic.expression import Form
from verifiers.arithmetic.judge import Ruling, agrees_loosely, factor, is_exact, rule, within_slack
from verifiers.arithmetic.rendering import shown
from verifiers.arithmetic.scan import scan
from verifiers.arithmetic.sides import Closed, close
from verifiers.arithmetic.surds import BeyondLimitError, Number
from verifiers.arithmetic.surroundings import (
    is_doubtful,
    is_required,
    is_rounded,
    is_scaled,
    is_tested,
)
from verifiers.arithmetic.words import OTHER_ARITHMETIC, SCALES
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
            solution: Each step is judged by itself, but for decimals that an earlier one rounded.
        """
        foreign = OTHER_ARITHMETIC.search(problem.question) is not None
        rounded: set[Number] = set()
        findings = (
            _judge_step(step.text, step.step_index, rounded)
            for step in solution.steps
            if step.kind is not StepKind.OBSERVATION and not foreign
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


def _judge_step(text: str, index: int, rounded: set[Number]) -> Finding | None:
    """Return what is found in one step, None where nothing applies."""
    if _RELATION.search(text) is None:
        return None
    tally = _Tally(rounded=rounded)
    for chain, offset in _chains(text):
        refutation = _judge_chain(chain, tally, text, offset)
        if refutation is not None:
            return _refuted(text, index, refutation)
        if tally.links > MAX_LINKS:
            tally.stopped = True
            break
    if tally.stopped:
        reason = UnknownReason.LIMIT.name
        return Finding(step_index=index, verdict=FindingVerdict.UNKNOWN, reason=reason)
    return Finding(step_index=index, verdict=FindingVerdict.NO_OBJECTION) if tally.held else None


@dataclass(frozen=False, slots=True)
class _Tally:
    """What a step's links came to; mutable because it counts."""

    rounded: set[Number]
    """Decimals that stand for other values since they were stated."""
    links: int = 0
    """Links judged."""
    held: int = 0
    """Links that hold."""
    stopped: bool = False
    """Whether a limit stopped one."""


def _chains(text: str) -> Iterator[tuple[Chain, int]]:
    """Yield the chains of the text, then those of its annotations, with where each begins."""
    outside = _ANNOTATION.sub(lambda match: " " * len(match.group()), text)
    for chain in find_chains(scan(outside)):
        yield chain, 0
    for match in _ANNOTATION.finditer(text):
        for chain in find_chains(scan(match.group(1))):
            yield chain, match.start(1)


def _judge_chain(chain: Chain, tally: _Tally, text: str, offset: int) -> _Refutation | None:
    """Judge each link between two closed sides; return the first that is refuted."""
    closed = [_closed(side, tally) for side in chain.sides[: MAX_LINKS + 1]]
    tally.stopped = tally.stopped or len(chain.sides) > len(closed)
    supported = False
    for left, right, relation in zip(closed, closed[1:], chain.relations, strict=False):
        if left is None or right is None:
            supported = False
            continue
        asserted = bool(left.operations or right.operations or supported)
        tally.links += 1
        refutation = _Refutation(
            left=left,
            right=right,
            start=offset + left.side.tokens[0].start,
            end=offset + right.side.tokens[-1].end,
        )
        ruling = _rule_in_context(refutation, relation, text, tally.rounded)
        if ruling is Ruling.REFUTED and asserted:
            return refutation
        supported = ruling is Ruling.HOLDS and (asserted or _has_percent(left, right))
        tally.held += supported
    return None


def _has_percent(left: Closed, right: Closed) -> bool:
    """Return whether two lone numbers are a conversion worth judging: `20% = 0.2`."""
    return Form.PERCENT in left.program.forms | right.program.forms


def _closed(side: Side, tally: _Tally) -> Closed | None:
    try:
        return close(side)
    except BeyondLimitError:
        tally.stopped = True
        return None


def _rule_in_context(link: _Refutation, relation: str, text: str, rounded: set[Number]) -> Ruling:
    """Rule on a link, and give up what the sentence around it does not assert."""
    ruling = rule(link.left, link.right, relation)
    annotated = text.rfind("<<", 0, link.start) > text.rfind(">>", 0, link.start)
    if ruling is Ruling.HOLDS and relation in "=≈" and not is_exact(link.left, link.right):
        rounded.update(side.values[0].exact for side in (link.left, link.right) if side.is_literal)
    if ruling is not Ruling.REFUTED:
        return ruling
    if within_slack(link.left, link.right, rounded):
        return Ruling.OPEN
    if is_rounded(text, link.start, link.end) and agrees_loosely(link.left, link.right):
        return Ruling.HOLDS
    scaled = factor(link.left, link.right) in SCALES and is_scaled(text, link.start, link.end)
    tested = link.left.is_literal and is_tested(text, link.start, link.end)
    required = relation in "<>≤≥" and is_required(text, link.start, link.end)
    # An annotation is a calculation that was made, whatever the sentence supposes or denies.
    doubted = not annotated and (tested or is_doubtful(text, link.start, link.end))
    return Ruling.OPEN if scaled or required or doubted else Ruling.REFUTED


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
