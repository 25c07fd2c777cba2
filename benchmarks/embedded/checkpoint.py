"""Checkpoints: the trained network as a Hugging Face Llama folder, in half precision."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from benchmarks.embedded.model import Network, Shape
from benchmarks.embedded.tokenizer import EOS, PAD


def export(network: Network, tokenizer: Tokenizer, folder: Path) -> None:
    """Write weights, configuration and tokenizer so that Transformers and vLLM load the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shape = network.shape
    weights = {
        name: weight.half().contiguous()
        for name, weight in network.state_dict().items()
        if name.startswith("model.")
    }
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    pad, eos = tokenizer.token_to_id(PAD), tokenizer.token_to_id(EOS)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "intermediate_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "head_dim": shape.width // shape.heads,
        "hidden_act": "silu",
        "max_position_embeddings": shape.positions,
        "rms_norm_eps": shape.epsilon,
        "rope_theta": shape.theta,
        "rope_scaling": None,
        "attention_bias": False,
        "mlp_bias": False,
        "attention_dropout": 0.0,
        "tie_word_embeddings": True,
        "initializer_range": 0.02,
        "bos_token_id": None,
        "eos_token_id": eos,
        "pad_token_id": pad,
        "torch_dtype": "float16",
        "use_cache": True,
    }
    generation = {"eos_token_id": eos, "pad_token_id": pad, "do_sample": True, "temperature": 1.0}
    tokenizer_config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": EOS,
        "pad_token": PAD,
        "model_max_length": shape.positions,
        "clean_up_tokenization_spaces": False,
        "add_bos_token": False,
    }
    for name, content in (
        ("config.json", config),
        ("generation_config.json", generation),
        ("tokenizer_config.json", tokenizer_config),
    ):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"))


def load(folder: Path) -> tuple[Network, Tokenizer]:
    """Return the network (its side head drawn anew, in float32) and the tokenizer of a folder."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    shape = Shape(
        vocabulary=config["vocab_size"],
        width=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        hidden=config["intermediate_size"],
        positions=config["max_position_embeddings"],
        theta=config["rope_theta"],
        epsilon=config["rms_norm_eps"],
    )
    network = Network(shape)
    weights = {name: w.float() for name, w in load_file(folder / "model.safetensors").items()}
    network.load_state_dict(weights, strict=False)
    return network, Tokenizer.from_file(str(folder / "tokenizer.json"))


def save_state(network: Network, path: Path) -> None:
    """Write all weights in full precision, in one move."""
    part = path.with_suffix(".part")
    torch.save(network.state_dict(), part)
    part.replace(path)
