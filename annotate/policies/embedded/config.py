"""ModelConfig: the shape of a Llama decoder, from `config.json` of a Hugging Face checkpoint."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from schemas import PolicyError

_DEFAULT_THETA = 10000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Shape and constants of a decoder."""

    vocab_size: int
    """Rows of the embedding."""
    hidden_size: int
    """Width of the residual stream."""
    intermediate_size: int
    """Width of the feed-forward layer."""
    n_layers: int
    """Number of blocks."""
    n_heads: int
    """Query heads of a block."""
    n_kv_heads: int
    """Key and value heads of a block; divides `n_heads`."""
    head_dim: int
    """Width of a head, even."""
    context: int
    """Positions, prompt and completion together."""
    rope_theta: float
    """Base of the rotary embedding."""
    rms_norm_eps: float
    """Added to the mean square."""
    tied: bool
    """Whether the output matrix is the embedding."""
    eos: frozenset[int]
    """Tokens that end a completion."""


class _Rope(msgspec.Struct):
    rope_theta: float = _DEFAULT_THETA
    rope_type: str = "default"


class _Config(msgspec.Struct, kw_only=True):
    """Fields of `config.json` that matter here, under the names Transformers gives them."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    max_position_embeddings: int
    model_type: str = "llama"
    num_key_value_heads: int | None = None
    head_dim: int | None = None
    rms_norm_eps: float = 1e-6
    rope_theta: float | None = None
    rope_parameters: _Rope | None = None
    rope_scaling: dict[str, object] | None = None
    tie_word_embeddings: bool = False
    attention_bias: bool = False
    mlp_bias: bool = False
    hidden_act: str = "silu"
    eos_token_id: int | list[int] | None = None


def read_config(path: Path) -> ModelConfig:
    """Read a checkpoint's `config.json`.

    Raises:
        PolicyError: If it is missing, is not JSON of the expected kind, or asks for what this
            engine does not do.
    """
    try:
        raw = msgspec.json.decode(path.read_bytes(), type=_Config)
    except OSError as error:
        raise PolicyError(f"no checkpoint at {str(path.parent)!r}: {error.strerror}.") from error
    except msgspec.MsgspecError as error:
        raise PolicyError(f"{str(path)!r} is no Llama configuration: {error}.") from error
    rope = raw.rope_parameters or _Rope(rope_theta=raw.rope_theta or _DEFAULT_THETA)
    demands = {
        "model_type": (raw.model_type, "llama"),
        "hidden_act": (raw.hidden_act, "silu"),
        "attention_bias": (raw.attention_bias, False),
        "mlp_bias": (raw.mlp_bias, False),
        "rope_type": ("scaled" if raw.rope_scaling else rope.rope_type, "default"),
    }
    for name, (found, expected) in demands.items():
        if found != expected:
            raise PolicyError(
                f"{str(path)!r} has {name}={found!r}, and the embedded engine computes only "
                f"{expected!r}: serve this model with vLLM and use --policy endpoint."
            )
    eos = raw.eos_token_id
    return ModelConfig(
        vocab_size=raw.vocab_size,
        hidden_size=raw.hidden_size,
        intermediate_size=raw.intermediate_size,
        n_layers=raw.num_hidden_layers,
        n_heads=raw.num_attention_heads,
        n_kv_heads=raw.num_key_value_heads or raw.num_attention_heads,
        head_dim=raw.head_dim or raw.hidden_size // raw.num_attention_heads,
        context=raw.max_position_embeddings,
        rope_theta=rope.rope_theta,
        rms_norm_eps=raw.rms_norm_eps,
        tied=raw.tie_word_embeddings,
        eos=frozenset([eos] if isinstance(eos, int) else eos or []),
    )
