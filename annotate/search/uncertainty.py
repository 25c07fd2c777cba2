"""In which order the prefixes of a solution are looked at, by how unsure its steps were. Pure."""

from collections.abc import Sequence


def uncertain_first(entropies: Sequence[float | None], *, increase: bool) -> tuple[int, ...]:
    """Return the places of steps, the most uncertain first; of equals the earlier.

    Source: UnPRM (arXiv:2508.01773).

    Args:
        entropies: [n] Mean entropy of each step's tokens, >= 0; null where it has none: such a step
            comes last.
        increase: Whether it is how much a step's is above that of the step before it that counts;
            the first step with any is no increase.
    """
    keys: list[float | None] = []
    before: float | None = None
    for entropy in entropies:
        rise = None if entropy is None else entropy - (entropy if before is None else before)
        keys.append(rise if increase else entropy)
        before = entropy if entropy is not None else before
    known = [(-key, place) for place, key in enumerate(keys) if key is not None]
    unknown = [place for place, key in enumerate(keys) if key is None]
    return (*(place for _, place in sorted(known)), *unknown)
