"""The decoder computes what a Llama decoder computes."""

import json
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import load_file

from annotate.policies.embedded.checkpoint import load_checkpoint
from annotate.policies.embedded.config import ModelConfig, read_config
from schemas import PolicyError
from tests.annotate.policies.embedded_checkpoint import (
    Shape,
    job,
    open_engine,
    run,
    write_checkpoint,
)
from tests.annotate.policies.embedded_spy import Spy

GOLDEN = Path(__file__).parent / "embedded_logits.json"
Doubles = npt.NDArray[np.float64]


def test_the_shipped_weights_give_the_logits_of_transformers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After each golden prompt, tokens are equal and logits agree to 1e-4."""
    spy = Spy(monkeypatch)
    engine = open_engine()
    golden = json.loads(GOLDEN.read_text())

    run(engine, [job(i, row["prompt"], max_tokens=1) for i, row in enumerate(golden)])

    for i, row in enumerate(golden):
        assert np.abs(spy.logits[1000 * i, 0] - row["logits"]).max() < 1e-4


@pytest.mark.parametrize(
    "shape",
    [Shape(), Shape(tied=True, kv_heads=4), Shape(heads=3, kv_heads=1, head_dim=10, layers=3)],
    ids=["grouped heads", "tied", "one key head"],
)
def test_any_shape_of_llama_gives_the_logits_of_the_plain_formulas(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shape: Shape
) -> None:
    """Prompt and every token written after it, through cache and groups, agree with it."""
    folder = write_checkpoint(tmp_path, shape)
    spy = Spy(monkeypatch)
    engine = open_engine(folder)
    text = "Two and two make four, says Ann to Tom."

    answers = run(engine, [job(0, text, n=11, max_tokens=40)])

    stored = {
        name: array.astype(np.float64)
        for name, array in load_file(folder / "model.safetensors").items()
    }
    config = read_config(folder / "config.json")
    n = answers[0].written[3].tokens
    prompt: list[int] = engine.vocabulary.encode(text).tolist()
    tokens = prompt + [spy.tokens[3, i] for i in range(n)]
    expected = _plain(stored, config, tokens)
    for ordinal in range(n):
        at = len(prompt) - 1 + ordinal
        assert np.abs(expected[at] - spy.logits[3, ordinal]).max() < 1e-4


def _plain(stored: dict[str, Doubles], config: ModelConfig, tokens: list[int]) -> Doubles:
    """Compute all logits in double precision, as the paper and Transformers write it."""
    x = stored["model.embed_tokens.weight"][tokens]
    n = len(tokens)
    half = config.head_dim // 2
    angles = np.arange(n)[:, None] * config.rope_theta ** (-np.arange(half) / half)
    angles = np.concatenate([angles, angles], axis=1)[:, None]

    def norm(rows: Doubles, name: str) -> Doubles:
        mean = (rows**2).mean(axis=-1, keepdims=True)
        scaled: Doubles = rows / np.sqrt(mean + config.rms_norm_eps) * stored[f"{name}.weight"]
        return scaled

    def rotated(rows: Doubles) -> Doubles:
        turned = np.concatenate([-rows[..., half:], rows[..., :half]], axis=-1)
        result: Doubles = rows * np.cos(angles) + turned * np.sin(angles)
        return result

    for layer in range(config.n_layers):
        name = f"model.layers.{layer}"
        rows = norm(x, f"{name}.input_layernorm")
        q, k, v = (
            (rows @ stored[f"{name}.self_attn.{part}_proj.weight"].T).reshape(
                n, -1, config.head_dim
            )
            for part in "qkv"
        )
        shared = config.n_heads // config.n_kv_heads
        k, v = np.repeat(rotated(k), shared, axis=1), np.repeat(v, shared, axis=1)
        scores = np.einsum("ihd,jhd->hij", rotated(q), k) / np.sqrt(config.head_dim)
        scores += np.triu(np.full((n, n), -np.inf), 1)
        mass = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mass /= mass.sum(axis=-1, keepdims=True)
        mixed = np.einsum("hij,jhd->ihd", mass, v).reshape(n, -1)
        x = x + mixed @ stored[f"{name}.self_attn.o_proj.weight"].T
        rows = norm(x, f"{name}.post_attention_layernorm")
        gate = rows @ stored[f"{name}.mlp.gate_proj.weight"].T
        up = rows @ stored[f"{name}.mlp.up_proj.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * up) @ stored[f"{name}.mlp.down_proj.weight"].T
    head = "model.embed_tokens.weight" if config.tied else "lm_head.weight"
    logits: Doubles = norm(x, "model.norm") @ stored[head].T
    return logits


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("model_type", "qwen2", "model_type='qwen2'"),
        ("rope_scaling", {"rope_type": "yarn", "factor": 2.0}, "rope_type='scaled'"),
        ("attention_bias", True, "attention_bias=True"),
        ("hidden_size", "wide", "hidden_size"),
        ("hidden_size", 64, "config.json describes"),
        ("num_hidden_layers", 3, "config.json describes"),
    ],
)
def test_a_model_that_the_engine_does_not_compute_is_refused(
    tmp_path: Path, field: str, value: object, words: str
) -> None:
    """Another architecture, or weights of other shapes, are named in one line."""
    path = write_checkpoint(tmp_path) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))

    with pytest.raises(PolicyError, match=re.escape(words)) as caught:
        load_checkpoint(tmp_path)

    assert "\n" not in str(caught.value)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    """A truncated file of weights is a PolicyError that names it."""
    path = write_checkpoint(tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(PolicyError, match=r"model\.safetensors"):
        load_checkpoint(tmp_path)
