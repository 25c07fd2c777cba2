"""States: what the embedded model holds at the end of each step, as features of a classifier."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from annotate.policies.embedded.attention import Attention
from annotate.policies.embedded.cache import Prefix
from annotate.policies.embedded.checkpoint import Floats, load_checkpoint
from annotate.policies.embedded.files import WEIGHTS
from annotate.policies.embedded.invariance import find_tiling
from annotate.policies.embedded.model import Model
from annotate.policies.embedded.profile import EMBEDDED_PROFILE
from annotate.policies.embedded.vocabulary import Vocabulary

_ROWS = 1024
"""Tokens of a pass; the longest chain has fewer."""


class Reader:
    """Reads chains with the shipped checkpoint. Not for threads."""

    def __init__(self) -> None:
        """Load the weights, with the identity in place of the output matrix.

        Linear algebra of the whole process runs in one thread from then on.
        """
        threadpool_limits(1, "blas")
        checkpoint = load_checkpoint(WEIGHTS)
        width = checkpoint.config.hidden_size
        self._config = replace(checkpoint.config, vocab_size=width, tied=False)
        open_ended = replace(checkpoint, config=self._config, head=np.eye(width, dtype=np.float32))
        self._model = Model(open_ended, tiling=find_tiling(checkpoint), rows=2 * _ROWS)
        self._attention = Attention(self._config, rows=8)
        self._vocabulary = Vocabulary(
            WEIGHTS / "tokenizer.json",
            size=checkpoint.config.vocab_size,
            eos=checkpoint.config.eos,
        )

    def states(self, chains: Sequence[tuple[str, Sequence[str]]]) -> Iterator[Floats]:
        """Yield [n_steps, hidden] of each chain: the last layer, normed, where each step ends.

        Args:
            chains: Question and steps, without surrounding white space.
        """
        waiting: list[tuple[Prefix, np.ndarray]] = []
        rows = 0
        for question, steps in chains:
            tokens, ends = self._tokens(question, steps)
            if rows + len(tokens) > _ROWS:
                yield from self._read(waiting)
                waiting, rows = [], 0
            waiting.append((Prefix(tokens, self._config), ends))
            rows += len(tokens)
        yield from self._read(waiting)

    def _tokens(self, question: str, steps: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the tokens of a chain, and which of them end its steps."""
        text = EMBEDDED_PROFILE.problem_template.format(problem=question)
        bytes_before = np.cumsum([len(f"{step}\n".encode()) for step in steps])
        tokens = self._vocabulary.encode(text + "".join(f"{step}\n" for step in steps))
        reach = self._vocabulary.reach(tokens)
        return tokens, np.searchsorted(reach, len(text.encode()) + bytes_before)

    def _read(self, waiting: Sequence[tuple[Prefix, np.ndarray]]) -> Iterator[Floats]:
        if not waiting:
            return
        prompts = [prefix for prefix, _ in waiting]
        starts = np.cumsum([0, *(len(prefix.tokens) for prefix in prompts)])
        wanted = [ends + start for (_, ends), start in zip(waiting, starts[:-1], strict=True)]
        self._attention.prompts = prompts
        with np.errstate(over="ignore"):  # a gate far below zero is zero
            found = self._model.logits(
                np.concatenate([prefix.tokens for prefix in prompts]),
                np.concatenate([np.arange(len(prefix.tokens)) for prefix in prompts]),
                self._attention.attend,
                np.concatenate(wanted),
            )
        yield from np.split(found.copy(), np.cumsum([len(ends) for _, ends in waiting])[:-1])
