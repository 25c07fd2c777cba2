"""Decisions beside their truth, as tests of confidence write them."""

from itertools import count

from hypothesis import strategies as st

from annotate.reports import Judged, Mark, Paired
from annotate.reports.threshold import Half, half_of
from schemas import FirstErrorVerdict

NONE = Mark(verdict=FirstErrorVerdict.NONE_FOUND)
UNDECIDED = Mark(verdict=FirstErrorVerdict.UNDECIDED)


def at(step: int) -> Mark:
    """Return a first error that was found."""
    return Mark(verdict=FirstErrorVerdict.FOUND, step_index=step)


def said(word: str, confidence: float | None = None, *, truth: Mark | None = None) -> Paired:
    """Return a decision that is `right`, `wrong` or `open`, about an error at step 1 by default."""
    held = at(1) if truth is None else truth
    predicted = {"right": held, "wrong": at(0), "open": UNDECIDED}[word]
    return Paired(truth=held, predicted=predicted, confidence=confidence)


def problems_of(half: Half, n: int) -> list[str]:
    """Return the ids of `n` problems of one half."""
    names = (str(number) for number in count())
    found: list[str] = []
    while len(found) < n:
        name = next(names)
        if half_of(name) is half:
            found.append(name)
    return found


def in_half(half: Half, *pairs: Paired) -> list[Judged]:
    """Return decisions, each on a problem of its own, all in one half."""
    ids = problems_of(half, len(pairs))
    return [Judged(problem_id=i, pair=p) for i, p in zip(ids, pairs, strict=True)]


confidences = st.one_of(st.none(), st.floats(0, 1))
pairs = st.builds(
    said,
    st.sampled_from(["right", "wrong", "open"]),
    confidences,
    truth=st.sampled_from([at(1), at(2), NONE]),
)
judged = st.builds(Judged, problem_id=st.integers(0, 40).map(str), pair=pairs)
