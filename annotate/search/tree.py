"""Tree: the prefixes of one problem whose rollouts were counted, as flat rows. Pure.

States are rows with the index of their parent; a text is a state once.
"""

from dataclasses import dataclass, field

ROOT = 0
"""Index of the bare problem."""


@dataclass(frozen=False, slots=True, kw_only=True)
class State:
    """A prefix with its rollouts' counts. Mutable: it counts its visits."""

    parent: int | None
    """Index of the longest sound state that it was reached through; None for the root."""
    text: str
    """Exact text so far, empty for the root."""
    successes: int
    """Rollouts that reached an accepted answer."""
    trials: int
    """Rollouts whose outcome counts; 0 leaves the state undecided."""
    visits: int = 0
    """N(s): how often a rollout out of it was selected. Never raised by what lies below it."""

    @property
    def value(self) -> float:
        """MC(s), in [0, 1]; 0 where nothing counts."""
        return self.successes / self.trials if self.trials else 0.0


@dataclass(frozen=False, slots=True, kw_only=True)
class Tree:
    """The states of one problem, in the order in which they were asked. Mutable: it grows."""

    states: list[State] = field(default_factory=list)
    """[n_states] Rows; the first is the root."""
    _by_text: dict[str, int] = field(default_factory=dict)
    """Index of each text."""

    def find(self, text: str) -> int | None:
        """Return the index of the state with this text, None where it was never asked about."""
        return self._by_text.get(text)

    def add(self, *, parent: int | None, text: str, successes: int, trials: int) -> int:
        """Add a state that is not there yet, and return its index."""
        index = len(self.states)
        self.states.append(State(parent=parent, text=text, successes=successes, trials=trials))
        self._by_text[text] = index
        return index
