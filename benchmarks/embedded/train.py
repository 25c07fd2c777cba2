"""Train the embedded policy: `python -m benchmarks.embedded.train --out FOLDER`, about 40 minutes.

Two phases: solving and judging stories from the grammar, from nothing; then judging the policy's
own chains, labelled by the exact checker, beside more solving. Each phase saves its state every
four minutes; `FOLDER/weights` is the checkpoint after the latest one. A run of the same seed and
steps draws the same examples; its floats depend on the machine.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch

from annotate.worlds.stories import Dice
from benchmarks.embedded.batches import Batch, Buckets, Rows
from benchmarks.embedded.checkpoint import export
from benchmarks.embedded.examples import draw_example
from benchmarks.embedded.model import Network, Shape
from benchmarks.embedded.own_chains import draw_own_batches
from benchmarks.embedded.recipe import TOKENS, mix_at, own_rate_at, rate_at
from benchmarks.embedded.tokenizer import train_tokenizer
from benchmarks.embedded.training import Phase, Progress, run_phase

POOL = 2048
"""Examples drawn at a time."""
SEEDS = 100_000_000
"""Seeds of examples that belong to one seed of a run."""


def draw_batches(rows: Rows, progress: Progress, seed: int) -> Iterator[Batch]:
    """Yield batches of the grammar without end, each pool by the mix of its time."""
    pool, buckets = 0, Buckets(TOKENS)
    while True:
        mix = mix_at(progress.share)
        first = seed * SEEDS + pool * POOL
        drawn = (rows.encode(draw_example(number, mix)) for number in range(first, first + POOL))
        yield from buckets.cut(drawn, Dice("batches", first))
        pool += 1


def train(flags: argparse.Namespace) -> None:
    """Train as the flags say and write the checkpoint."""
    out: Path = flags.out
    torch.manual_seed(flags.seed)
    tokenizer = train_tokenizer()
    network = Network(Shape(vocabulary=tokenizer.get_vocab_size()))
    if flags.resume:
        network.load_state_dict(torch.load(flags.resume))
    if "base" in flags.phases:
        progress = Progress(flags.steps)
        batches = draw_batches(Rows(tokenizer), progress, flags.seed)
        base = Phase(batches=batches, progress=progress, rate=rate_at, state=out / "base.pt")
        run_phase(network, base)
        export(network, tokenizer, out / "weights")
    if "own" in flags.phases:
        batches = draw_own_batches(network, tokenizer, flags.own_problems, seed=flags.seed)
        progress = Progress(flags.own_steps)
        own = Phase(batches=batches, progress=progress, rate=own_rate_at, state=out / "own.pt")
        run_phase(network, own)
        export(network, tokenizer, out / "weights")


def main() -> None:
    """Read the flags and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of states and checkpoint")
    parser.add_argument("--seed", type=int, default=1, help="of weights, examples and samples")
    parser.add_argument("--phases", nargs="+", default=["base", "own"], help="which to run")
    parser.add_argument("--steps", type=int, default=6_000, help="length of the first phase")
    parser.add_argument("--own-problems", type=int, default=10_000, help="to sample chains for")
    parser.add_argument("--own-steps", type=int, default=1_500, help="length of the second phase")
    parser.add_argument("--resume", type=Path, help="a state to start from")
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    train(flags)


if __name__ == "__main__":
    main()
