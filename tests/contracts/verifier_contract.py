"""The suite that every verifier inherits: what `docs/write-a-verifier.md` promises."""

import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import FindingVerdict, Piece, Problem, Solution, make_solution, text_problem
from verifiers import Finding, Verifier

HARD_TEXTS = (
    "",
    " \n\t",
    "9^9^9 = 1",
    "9^{9^{9^9}} = 1 and 99999999999! = 2",
    "(" * 60 + "1" + ")" * 60 + " = 1",
    "(" * 5000,
    "\\frac{" * 500 + "1" + "}{2}" * 500,
    "$" * 5000,
    "= " * 5000,
    "\x00\u202e\ud7ff\U0001f600 1 + 1 = 2",
    "1 + 1 = 2\n" * 20_000,
    "1/0 = 0/0 = 1",
    "9" * 20_000 + " = 1",
)
MOST_SECONDS = 20.0


class VerifierContract:
    """Inherit and implement `make`."""

    def make(self) -> Verifier:
        """Return the verifier under test."""
        raise NotImplementedError

    def check(self, *texts: str) -> list[Finding]:
        """Return the findings on a solution of these steps."""
        return list(self.make().check(*solved(*texts)))

    def test_it_implements_the_protocol(self) -> None:
        """Name, version, backend and check are there."""
        assert isinstance(self.make(), Verifier)

    def test_it_travels_to_other_processes(self) -> None:
        """A frozen dataclass of primitives pickles to an equal one."""
        verifier = self.make()

        assert pickle.loads(pickle.dumps(verifier)) == verifier  # noqa: S301  # written in this line

    @pytest.mark.parametrize("text", HARD_TEXTS, ids=range(len(HARD_TEXTS)))
    def test_hard_texts_are_bounded(self, text: str) -> None:
        """No text hangs or raises; the bound is far above what any takes."""
        started = time.perf_counter()
        findings = self.check(text, "1 + 1 = 2")

        assert time.perf_counter() - started < MOST_SECONDS
        assert all(is_well_formed(finding, 2) for finding in findings)

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.text(max_size=80), min_size=1, max_size=4))
    def test_findings_are_well_formed_on_any_text(self, texts: list[str]) -> None:
        """At most one finding per step, in order; INCORRECT has a certificate, UNKNOWN a reason."""
        findings = self.check(*texts)

        places = [f.step_index for f in findings if f.step_index is not None]
        assert places == sorted(set(places))
        assert all(is_well_formed(finding, len(texts)) for finding in findings)

    @settings(max_examples=30, deadline=None)
    @given(st.text(alphabet="0123456789+-*/=()$. xn\\{}", max_size=60))
    def test_it_is_deterministic(self, text: str) -> None:
        """The same text gives the same findings."""
        assert self.check(text) == self.check(text)


def solved(*texts: str) -> tuple[Problem, Solution]:
    """Return a problem and a solution of these steps."""
    problem = text_problem("How many?", answers=("2",))
    return problem, make_solution(problem, tuple(Piece(text=text) for text in texts))


def is_well_formed(finding: Finding, n_steps: int) -> bool:
    """Return whether a finding keeps the promises of its verdict."""
    placed = finding.step_index is None or 0 <= finding.step_index < n_steps
    refuted = finding.verdict is not FindingVerdict.INCORRECT or finding.certificate is not None
    explained = finding.verdict is not FindingVerdict.UNKNOWN or bool(finding.reason)
    return placed and refuted and explained
