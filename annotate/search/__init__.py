"""Search: where to look next among prefixes and rollouts. Pure: no I/O, no clock, no asking."""

from annotate.search.interval import Interval
from annotate.search.selection import Pool, Weights, exploration, rollout_value
from annotate.search.tree import ROOT, State, Tree

__all__ = [
    "ROOT",
    "Interval",
    "Pool",
    "State",
    "Tree",
    "Weights",
    "exploration",
    "rollout_value",
]
