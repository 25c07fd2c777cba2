"""PolicyCheck: what one check of a policy found. Data."""

from dataclasses import dataclass
from enum import Enum, auto, unique


@unique
class CheckState(Enum):
    """What a check says."""

    OK = auto()
    """As it must be."""
    FAILED = auto()
    """Labels made with this policy would be wrong: nothing should be paid for."""
    NOTED = auto()
    """It works, and there is something to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCheck:
    """One row of `waymark check-policy`."""

    name: str
    """What was checked: `continues`, `n`, `seed`, ..."""
    state: CheckState
    """What came of it."""
    message: str
    """What was seen, in one line."""
    remedy: str = ""
    """What to do; empty where there is nothing."""

    @property
    def failed(self) -> bool:
        """Whether nothing should be paid for."""
        return self.state is CheckState.FAILED
