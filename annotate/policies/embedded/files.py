"""Files of a checkpoint: where they are, and the hash that stands for them. Loads no NumPy."""

import hashlib
from pathlib import Path

from schemas import PolicyError

WEIGHTS = Path(__file__).parent / "weights"
"""The checkpoint that ships."""
FILES = ("config.json", "model.safetensors", "tokenizer.json")
"""What a checkpoint consists of: all that may change what is written."""
ENGINE = b"engine 1"
"""Another value whenever the same request may be answered otherwise: part of the policy's id."""


def weights_folder(weights: str) -> Path:
    """Return the folder of a checkpoint; an empty string is the one that ships."""
    return Path(weights).expanduser() if weights else WEIGHTS


def fingerprint(folder: Path) -> str:
    """Hash what may change a completion: shape, weights and tokenizer.

    Raises:
        PolicyError: If a file is missing.
    """
    digest = hashlib.sha256(ENGINE)
    for name in FILES:
        try:
            digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
        except OSError as error:
            raise PolicyError(
                f"no checkpoint at {str(folder)!r}: {name} cannot be read ({error.strerror}); "
                f"expected {', '.join(FILES)}."
            ) from error
    return digest.hexdigest()
