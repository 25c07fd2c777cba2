"""Shares, as arguments of rules and in comparisons with them. Pure."""

from typing import Final

from schemas import InvalidArgumentError

_ROUNDING: Final = 1e-9
"""More than what a few operations on floats lose, and less than what two shares of up to ten
thousand rollouts differ by, if they differ."""


def is_at_least(value: float, least: float) -> bool:
    """Return whether a number that was computed from shares is no less than a threshold.

    Equal ones are: 12/20 of what was 15/20 is 0.8 of it, though floats make it a trifle less.
    """
    return value >= least - _ROUNDING


def check_fraction(
    name: str, value: object, *, above_zero: bool = False, below_one: bool = False
) -> None:
    """Refuse an argument that is no number in [0, 1].

    Args:
        name: The argument.
        value: What was given.
        above_zero: Whether 0 is refused too.
        below_one: Whether 1 is refused too.

    Raises:
        InvalidArgumentError: If it is none.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        low = value > 0 if above_zero else value >= 0
        high = value < 1 if below_one else value <= 1
        if low and high:
            return
    wanted = f"{'(' if above_zero else '['}0, 1{')' if below_one else ']'}"
    raise InvalidArgumentError(f"{name}={value!r} must be a number in {wanted}.")
