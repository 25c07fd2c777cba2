"""Policy `scripted`: completions from a file, the same every time. For golden files and tests.

A script is a JSON object: text -> list of completions. A prompt finds its list by the longest of
these texts that stands at its end: the text of a problem for whole solutions, a prefix (or the
end of one) for rollouts. The completion of a seed is the one at `seed` modulo the list's length,
so that as many completions as the list is long hold each of them once.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from annotate.policies.base import POLICIES, Completion, Policy, Request
from annotate.policies.identity import policy_row
from annotate.prompts import Profile, Prompt, get_profile
from schemas import ConfigError, PolicyError, PolicyRow, Seeding

_SHOWN = 60


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
        except (OSError, msgspec.DecodeError) as error:
            raise ConfigError(
                f"script {self.path!r} cannot be read: {error}. Expected is a JSON object of text "
                "-> list of completions."
            ) from error
        return OpenScript(lines, get_profile(self.profile))


@dataclass(frozen=True, slots=True)
class OpenScript:
    """An open script."""

    script: Script
    """Completions by the end of a prompt."""
    profile: Profile
    """How it is spoken to."""

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        held = hashlib.sha256(msgspec.json.encode(self.script, order="deterministic"))
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
