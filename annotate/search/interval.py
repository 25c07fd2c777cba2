"""Interval: bisection between a prefix that still succeeds and one that fails. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What is known of where success ends: after `good` spans, and not after `bad`.

    Bisecting n spans from (0, n) takes at most ceil(log2 n) questions.

    Source: OmegaPRM (Luo et al. 2024, arXiv:2406.06592), Monte-Carlo estimation by binary search.
    """

    good: int
    """Spans of a prefix that is held to be sound, >= 0; 0 is the start."""
    bad: int
    """Spans of a longer prefix that is held to be wrong; the whole is, by its outcome."""

    @property
    def middle(self) -> int | None:
        """The next prefix to ask about, in spans; None once `bad` follows `good` directly."""
        return (self.good + self.bad) // 2 if self.bad - self.good > 1 else None

    def narrowed(self, middle: int, *, sound: bool) -> "Interval":
        """Return what is known once the prefix of `middle` spans was asked about."""
        return (
            Interval(good=middle, bad=self.bad) if sound else Interval(good=self.good, bad=middle)
        )
