"""Checkpoint: the weights of a Llama decoder, laid out for few large matrix products.

The weights of a norm are folded into the matrix that follows it, the scale of attention into the
queries, and each rotary pair is brought side by side, so that rotation is one complex product.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from annotate.policies.embedded.config import ModelConfig, read_config
from schemas import PolicyError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Matrices of one decoder block, to be multiplied from the right."""

    qkv: Floats
    """Queries, keys, values. Shape [hidden, 3 * heads * head_dim]."""
    out: Floats
    """Output of attention. Shape [heads * head_dim, hidden]."""
    gate_up: Floats
    """Gate and input of the feed-forward layer. Shape [hidden, 2 * intermediate]."""
    down: Floats
    """Output of the feed-forward layer. Shape [intermediate, hidden]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model ready to run."""

    config: ModelConfig
    """Its shape."""
    embedding: Floats
    """Shape [vocabulary, hidden]."""
    blocks: tuple[Block, ...]
    """One per layer."""
    head: Floats
    """Final norm and output matrix. Shape [hidden, vocabulary]."""


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read and lay out a Hugging Face `LlamaForCausalLM` checkpoint in one safetensors file.

    Raises:
        PolicyError: If a file is missing, damaged, or a tensor has another shape than
            `config.json` says.
    """
    config = read_config(folder / "config.json")
    path = folder / "model.safetensors"
    try:
        stored = {name: array.astype(np.float32) for name, array in load_file(path).items()}
        shape = (config.vocab_size, config.hidden_size)
        embedding = stored["model.embed_tokens.weight"].reshape(shape)
        head = embedding if config.tied else stored["lm_head.weight"]
        checkpoint = Checkpoint(
            config=config,
            embedding=embedding,
            blocks=tuple(_block(config, stored, layer) for layer in range(config.n_layers)),
            head=_right(head, stored["model.norm.weight"]),
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise PolicyError(
            f"{str(path)!r} is not the weights that config.json describes: {error}. "
            "Expected a LlamaForCausalLM in one safetensors file (fp16 or fp32)."
        ) from error
    return checkpoint


def _block(config: ModelConfig, stored: Mapping[str, Floats], layer: int) -> Block:
    def get(name: str) -> Floats:
        return stored[f"model.layers.{layer}.{name}.weight"]

    width = config.head_dim
    query = _paired(get("self_attn.q_proj"), config.n_heads, width) / np.float32(np.sqrt(width))
    key = _paired(get("self_attn.k_proj"), config.n_kv_heads, width)
    value = get("self_attn.v_proj").reshape(config.n_kv_heads, width, -1)
    # Grouped heads are written out: the engine then knows one kind of attention only.
    repeats = config.n_heads // config.n_kv_heads
    key, value = (np.repeat(heads, repeats, axis=0) for heads in (key, value))
    qkv = np.concatenate([query, key, value]).reshape(-1, config.hidden_size)
    gate_up = np.concatenate([get("mlp.gate_proj"), get("mlp.up_proj")])
    return Block(
        qkv=_right(qkv, get("input_layernorm")),
        out=_right(get("self_attn.o_proj")),
        gate_up=_right(gate_up, get("post_attention_layernorm")),
        down=_right(get("mlp.down_proj")),
    )


def _paired(rows: Floats, heads: int, width: int) -> Floats:
    # Transformers rotates element i with i + width/2: here they become neighbours.
    halves = rows.reshape(heads, 2, width // 2, -1)
    return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(heads, width, -1)


def _right(rows: Floats, scale: Floats | None = None) -> Floats:
    return np.ascontiguousarray((rows if scale is None else rows * scale).T)
