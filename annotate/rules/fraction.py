"""Arguments of rules that are shares. Pure."""

from schemas import InvalidArgumentError


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
