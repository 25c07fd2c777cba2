"""Strategy `two_level`: which thought of a long solution is the first wrong one, and which step."""

import re
from dataclasses import dataclass
from typing import ClassVar

from annotate.rules.base import asked_steps
from annotate.search import Interval, thought_ends
from annotate.strategies.base import STRATEGIES, StrategyFacts
from annotate.strategies.halving import Halves, Halving
from schemas import Solution

_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*\Z")


@STRATEGIES.register("two_level")
@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevel(Halving):
    """Halve the thoughts of each wrong solution, then the steps of the first wrong one.

    A thought ends with a step that a blank line follows, or where thought turns into response.
    Where no step ends one, or every step does, about sqrt(M) groups of steps stand for thoughts.

    What is held to be wrong, and what is not searched, is as in `bisect`.

    Long chains take back many of their errors, most within the same thought. A prefix that ends
    inside may hold one, and bisection over steps then turns to what is before it; prefixes that
    end with a thought hold fewer.

    Source: the search is OmegaPRM's (arXiv:2406.06592), the threshold EpicPRM's (arXiv:2503.02382);
    the two levels are ours.
    Cost: `k` rollouts for each of at most `ceil(log2(G)) + ceil(log2(S))` probes per wrong solution
    of G thoughts, the longest of S steps: with sqrt(M) groups at most two probes more than
    `bisect`. Further as there.
    """

    name: ClassVar[str] = "two_level"
    """Registered name."""
    facts: ClassVar[StrategyFacts] = StrategyFacts(
        asks="as `bisect`, of groups of steps first, then of the steps of the first wrong one",
        calls="k (ceil(log2 G) + ceil(log2 S)) per wrong solution of G groups of at most S steps",
    )
    """Its row in the documentation."""
    ends: ClassVar[str] = "bisected twice"
    """It stops once a sound prefix and a wrong one are one step apart."""

    async def search(self, halves: Halves) -> None:
        """Ask about one wrong solution."""
        steps = asked_steps(halves.solution)
        spans = thought_ends([*(_ends_thought(halves.solution, step) for step in steps), True])
        thoughts = Interval(good=0, bad=len(spans))
        last = [steps[span - 1] for span in spans[:-1]]
        found = await halves.narrow(thoughts, last, thoughts.middle)
        if found is not None:
            good = spans[found.good - 1] if found.good else 0
            inside = Interval(good=good, bad=spans[found.bad - 1])
            await halves.narrow(inside, steps, inside.middle)


def _ends_thought(solution: Solution, index: int) -> bool:
    """Return whether a thought ends with a step that is not the last."""
    step, following = solution.steps[index : index + 2]
    gap = step.text + solution.separator
    return step.kind is not following.kind or _BLANK_LINE.search(gap) is not None
