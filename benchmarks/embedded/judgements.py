"""Judgements: what the policy says is the first wrong step, and how often that is so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from annotate.worlds.stories import first_error
from benchmarks.embedded.chains import Chain
from benchmarks.embedded.examples import judge_prompt
from benchmarks.embedded.model import Network
from benchmarks.embedded.sampling import complete

_VERDICT = re.compile(r" (none|\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One chain judged."""

    truth: int | None
    """0-based index of the first wrong step by the exact checker; None for a right chain."""
    verdict: int | None
    """The same by the policy; -1 where it names no step of the chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeScore:
    """Scores as ProcessBench defines them; each in [0, 1], 0 where there is nothing to score."""

    error_accuracy: float
    """Share of wrong chains whose first wrong step is named exactly."""
    error_recall: float
    """Share of wrong chains that are called wrong at any step."""
    correct_accuracy: float
    """Share of right chains that are called right."""
    f1: float
    """Harmonic mean of `error_accuracy` and `correct_accuracy`."""


def judge_chains(
    network: Network, tokenizer: Tokenizer, chains: Sequence[Chain]
) -> list[Judgement]:
    """Return the policy's likeliest judgement of each chain, by the prompt that it was taught."""
    prompts = [judge_prompt(chain.problem, chain.steps) for chain in chains]
    texts = complete(network, tokenizer, prompts, seed=0, temperature=0, max_new=4)
    return [
        Judgement(truth=first_error(chain.truths), verdict=_read(text, len(chain.steps)))
        for chain, text in zip(chains, texts, strict=True)
    ]


def _read(text: str, n_steps: int) -> int | None:
    match = _VERDICT.fullmatch(text)
    if match is None:
        return -1
    if match.group(1) == "none":
        return None
    step = int(match.group(1)) - 1
    return step if 0 <= step < n_steps else -1


def score(judgements: Sequence[Judgement]) -> JudgeScore:
    """Return the scores of these judgements."""
    wrong = [j for j in judgements if j.truth is not None]
    right = [j for j in judgements if j.truth is None]
    exact = _share([j.verdict == j.truth for j in wrong])
    kept = _share([j.verdict is None for j in right])
    return JudgeScore(
        error_accuracy=exact,
        error_recall=_share([j.verdict is not None for j in wrong]),
        correct_accuracy=kept,
        f1=2 * exact * kept / (exact + kept) if exact + kept else 0.0,
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
