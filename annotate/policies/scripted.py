"""Policy `scripted`: completions from a file, the same every time. For golden files and tests.

A script is a JSON object: text -> list of completions. A prompt finds its list by the longest of
these texts that stands at its end: the text of a problem for whole solutions, a prefix (or the
end of one) for rollouts. The completion of a seed is the one at `seed` modulo the list's length,
so that as many completions as the list is long hold each of them once.

What it scores is told by `scores`: word -> [log probability, entropy]; a token is a word with the
white space behind it, and the empty word stands for all others.
"""

import hashlib
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from annotate.policies.base import (
    POLICIES,
    Completion,
    Policy,
    Request,
    ScoreRequest,
    TokenScores,
)
from annotate.policies.identity import policy_row
from annotate.prompts import Profile, Prompt, get_profile
from schemas import ConfigError, PolicyError, PolicyRow, Seeding

_SHOWN = 60
_TOKEN = re.compile(r"\s*\S+\s*|\s+")


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One completion of a script; a bare text stands for one that ended by itself."""

    text: str
    """What is written."""
    finish_reason: str = "stop"
    """Why it ends."""


Script = Mapping[str, Sequence[Line | str]]


@POLICIES.register("scripted")
@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """Completions from a file."""

    path: str = ""
    """JSON file of the script; empty where `script` holds it."""
    script: str = "{}"
    """The script itself, as JSON."""
    profile: str = "chat"
    """How it is spoken to: a profile's name, or the path of a TOML file."""
    scores: str = "{}"
    """How likely words are, as JSON; without any it scores nothing."""

    async def open(self, *, cores: int) -> Policy:
        """Read the script.

        Args:
            cores: Of no use: nothing is computed.

        Raises:
            ConfigError: If the file cannot be read or is no script.
        """
        del cores
        try:
            text = _read(self.path) if self.path else self.script.encode()
            lines = msgspec.json.decode(text, type=dict[str, list[Line | str]])
            words = msgspec.json.decode(self.scores, type=dict[str, tuple[float, float]])
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigError(
                f"script {self.path!r} cannot be read: {error}. Expected is a JSON object of text "
                "-> list of completions."
            ) from error
        return OpenScript(lines, get_profile(self.profile), words)


@dataclass(frozen=True, slots=True)
class OpenScript:
    """An open script."""

    script: Script
    """Completions by the end of a prompt."""
    profile: Profile
    """How it is spoken to."""
    words: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Log probability and entropy, in nats, by word."""

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        told = [self.script, self.words] if self.words else self.script
        held = hashlib.sha256(msgspec.json.encode(told, order="deterministic"))
        return policy_row(
            "scripted",
            model="scripted",
            fingerprint=held.hexdigest()[:16],
            profile=self.profile,
            seeding=Seeding.PER_ROLLOUT,
            reproducible=True,
        )

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return the script's lines at `seed`, `seed + 1`, ...

        Raises:
            PolicyError: If no text of the script stands at the prompt's end.
        """
        shown = _end_of(request.prompt)
        found = max((key for key in self.script if shown.endswith(key)), key=len, default=None)
        lines = self.script[found] if found is not None else ()
        if not lines:
            raise PolicyError(
                f"the script has no completion for a prompt that ends in {shown[-_SHOWN:]!r}: add "
                "it, or the empty text for all others."
            )
        wanted = (lines[(request.seed + i) % len(lines)] for i in range(request.n))
        return [_completion(line, shown) for line in wanted]

    @property
    def scores(self) -> bool:
        """Whether the script says how likely words are."""
        return bool(self.words)

    async def score(self, request: ScoreRequest) -> TokenScores:
        """Return what the script says of each word.

        Raises:
            PolicyError: If it says nothing of one.
        """
        tokens = _TOKEN.findall(request.text)
        told = [self.words.get(token.strip(), self.words.get("")) for token in tokens]
        known = [pair for pair in told if pair is not None]
        if len(known) < len(tokens):
            missing = tokens[told.index(None)].strip()
            raise PolicyError(
                f"the script says not how likely {missing!r} is: add it to its scores, or the "
                "empty text for all others."
            )
        return TokenScores(
            ends=tuple(itertools.accumulate(map(len, tokens))),
            logprobs=tuple(logprob for logprob, _ in known),
            entropies=tuple(entropy for _, entropy in known),
        )

    async def aclose(self) -> None:
        """Nothing is held."""


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _completion(line: Line | str, shown: str) -> Completion:
    said = Line(text=line) if isinstance(line, str) else line
    return Completion(
        text=said.text,
        finish_reason=said.finish_reason,
        prompt_tokens=len(shown.split()),
        tokens=len(said.text.split()),
    )


def _end_of(prompt: Prompt) -> str:
    if prompt.text is not None:
        return prompt.text
    return prompt.turns[-1].text if prompt.turns else ""
