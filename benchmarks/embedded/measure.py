"""Measure a checkpoint: `python -m benchmarks.embedded.measure`, about six minutes on two cores.

Prints the tables of the model card. Problems come from seeds that training never draws. Intervals
are 95 % and over problems, not chains: chains of one problem resemble each other.
"""

import argparse
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from annotate.worlds.stories import (
    Dice,
    StepError,
    StepVerdict,
    draw_problem,
    first_error,
    first_error_is_known,
    first_uncorrected_error,
)
from benchmarks.embedded.chains import Chain, sample_chains
from benchmarks.embedded.checkpoint import load
from benchmarks.embedded.examples import solve_prompt
from benchmarks.embedded.judgements import Judgement, judge_chains, score
from benchmarks.embedded.model import Network
from benchmarks.embedded.sampling import complete

FIRST_SEED = 7_000_000_000
"""Seed of the first problem that is measured on."""
WEIGHTS = Path(__file__).parents[2] / "annotate" / "policies" / "embedded" / "weights"

_RESAMPLES = 400
_NORMAL = 1.96  # half width of a 95 % interval in standard errors


def interval(shares: Sequence[float]) -> str:
    """Return "41.2 % ± 2.0" for shares in [0, 1], one of each problem."""
    if len(shares) < 2:  # noqa: PLR2004 - a spread needs two
        return "-"
    error = statistics.stdev(shares) / len(shares) ** 0.5
    return f"{100 * statistics.fmean(shares):.1f} % ± {100 * _NORMAL * error:.1f}"


def by_problem(chains: Iterable[Chain]) -> dict[int, list[Chain]]:
    """Return the chains of each problem."""
    groups: dict[int, list[Chain]] = defaultdict(list)
    for chain in chains:
        groups[chain.seed].append(chain)
    return groups


def print_solving(chains: Sequence[Chain]) -> None:
    """Print how many chains are solved, by the number of steps, and how many problems are mixed."""
    groups = by_problem(chains).values()
    print("| steps | problems | solved |\n|---|---|---|")
    for size in (*sorted({chain.size for chain in chains}), None):
        shares = [
            statistics.fmean(chain.solved for chain in group)
            for group in groups
            if size is None or group[0].size == size
        ]
        print(f"| {size or 'all'} | {len(shares)} | {interval(shares)} |")
    mixed = [float(0 < sum(chain.solved for chain in group) < len(group)) for group in groups]
    print(f"\nProblems with both right and wrong answers: {interval(mixed)}")


def print_errors(chains: Sequence[Chain]) -> None:
    """Print the kinds of first errors, and how often errors are withdrawn or survived."""
    known = [chain for chain in chains if first_error_is_known(chain.truths)]
    wrong = [chain for chain in known if first_error(chain.truths) is not None]
    kinds = Counter(chain.truths[first_error(chain.truths) or 0].error for chain in wrong)
    print("\n| kind of first error | share |\n|---|---|")
    for kind, count in kinds.most_common():
        print(f"| {kind.name} | {100 * count / len(wrong):.1f} % |")

    def share(name: str, chosen: Sequence[Chain], of: Sequence[Chain]) -> None:
        print(f"| {name} | {100 * len(chosen) / max(1, len(of)):.1f} % | {len(of)} |")

    print("\n| chains | share | of |\n|---|---|---|")
    share("first error known to the checker", known, chains)
    share("with a step withdrawn", [c for c in chains if _has(c, StepVerdict.RETRACTED)], chains)
    share("with a right step withdrawn", [c for c in chains if _false_alarm(c)], chains)
    corrected = [c for c in wrong if first_uncorrected_error(c.truths) is None]
    share("wrong ones that correct every error", corrected, wrong)
    share("wrong ones with the right answer", [c for c in wrong if c.solved], wrong)
    sound = [c for c in known if first_error(c.truths) is None]
    share("without an error that give no answer", [c for c in sound if not c.solved], sound)


