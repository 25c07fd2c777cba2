"""Own chains: what the policy writes itself, labelled by the exact checker, for it to learn from.

Of each chain it learns to judge; of one with a wrong step, also to take that step back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from tokenizers import Tokenizer

from annotate.worlds.stories import (
    Dice,
    StepError,
    StepVerdict,
    draw_problem,
    first_error,
    first_error_is_known,
)
from benchmarks.embedded.batches import Batch, Buckets, Row, Rows
from benchmarks.embedded.chains import Chain, sample_chains
from benchmarks.embedded.examples import Example, draw_example, judge_example, solve_example
from benchmarks.embedded.model import Network
from benchmarks.embedded.recipe import OWN_JUDGED, OWN_MIX, OWN_SOLVED, OWN_WITHDRAWN, TOKENS

_FIRST = 5_000_000_000  # seeds of problems that no other phase and no measurement draws
_POOL = 2048
_REPEATS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRows:
    """What is learned from own chains."""

    judged: list[Row]
    """Chains to judge, a little more than half of them wrong."""
    withdrawn: list[Row]
    """Chains up to their first error, with its withdrawal and the right rest."""
    solved: list[Row]
    """Chains to write again: solved, and right but for what they take back themselves."""


def label_own(network: Network, tokenizer: Tokenizer, problems: int, *, seed: int) -> OwnRows:
    """Sample two chains for each problem and make examples of them.

    Left out are chains whose first error is unknown to the checker.
    """
    first = _FIRST + seed * 1_000_000
    numbers = range(first, first + problems)
    chains = sample_chains(network, tokenizer, numbers, repeats=_REPEATS, seed=seed)
    known = [chain for chain in chains if first_error_is_known(chain.truths)]
    wrong = [chain for chain in known if first_error(chain.truths) is not None]
    right = [chain for chain in known if first_error(chain.truths) is None][: len(wrong)]
    judged = [judge_example(chain.problem, chain.steps) for chain in (*wrong, *right)]
    withdrawn = [example for chain in wrong if (example := _withdraw(chain)) is not None]
    solved = [_repeat(chain) for chain in chains if _is_clean(chain)]
    print(
        f"own_chains={len(chains)} known={len(known)} wrong={len(wrong)} "
        f"withdrawn={len(withdrawn)} clean={len(solved)} "
        f"solved={sum(chain.solved for chain in chains)}",
        flush=True,
    )
    rows = Rows(tokenizer)
    return OwnRows(
        judged=[rows.encode(example) for example in judged],
        withdrawn=[rows.encode(example) for example in withdrawn],
        solved=[rows.encode(example) for example in solved],
    )


def _withdraw(chain: Chain) -> Example | None:
    """Return the chain with its first error taken back at once, or None where that is no use."""
    story, at = draw_problem(chain.seed), first_error(chain.truths)
    if at is None or at >= story.steps or chain.steps[:at] != story.solution[:at]:
        return None
    if chain.steps[at].startswith("Wait"):
        return None
    withdrawal = f"Wait, step {at + 1} is wrong."
    lines = (*chain.steps[: at + 1], withdrawal, *story.solution[at:])
    return solve_example(chain.problem, lines, range(at, at + 1))


def _is_clean(chain: Chain) -> bool:
    fine = (StepVerdict.RIGHT, StepVerdict.RETRACTED)
    false_alarm = StepError.FALSE_WITHDRAWAL
    return chain.solved and all(
        truth.verdict in fine and truth.error is not false_alarm for truth in chain.truths
    )


def _repeat(chain: Chain) -> Example:
    wrong = [i for i, truth in enumerate(chain.truths) if truth.verdict is StepVerdict.RETRACTED]
    return solve_example(chain.problem, chain.steps, wrong)


class _Deck:
    """Rows dealt in drawn order, again and again. Mutable."""

    def __init__(self, rows: list[Row], dice: Dice) -> None:
        self._rows, self._dice, self._left = rows, dice, list[Row]()

    def deal(self) -> Row:
        """Return the next row."""
        self._left = self._left or self._dice.sample(self._rows, len(self._rows))
        return self._left.pop()


def draw_own_batches(
    network: Network, tokenizer: Tokenizer, problems: int, *, seed: int
) -> Iterator[Batch]:
    """Sample and label the chains; then yield batches of them mixed with the grammar, endlessly."""
    own, dice = label_own(network, tokenizer, problems, seed=seed), Dice("own", seed)
    decks = (_Deck(own.judged, dice), _Deck(own.withdrawn, dice), _Deck(own.solved, dice))
    ends = (OWN_JUDGED, OWN_JUDGED + OWN_WITHDRAWN, OWN_JUDGED + OWN_WITHDRAWN + OWN_SOLVED)
    rows, buckets = Rows(tokenizer), Buckets(TOKENS)
    for first in count(_FIRST // 2, _POOL):
        drawn: list[Row] = []
        for number in range(first, first + _POOL):
            share = dice.below(100) / 100
            deck = next((d for d, end in zip(decks, ends, strict=True) if share < end), None)
            if deck is not None:
                drawn.append(deck.deal())
            else:
                drawn.append(rows.encode(draw_example(number, OWN_MIX)))
        yield from buckets.cut(drawn, dice)
