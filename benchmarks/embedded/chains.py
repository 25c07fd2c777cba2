"""The policy's own chains, labelled by the exact checker: what its judge learns from."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from annotate.worlds.stories import StepTruth, check_chain, draw_problem
from benchmarks.embedded.examples import solve_prompt
from benchmarks.embedded.model import Network
from benchmarks.embedded.sampling import complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A sampled chain with its truth."""

    seed: int
    """Seed of the problem."""
    problem: str
    """The problem's text."""
    size: int
    """Number of steps of the problem's own solution."""
    steps: tuple[str, ...]
    """The chain's lines. [n_lines]"""
    truths: tuple[StepTruth, ...]
    """What the exact checker says of each. [n_lines]"""
    solved: bool
    """Whether its last line gives the right answer."""


def sample_chains(
    network: Network,
    tokenizer: Tokenizer,
    seeds: Sequence[int],
    *,
    repeats: int,
    seed: int,
    steps: int | None = None,
) -> list[Chain]:
    """Return `repeats` chains at temperature 1 for the problem of each seed, in order.

    Args:
        network: The policy.
        tokenizer: Its tokenizer.
        seeds: Of the problems.
        repeats: Chains of each problem.
        seed: Of the sampling.
        steps: Number of steps of the problems; None as drawn.
    """
    stories = [draw_problem(number, steps) for number in seeds for _ in range(repeats)]
    prompts = [solve_prompt(story.text) for story in stories]
    texts = complete(network, tokenizer, prompts, seed=seed)
    chains: list[Chain] = []
    numbers = [number for number in seeds for _ in range(repeats)]
    for number, story, text in zip(numbers, stories, texts, strict=True):
        lines = tuple(text.removesuffix("\n").split("\n"))
        chains.append(
            Chain(
                seed=number,
                problem=story.text,
                size=story.steps,
                steps=lines,
                truths=check_chain(story.text, lines),
                solved=lines[-1] == f"The answer is {story.answer}.",
            )
        )
    return chains
