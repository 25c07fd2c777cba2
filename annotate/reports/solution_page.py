"""A solution with all that is said of it as a page for a terminal. Pure."""

from collections.abc import Iterator

from rich.console import Group as Stack
from rich.padding import Padding
from rich.text import Text

from annotate.reports.first_error_scores import Mark
from annotate.reports.safe_text import safe_text
from annotate.reports.solution_view import Observation, ShownLabel, ShownStep, SolutionView
from schemas import (
    Basis,
    Certificate,
    FindingVerdict,
    FirstErrorVerdict,
    LabelVerdict,
    Scope,
    SourceKind,
    StepKind,
    Visibility,
)

_VERDICT_STYLE = {
    LabelVerdict.CORRECT: "green",
    LabelVerdict.INCORRECT: "bold red",
    LabelVerdict.UNKNOWN: "yellow",
    LabelVerdict.NOT_CHECKED: "dim",
}

_INDENT = 2


def solution_page(view: SolutionView) -> Stack:
    """Return the page: head, problem, first errors, then each step with labels and evidence."""
    return Stack(*_head(view), *(line for step in view.steps for line in _step(step)))


def _head(view: SolutionView) -> Iterator[Text | Padding]:
    yield safe_text(f"Solution {view.solution_id}", style="bold")
    for place in view.sources:
        named = "" if place.source_id is None else f"{place.source_id}, "
        by = "" if place.generator is None else f", written by {place.generator}"
        yield safe_text(f"{named}{place.input_name} row {place.row}{by}", style="dim")
    yield safe_text("Problem" if view.domain is None else f"Problem ({view.domain})", style="bold")
    yield _indented(safe_text(view.question))
    if view.answers:
        yield safe_text(f"accepted answer: {' or '.join(view.answers)}")
    if view.final_answer is not None or view.outcome is not None:
        outcome = "not checked" if view.outcome is None else view.outcome.name
        yield safe_text(f"final answer: {view.final_answer or 'none'} ({outcome})")
    for row in view.first_errors:
        sure = "" if row.confidence is None else f" (confidence {row.confidence:.2f})"
        yield safe_text(f"first error by {row.name}: {_mark(row.mark)}{sure}", style="bold")
        if row.visibility is Visibility.VISIBLE_ERRORS_ONLY:
            yield safe_text(
                "  (errors that the chain recovers from could not be seen)", style="dim"
            )
        if row.uncorrected:
            yield safe_text(f"  never taken back: {_likeliest(row.uncorrected)}", style="dim")
    for observation in view.evidence:
        yield _observation(observation)


def _likeliest(shares: tuple[float, ...]) -> str:
    """Return the likeliest place of [n_steps + 1] probabilities, the last being none."""
    place = shares.index(max(shares))
    named = "none" if place == len(shares) - 1 else f"step {place}"
    return f"{named} (probability {shares[place]:.2f})"


def _step(step: ShownStep) -> Iterator[Text | Padding]:
    title = safe_text(f"\nStep {step.step_index}", style="bold")
    if step.kind is not StepKind.RESPONSE:
        title.append(f" {step.kind.name.lower()}", style="dim")
    for label in step.labels:
        title.append("  ")
        title.append_text(_label(label))
    yield title
    yield _indented(safe_text(step.text))
    for observation in step.evidence:
        yield _indented(_observation(observation))


def _label(label: ShownLabel) -> Text:
    text = safe_text(f"{label.name} ")
    text.append(label.verdict.name, style=_VERDICT_STYLE[label.verdict])
    if label.basis is Basis.INFERRED:
        text.append(" (inferred)", style="dim")
    if label.p_correct is not None:
        text.append(f" p={label.p_correct:.2f}")
    if label.value is not None and label.value_kind is not None:
        text.append(f" {label.value_kind.name.lower()}={label.value:.2f}")
    return text


def _observation(row: Observation) -> Text:
    said = [part for part in (row.outcome, _counts(row), _score(row)) if part is not None]
    style = "dim" if row.outcome == FindingVerdict.NOT_APPLICABLE.name else "cyan"
    by = f"judge {row.source}" if row.source_kind is SourceKind.JUDGE else row.source
    text = safe_text(f"· {by} {', '.join(said) or 'says nothing'}", style=style)
    if row.certificate is not None:
        text.append_text(safe_text(f": {certificate_words(row.certificate)}"))
    elif row.reason is not None:
        text.append_text(safe_text(f": {row.reason}"))
    if row.is_shared:
        text.append(" (asked for another solution that begins alike)", style="dim")
    return text


def certificate_words(certificate: Certificate) -> str:
    """Return a certificate in words: the claim in quotes, then what was found."""
    found = ", ".join(f"{value.name} {value.value}" for value in certificate.values)
    return f'"{certificate.claim}" {found}'.rstrip()


def _counts(row: Observation) -> str | None:
    if row.trials is None:
        return None
    where = " of the bare problem" if row.scope is Scope.PROBLEM else ""
    return f"{row.successes or 0} of {row.trials} rollouts{where} succeed"


def _score(row: Observation) -> str | None:
    return None if row.score is None else f"score {row.score:.3g}"


def _mark(mark: Mark) -> str:
    if mark.verdict is FirstErrorVerdict.FOUND:
        return f"step {mark.step_index}"
    return "none" if mark.verdict is FirstErrorVerdict.NONE_FOUND else "undecided"


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, _INDENT))
