"""Vocabulary: text to tokens and back to bytes, for byte-level tokenizers."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from annotate.policies.embedded.sampler import Ints
from schemas import PolicyError


class Vocabulary:
    """A tokenizer, and the bytes of each of its tokens."""

    def __init__(self, path: Path, *, size: int, eos: frozenset[int]) -> None:
        """Read a `tokenizer.json`.

        Args:
            path: The file.
            size: Rows of the model's embedding; tokens without an entry stand for no text.
            eos: Tokens that end a completion.

        Raises:
            PolicyError: If it cannot be read, or is not byte-level.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare exceptions only
            raise PolicyError(f"{str(path)!r} is not a tokenizer: {error}.") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._bytes = self._table(path, size)
        self.ends: npt.NDArray[np.bool_] = np.isin(np.arange(size), sorted(eos))
        """Whether a token ends a completion. Shape [vocabulary]."""

    def encode(self, text: str) -> Ints:
        """Return the tokens of a prompt; what the tokenizer puts before each text is included."""
        return np.array(self._tokenizer.encode(text).ids, np.int64)

    def reach(self, tokens: Ints) -> Ints:
        """Return how many bytes of text stand up to the end of each token. Shape [tokens]."""
        return np.cumsum([len(self._bytes[token]) for token in tokens], dtype=np.int64)

    def content(self, tokens: Iterable[int]) -> bytes:
        """Return the bytes that tokens stand for."""
        return b"".join([self._bytes[token] for token in tokens])

    def holding(self, ends: Iterable[bytes]) -> npt.NDArray[np.bool_]:
        """Say which tokens can complete one of `ends`: they hold its last byte. [vocabulary]."""
        last = {end[-1] for end in ends if end}
        return np.array([bool(last.intersection(content)) for content in self._bytes])

    def _table(self, path: Path, size: int) -> list[bytes]:
        letters = {letter: byte for byte, letter in enumerate(_alphabet())}
        added = self._tokenizer.get_added_tokens_decoder()
        table = [b""] * size
        for token, number in self._tokenizer.get_vocab(with_added_tokens=True).items():
            if number >= size:
                raise PolicyError(
                    f"{str(path)!r} has token {number!r}, and the model's vocabulary ends at "
                    f"{size - 1}: tokenizer and weights are of two models."
                )
            if number in added:
                table[number] = b"" if added[number].special else token.encode()
            elif letters.keys() >= set(token):
                table[number] = bytes(letters[letter] for letter in token)
            else:
                raise PolicyError(
                    f"{str(path)!r} has token {token!r}, which is not byte-level: the embedded "
                    "engine reads byte-level BPE only. Serve this model with vLLM and use "
                    "--policy endpoint."
                )
        return table


def _alphabet() -> list[str]:
    # The letter by which byte-level BPE writes each byte: itself if printable, else from 256 on.
    shown = {*range(33, 127), *range(161, 173), *range(174, 256)}
    hidden = iter(range(256, 512))
    return [chr(byte if byte in shown else next(hidden)) for byte in range(256)]
