"""Sampling: completions of many prompts at once, with a key-value cache, from a recorded seed."""

from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor

from benchmarks.embedded.model import Cache, LayerCache, Network
from benchmarks.embedded.tokenizer import EOS

ROWS = 384
"""Prompts decoded side by side."""
MAX_NEW = 400
"""Longest completion, in tokens."""

_SPARSE = 0.75  # below this share of rows at work, copying the cache is cheaper than carrying on


def complete(
    network: Network,
    tokenizer: Tokenizer,
    prompts: Sequence[str],
    *,
    seed: int,
    temperature: float = 1.0,
    max_new: int = MAX_NEW,
) -> list[str]:
    """Return one completion of each prompt, without its end token.

    Args:
        network: The policy, in evaluation as it is.
        tokenizer: Its tokenizer.
        prompts: Texts to continue; the same text may come many times. [n_prompts]
        seed: Of the draws; the same prompts and seed give the same texts on one machine.
        temperature: 0 takes the likeliest token.
        max_new: Longest completion, in tokens.
    """
    generator = torch.Generator().manual_seed(seed)
    eos = tokenizer.token_to_id(EOS) or 0
    encoded = [encoding.ids for encoding in tokenizer.encode_batch(list(prompts))]
    order = sorted(range(len(prompts)), key=lambda index: len(encoded[index]))
    texts = [""] * len(prompts)
    for start in range(0, len(order), ROWS):
        group = order[start : start + ROWS]
        decoding = _Decoding(network, [encoded[i] for i in group], eos)
        with torch.inference_mode():
            decoding.run(generator, temperature, max_new)
        for index, ids in zip(group, decoding.written, strict=True):
            texts[index] = tokenizer.decode(ids)
    return texts


class _Decoding:
    """One group of prompts being completed; mutable. Rows that have ended are dropped."""

    def __init__(self, network: Network, prompts: list[list[int]], eos: int) -> None:
        self._network, self._eos = network, eos
        longest = max(map(len, prompts))
        self._ids = torch.zeros((len(prompts), longest), dtype=torch.long)
        self._seen = torch.zeros((len(prompts), longest), dtype=torch.bool)
        for row, ids in enumerate(prompts):
            self._ids[row, longest - len(ids) :] = torch.tensor(ids)
            self._seen[row, longest - len(ids) :] = True
        self._rows = torch.arange(len(prompts))
        self._cache: Cache = [LayerCache() for _ in range(network.shape.layers)]
        self.written: list[list[int]] = [[] for _ in prompts]

    def run(self, generator: torch.Generator, temperature: float, max_new: int) -> None:
        """Write until every row has ended."""
        logits = self._first()
        alive = torch.ones(len(self._rows), dtype=torch.bool)
        for _ in range(max_new):
            tokens = _draw(logits, generator, temperature)
            alive &= tokens != self._eos
            pairs = zip(self._rows[alive].tolist(), tokens[alive].tolist(), strict=True)
            for row, token in pairs:
                self.written[row].append(token)
            if not alive.any():
                return
            if alive.float().mean() < _SPARSE:
                self._keep(alive)
                tokens, alive = tokens[alive], alive[alive]
            logits = self._next(tokens)

    def _first(self) -> Tensor:
        tokens = self._ids.shape[1]
        causal = torch.ones((tokens, tokens), dtype=torch.bool).tril()
        mask = (self._seen[:, None, None] & causal) | torch.eye(tokens, dtype=torch.bool)
        positions = (self._seen.cumsum(1) - 1).clamp(min=0)
        stream = self._network.stream(self._ids, positions, self._cache, mask)
        self._positions = positions[:, -1:] + 1
        return self._network.logits(stream[:, -1])

    def _next(self, tokens: Tensor) -> Tensor:
        self._seen = torch.cat((self._seen, torch.ones_like(tokens[:, None], dtype=torch.bool)), 1)
        mask = self._seen[:, None, None]
        stream = self._network.stream(tokens[:, None], self._positions, self._cache, mask)
        self._positions = self._positions + 1
        return self._network.logits(stream[:, -1])

    def _keep(self, rows: Tensor) -> None:
        self._rows, self._seen = self._rows[rows], self._seen[rows]
        self._positions = self._positions[rows]
        for cache in self._cache:
            cache.keep(rows)


def _draw(logits: Tensor, generator: torch.Generator, temperature: float) -> Tensor:
    if temperature == 0:
        return logits.argmax(-1)
    chances = torch.softmax(logits / temperature, -1)
    return torch.multinomial(chances, 1, generator=generator)[:, 0]
