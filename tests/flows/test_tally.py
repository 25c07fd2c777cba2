"""Tally: passes progress on, and says where it stands."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from annotate.jobs import Silent
from flows.tally import Tally


@dataclass(frozen=False, slots=True, kw_only=True)
class Recorder:
    """Progress that remembers what it was told. Mutable: it remembers."""

    told: list[tuple[object, ...]] = field(default_factory=list)

    def start(self, phase: str, *, total: int | None, unit: str) -> None:
        """Remember it."""
        self.told.append(("start", phase, total, unit))

    def advance(self, done: int) -> None:
        """Remember it."""
        self.told.append(("advance", done))

    def live(self, *, rollouts: int, tokens: int, in_flight: int) -> None:
        """Remember it."""
        self.told.append(("live", rollouts, tokens, in_flight))

    def note(self, text: str) -> None:
        """Remember it."""
        self.told.append(("note", text))


def test_all_that_is_told_is_passed_on() -> None:
    """In order, unchanged."""
    recorder = Recorder()
    tally = Tally(recorder)
    tally.start("scan:", total=4, unit="problems")
    tally.advance(3)
    tally.live(rollouts=1200, tokens=56_000, in_flight=64)
    tally.note("rejected a row")

    assert recorder.told == [
        ("start", "scan:", 4, "problems"),
        ("advance", 3),
        ("live", 1200, 56_000, 64),
        ("note", "rejected a row"),
    ]
    assert str(tally) == "scan: 3 of 4 problems; 1,200 rollouts, 56,000 tokens, 64 in flight"


@given(total=st.none() | st.integers(0, 10_000), steps=st.lists(st.integers(0, 5_000), max_size=9))
def test_the_percentage_never_falls_and_stays_in_range(total: int | None, steps: list[int]) -> None:
    """Whatever is counted, as Prefect refuses anything else; 100 exactly where all is done."""
    tally = Tally(Silent())
    tally.start("checking", total=total, unit="solutions")
    before = tally.percent
    for done in steps:
        tally.advance(done)

        assert 0.0 <= before <= tally.percent <= 100.0
        before = tally.percent
    if total is not None and sum(steps) >= total:
        assert tally.percent == 100.0


def test_a_new_phase_counts_from_zero() -> None:
    """As when the next method begins."""
    tally = Tally(Silent())
    tally.start("omegaprm:", total=10, unit="problems")
    tally.advance(10)
    tally.start("scan:", total=20, unit="problems")

    assert tally.percent == 0.0
    assert str(tally) == "scan: 0 of 20 problems"


def test_the_first_phase_is_announced_once() -> None:
    """Not before: a job that refuses its inputs says nothing else."""
    recorder = Recorder()
    tally = Tally(recorder, begun=lambda: recorder.note("begun"))
    tally.note("a copy")
    tally.start("reading", total=None, unit="rows")
    tally.start("scan:", total=4, unit="problems")

    assert recorder.told == [
        ("note", "a copy"),
        ("note", "begun"),
        ("start", "reading", None, "rows"),
        ("start", "scan:", 4, "problems"),
    ]
