"""Checkpoints for tests: random Llama decoders with a byte-level tokenizer, and how to run them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from annotate.policies.embedded.batch import Engine, Limits
from annotate.policies.embedded.checkpoint import Floats, load_checkpoint
from annotate.policies.embedded.files import WEIGHTS
from annotate.policies.embedded.invariance import Tiling
from annotate.policies.embedded.vocabulary import Vocabulary
from annotate.policies.embedded.wire import Answer, Job

EOS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a random checkpoint looks like."""

    hidden: int = 32
    """Width."""
    inner: int = 48
    """Width of the feed-forward layer."""
    layers: int = 2
    """Blocks."""
    heads: int = 4
    """Query heads."""
    kv_heads: int = 2
    """Key heads."""
    head_dim: int = 12
    """Width of a head."""
    context: int = 96
    """Positions."""
    tied: bool = False
    """Whether the output matrix is the embedding."""


def write_checkpoint(folder: Path, shape: Shape = Shape()) -> Path:  # immutable
    """Write a checkpoint of random weights whose tokens are bytes; return its folder."""
    generator = np.random.Generator(np.random.Philox(key=1))

    def noise(*size: int) -> Floats:
        drawn: Floats = generator.standard_normal(size, dtype=np.float32)
        drawn /= np.sqrt(np.float32(size[-1]))
        return drawn.astype(np.float16).astype(np.float32)

    wide, narrow = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    tensors = {
        "model.embed_tokens.weight": noise(EOS + 1, shape.hidden) * 4,
        "model.norm.weight": 1 + noise(1, shape.hidden)[0],
    }
    if not shape.tied:
        tensors["lm_head.weight"] = noise(EOS + 1, shape.hidden) * 2
    for layer in range(shape.layers):
        block = {
            "self_attn.q_proj": noise(wide, shape.hidden) * 2,
            "self_attn.k_proj": noise(narrow, shape.hidden) * 2,
            "self_attn.v_proj": noise(narrow, shape.hidden),
            "self_attn.o_proj": noise(shape.hidden, wide),
            "mlp.gate_proj": noise(shape.inner, shape.hidden),
            "mlp.up_proj": noise(shape.inner, shape.hidden),
            "mlp.down_proj": noise(shape.hidden, shape.inner),
            "input_layernorm": 1 + noise(1, shape.hidden)[0],
            "post_attention_layernorm": 1 + noise(1, shape.hidden)[0],
        }
        tensors |= {f"model.layers.{layer}.{name}.weight": rows for name, rows in block.items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    config = {
        "model_type": "llama",
        "vocab_size": EOS + 1,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head_dim,
        "max_position_embeddings": shape.context,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500.0,
        "tie_word_embeddings": shape.tied,
        "eos_token_id": EOS,
    }
    (folder / "config.json").write_text(json.dumps(config))
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<eos>"])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def open_engine(
    folder: Path = WEIGHTS, *, limits: Limits | None = None, tiling: Tiling | None = None
) -> Engine:
    """Return a fresh engine over a checkpoint."""
    checkpoint = load_checkpoint(folder)
    shape = checkpoint.config
    vocabulary = Vocabulary(folder / "tokenizer.json", size=shape.vocab_size, eos=shape.eos)
    return Engine(checkpoint, vocabulary, limits=limits or Limits(), tiling=tiling)


def job(number: int, text: str, **changes: object) -> Job:
    """Return a job with plain sampling."""
    plain: dict[str, object] = {
        "stop": (),
        "temperature": 1.0,
        "top_p": 1.0,
        "top_k": 0,
        "max_tokens": 24,
        "seed": 1000 * number,
        "n": 1,
    }
    return Job(number=number, text=text, **(plain | changes))  # type: ignore[arg-type]  # checked by the tests that use it


def run(engine: Engine, jobs: Iterable[Job], *, every: int = 0) -> dict[int, Answer]:
    """Run jobs to their end; with `every`, one more is submitted after that many passes."""
    waiting = list(jobs)
    answers: dict[int, Answer] = {}
    passes = 0
    while waiting or engine.is_busy:
        if waiting and (not every or passes % every == 0 or not engine.is_busy):
            for late in waiting if not every else waiting[:1]:
                engine.submit(late)
            waiting = [] if not every else waiting[1:]
        answers |= {answer.number: answer for answer in engine.step()}
        passes += 1
    return answers
