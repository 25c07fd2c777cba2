"""Evaluation: label sets scored on the solutions that all of them and the truth share. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from annotate.reports.first_error_scores import Difference, Paired, Scores, difference, score
from annotate.reports.gaps import Gap
from annotate.reports.label_set import LabelSet
from annotate.reports.truth import Truth, TruthRow
from schemas import InvalidArgumentError


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanCost:
    """What a set spent on the paired solutions."""

    tokens: float
    """Tokens drawn, per solution."""
    rollouts: float
    """Completions that counted, per solution."""
    seconds: float
    """Time, per solution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """One label set on all paired solutions."""

    name: str
    """How the set is called."""
    scores: Scores
    """On all paired solutions."""
    cost: MeanCost | None
    """Per paired solution; null where no cost was recorded."""
    difference: Difference | None
    """Against the first set; null for the first set itself."""
    left_out: Mapping[Gap, int]
    """What could not be paired, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The paired solutions with one value of a grouping."""

    values: tuple[str | None, ...]
    """One value per name of the grouping; null where the truth row has none."""
    scores: tuple[Scores, ...]
    """[n_sets] Scores of each set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Scores by the values of one name, or of several crossed."""

    names: tuple[str, ...]
    """What was grouped by."""
    groups: tuple[Group, ...]
    """In order of their values; a group without a value last."""
    mean_f1: tuple[float | None, ...]
    """[n_sets] Mean of the groups' F1 as ProcessBench reports it; null where no group has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Label sets against a truth."""

    n_paired: int
    """Solutions that the truth and all sets share."""
    n_truth: int
    """Solutions in the truth, after what it left out."""
    truth_left_out: Mapping[Gap, int]
    """Rows of the truth that were left out, by kind."""
    sets: tuple[SetReport, ...]
    """The sets, in the order given; the first is what the others are compared with."""
    groupings: tuple[Grouping, ...]
    """One for each entry of `by`."""


def evaluate(sets: Sequence[LabelSet], truth: Truth, *, by: Sequence[str] = ()) -> Evaluation:
    """Score label sets against a truth, paired by content.

    Args:
        sets: At least one; all are scored on the same solutions.
        truth: First errors held to be true.
        by: Names among the truth's groups, one grouping each; `set+subset` crosses two.

    Raises:
        InvalidArgumentError: If there is no set, a name is unknown, or nothing is shared.
    """
    if not sets:
        raise InvalidArgumentError("sets=[]: give at least one run or file of labels to score.")
    if not truth.rows:
        raise InvalidArgumentError(
            "the truth holds no row with a first error or labels: name their field, as "
            "--map first_error=YOUR_FIELD."
        )
    known = {name for row in truth.rows.values() for name in row.groups}
    crossings = [_names(entry, known) for entry in by]
    shared = shared_contents(sets, truth)
    if not shared:
        sizes = ", ".join(f"{labels.name!r} {len(labels.predictions)}" for labels in sets)
        raise InvalidArgumentError(
            f"no solution is shared by the truth ({len(truth.rows)} labelled) and all sets "
            f"({sizes}): solutions pair where question and steps are equal, so the steps must be "
            "cut alike."
        )
    pairs = [pair_up(labels, truth, shared) for labels in sets]
    return Evaluation(
        n_paired=len(shared),
        n_truth=len(truth.rows),
        truth_left_out=truth.left_out,
        sets=tuple(
            SetReport(
                name=labels.name,
                scores=score(rows),
                cost=_mean_cost(labels, shared),
                difference=difference(pairs[0], rows) if number else None,
                left_out=_left_out(labels, truth, len(shared)),
            )
            for number, (labels, rows) in enumerate(zip(sets, pairs, strict=True))
        ),
        groupings=tuple(
            _grouping(names, [truth.rows[content_id] for content_id in shared], pairs)
            for names in crossings
        ),
    )


def shared_contents(sets: Sequence[LabelSet], truth: Truth) -> list[str]:
    """Return the contents that the truth and all sets hold, in the order of the truth."""
    return [
        content_id
        for content_id in truth.rows
        if all(content_id in labels.predictions for labels in sets)
    ]


def pair_up(labels: LabelSet, truth: Truth, contents: Sequence[str]) -> list[Paired]:
    """Return [n_contents] what a set says beside the truth, of contents that both hold."""
    return [
        Paired(
            truth=truth.rows[content_id].mark,
            predicted=labels.predictions[content_id].mark,
            confidence=labels.predictions[content_id].confidence,
        )
        for content_id in contents
    ]


def _names(entry: str, known: Collection[str]) -> tuple[str, ...]:
    # A field's own name may hold a plus sign: then it is that field.
    names = (entry,) if entry in known else tuple(part.strip() for part in entry.split("+"))
    for name in names:
        if name not in known:
            raise InvalidArgumentError(
                f"by={name!r} is no field of the truth: there is {', '.join(sorted(known))}."
            )
    return names


def _mean_cost(labels: LabelSet, shared: Sequence[str]) -> MeanCost | None:
    if not labels.has_cost:
        return None
    rows = [labels.predictions[content_id] for content_id in shared]
    return MeanCost(
        tokens=sum(row.tokens for row in rows) / len(rows),
        rollouts=sum(row.rollouts for row in rows) / len(rows),
        seconds=sum(row.seconds for row in rows) / len(rows),
    )


def _left_out(labels: LabelSet, truth: Truth, n_shared: int) -> dict[Gap, int]:
    in_both = sum(content_id in labels.predictions for content_id in truth.rows)
    counts = dict(labels.left_out) | {
        Gap.NOT_IN_TRUTH: len(labels.predictions) - in_both,
        Gap.NOT_IN_SET: len(truth.rows) - in_both,
        Gap.NOT_IN_OTHERS: in_both - n_shared,
    }
    return {gap: n for gap, n in counts.items() if n}


def _grouping(
    names: tuple[str, ...], rows: Sequence[TruthRow], pairs: Sequence[Sequence[Paired]]
) -> Grouping:
    members: dict[tuple[str | None, ...], list[int]] = {}
    for position, row in enumerate(rows):
        values = tuple(row.groups.get(name) for name in names)
        members.setdefault(values, []).append(position)
    groups = tuple(
        Group(
            values=values,
            scores=tuple(score([side[i] for i in members[values]]) for side in pairs),
        )
        for values in sorted(members, key=_none_last)
    )
    return Grouping(
        names=names,
        groups=groups,
        mean_f1=tuple(_mean_f1(groups, number) for number in range(len(pairs))),
    )


def _none_last(values: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in values)


def _mean_f1(groups: Sequence[Group], number: int) -> float | None:
    known = [f1 for group in groups if (f1 := group.scores[number].f1) is not None]
    return sum(known) / len(known) if known else None
