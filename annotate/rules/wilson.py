"""Wilson: the interval of a share that was counted. Pure.

Source: Wilson 1927 (JASA 22:209), as scipy has it.
"""

import functools

CONFIDENCE_LEVEL = 0.95
"""Of every interval."""


@functools.cache
def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return both ends, in [0, 1], of the 95 % interval of `hits` out of `total`, >= 1."""
    from scipy.stats import binomtest  # noqa: PLC0415  # half a second that only its callers pay

    interval = binomtest(hits, total).proportion_ci(CONFIDENCE_LEVEL, method="wilson")
    return float(interval.low), float(interval.high)
