"""The prefix cache finds what prompts have in common, within its bounds."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotate.policies.embedded.cache import PrefixCache
from annotate.policies.embedded.config import ModelConfig, read_config
from annotate.policies.embedded.files import WEIGHTS
from annotate.policies.embedded.invariance import CHUNK
from annotate.policies.embedded.sampler import Ints

CONFIG = read_config(WEIGHTS / "config.json")
BLOCK = 8 * CONFIG.n_layers * CONFIG.n_heads * CHUNK * CONFIG.head_dim


def _read(cache: PrefixCache, tokens: Ints) -> int:
    prefix = cache.open(tokens)
    for array in (prefix.keys, prefix.values):
        expected = _content(tokens[: prefix.known])
        assert (array[0, 0, : prefix.known, 0] == expected).all()
        array[:, :, : len(tokens)] = _content(tokens)[None, None, :, None]
    cache.store(prefix)
    return prefix.known


def _content(tokens: Ints) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return stand-ins for keys, which depend on all tokens up to theirs."""
    return np.cumsum(tokens * np.arange(1, len(tokens) + 1)).astype(np.float32)


def test_the_common_beginning_is_found_in_whole_blocks_and_the_last_token_never() -> None:
    """What is known is the common length rounded down, and less than the prompt."""
    cache = PrefixCache(CONFIG, limit_bytes=1 << 24)
    first = np.arange(40)
    other = np.concatenate([first[:35], np.arange(100, 120)])

    assert _read(cache, first) == 0
    assert _read(cache, first) == 32
    assert _read(cache, first[:32]) == 16
    assert _read(cache, other) == 32
    assert _read(cache, first[:1]) == 0
    assert cache.tokens_known == 80


@given(
    lengths=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 90)), max_size=25),
    limit=st.integers(0, 7),
)
def test_a_bounded_cache_gives_only_what_was_stored_for_these_tokens(
    lengths: list[tuple[int, int]], limit: int
) -> None:
    """Prompts that share beginnings, in any order and any space, get their own keys."""
    cache = PrefixCache(CONFIG, limit_bytes=limit * BLOCK)
    for family, length in lengths:
        tokens = np.arange(length)
        tokens[20:] += 1000 * (family % 2)
        tokens[50:] += 5000 * (family // 2)
        assert _read(cache, tokens) <= min(limit * CHUNK, length - 1)


def test_the_least_recently_used_prompt_goes_first_and_its_end_before_its_beginning() -> None:
    """With room for four blocks, a third prompt takes the older one's last block."""
    cache = PrefixCache(CONFIG, limit_bytes=4 * BLOCK)
    old, new = np.arange(33), np.arange(33) + 100

    _read(cache, old)
    _read(cache, new)
    _read(cache, np.arange(17) + 200)

    assert cache.open(new).known == 32
    assert cache.open(old).known == 16


def test_a_shape_is_read_from_the_shipped_configuration(tmp_path: Path) -> None:
    """Grouped heads and head width default as Transformers defaults them."""
    path = tmp_path / "config.json"
    path.write_text(
        '{"vocab_size": 9, "hidden_size": 24, "intermediate_size": 8, "num_hidden_layers": 1,'
        '"num_attention_heads": 4, "max_position_embeddings": 32,'
        '"rope_parameters": {"rope_theta": 5.0, "rope_type": "default"}, "eos_token_id": [3, 4]}'
    )

    config = read_config(path)

    assert isinstance(config, ModelConfig)
    assert (config.n_kv_heads, config.head_dim, config.rope_theta) == (4, 6, 5.0)
    assert config.eos == {3, 4}