def _has(chain: Chain, verdict: StepVerdict) -> bool:
    return any(truth.verdict is verdict for truth in chain.truths)


def _false_alarm(chain: Chain) -> bool:
    return any(truth.error is StepError.FALSE_WITHDRAWAL for truth in chain.truths)


def print_recovery(
    network: Network, tokenizer: Tokenizer, chains: Sequence[Chain], *, prefixes: int, samples: int
) -> None:
    """Print how often rollouts from just after a first error still reach the right answer.

    Args:
        network: The policy.
        tokenizer: Its tokenizer.
        chains: Where wrong prefixes come from, one of each problem at most.
        prefixes: How many to roll out from.
        samples: Rollouts of each.
    """
    cut: list[tuple[str, str]] = []
    for group in by_problem(chains).values():
        for chain in group:
            end = first_error(chain.truths)
            if end is not None and first_error_is_known(chain.truths):
                text = "".join(f"{step}\n" for step in chain.steps[: end + 1])
                answer = draw_problem(chain.seed).answer
                cut.append((solve_prompt(chain.problem) + text, answer))
                break
    cut = cut[:prefixes]
    prompts = [prompt for prompt, _ in cut for _ in range(samples)]
    texts = complete(network, tokenizer, prompts, seed=3)
    rates = [
        statistics.fmean(
            text.endswith(f"The answer is {answer}.\n")
            for text in texts[index * samples : (index + 1) * samples]
        )
        for index, (_, answer) in enumerate(cut)
    ]
    print(f"\nFrom just after a first error, {len(cut)} prefixes, {samples} rollouts each:")
    print(f"rollouts that reach the right answer: {interval(rates)}")
    print(f"prefixes with at least one that does: {interval([float(r > 0) for r in rates])}")


def print_judging(judgements: Sequence[Judgement], *, seed: int) -> None:
    """Print the judge's scores with bootstrap intervals."""
    dice = Dice("bootstrap", seed)
    everything = score(judgements)
    resampled = [score([dice.pick(judgements) for _ in judgements]) for _ in range(_RESAMPLES)]
    wrong = sum(judgement.truth is not None for judgement in judgements)
    print(f"\nJudging, {wrong} wrong and {len(judgements) - wrong} right chains of its own:")
    print("\n| score | value | 95 % |\n|---|---|---|")
    for name in ("error_accuracy", "error_recall", "correct_accuracy", "f1"):
        values = sorted(getattr(one, name) for one in resampled)
        low, high = values[_RESAMPLES // 40], values[-_RESAMPLES // 40 - 1]
        value = getattr(everything, name)
        print(f"| {name} | {100 * value:.1f} % | {100 * low:.1f} to {100 * high:.1f} |")


def main() -> None:
    """Read the flags, sample and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="checkpoint folder")
    parser.add_argument("--problems", type=int, default=600, help="to solve")
    parser.add_argument("--samples", type=int, default=16, help="chains of each problem")
    parser.add_argument("--judged", type=int, default=1500, help="further problems, to judge")
    parser.add_argument("--prefixes", type=int, default=300, help="wrong prefixes to go on from")
    parser.add_argument("--seed", type=int, default=1, help="of the sampling")
    flags = parser.parse_args()
    network, tokenizer = load(flags.weights)
    seeds = range(FIRST_SEED, FIRST_SEED + flags.problems)
    chains = sample_chains(network, tokenizer, seeds, repeats=flags.samples, seed=flags.seed)
    print_solving(chains)
    print_errors(chains)
    print_recovery(network, tokenizer, chains, prefixes=flags.prefixes, samples=flags.samples)
    seeds = range(seeds.stop, seeds.stop + flags.judged)
    chains = sample_chains(network, tokenizer, seeds, repeats=1, seed=flags.seed + 1)
    known = [chain for chain in chains if first_error_is_known(chain.truths)]
    print_judging(judge_chains(network, tokenizer, known), seed=flags.seed)


if __name__ == "__main__":
    main()
