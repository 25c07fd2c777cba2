"""The shipped verifiers under the contract suite."""

from tests.contracts.verifier_contract import VerifierContract
from verifiers import VERIFIERS, Verifier
from verifiers.arithmetic import Arithmetic


class TestArithmetic(VerifierContract):
    """`arithmetic`."""

    def make(self) -> Verifier:
        """Return the verifier under test."""
        return Arithmetic()


def test_every_registered_verifier_is_under_the_contract() -> None:
    """A new one without its class here fails."""
    covered = {suite().make().name for suite in VerifierContract.__subclasses__()}

    assert covered >= {
        name for name in VERIFIERS if VERIFIERS.get(name).__module__.startswith("verifiers.")
    }
