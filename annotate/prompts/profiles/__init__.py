"""Profiles that ship, and a user's own: one TOML file each, read into a `Profile`.

A file's keys are the fields of `Profile`; `extra_body` and `continue_body` are tables, and a key
that is no field is an error. The name is the file's.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import msgspec

from annotate.prompts.answer_cue import ANSWER
from annotate.prompts.profile import Profile
from schemas import ConfigError, canonical_json, nearest

_SUFFIX = ".toml"
_BODIES = ("extra_body", "continue_body")

PROFILES = tuple(
    sorted(
        entry.name.removesuffix(_SUFFIX)
        for entry in files(__name__).iterdir()
        if entry.name.endswith(_SUFFIX)
    )
)
"""Names of the profiles that ship."""


@functools.cache
def get_profile(name: str) -> Profile:
    """Return a profile that ships, or the one in a file of the user's.

    Args:
        name: A name of `PROFILES`, or the path of a TOML file.

    Raises:
        ConfigError: If there is no such profile, or the file is not a valid one.
    """
    if name in PROFILES:
        text = (files(__name__) / f"{name}{_SUFFIX}").read_text(encoding="utf-8")
        return parse_profile(name, text)
    path = Path(name)
    if path.suffix != _SUFFIX:
        raise ConfigError(
            f"there is no profile called {name!r}: {nearest(name, PROFILES)} A profile of your "
            f"own is the path of a file that ends in {_SUFFIX}."
        )
    try:
        return parse_profile(path.stem, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"profile {name!r} cannot be read: {error}.") from error


def parse_profile(name: str, text: str) -> Profile:
    """Return the profile that a TOML text states.

    Raises:
        ConfigError: If it is not TOML, has an unknown key or a value of another type.
    """
    try:
        held = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"profile {name!r} is not valid TOML: {error}.") from error
    _check_keys(name, held, Profile, "")
    for table in ("sampling", "judge_sampling"):
        if isinstance(held.get(table), dict):
            kind = next(f.type for f in fields(Profile) if f.name == table)
            _check_keys(name, held[table], kind, f"{table}.")
    bodies = {key: canonical_json(held[key]) for key in _BODIES if isinstance(held.get(key), dict)}
    try:
        profile = msgspec.convert({**held, **bodies, "name": name}, Profile)
    except msgspec.ValidationError as error:
        raise ConfigError(f"profile {name!r}: {error}.") from error
    _check_profile(profile)
    return profile


def _check_keys(name: str, held: Mapping[str, object], kind: object, path: str) -> None:
    if not isinstance(kind, type):
        raise TypeError(f"{kind!r} is no record.")
    known = {field.name for field in fields(kind)} - {"name"}
    for key in held:
        if key not in known:
            raise ConfigError(
                f"profile {name!r} sets {path + key!r}, which is no key: {nearest(key, known)}"
            )


def _check_profile(profile: Profile) -> None:
    """Refuse a profile that could not show what it is to show.

    Raises:
        ConfigError: If a place for the text is missing, or worked examples are not in pairs.
    """
    places = {"problem_template": "{problem}", "judge_template": "{prompt}", "answer_cue": ANSWER}
    for key, place in places.items():
        if place not in getattr(profile, key):
            raise ConfigError(
                f"profile {profile.name!r}: {key} = {getattr(profile, key)!r} must hold {place}."
            )
    roles = [shot.role for shot in profile.shots]
    if roles != ["user", "assistant"] * (len(roles) // 2):
        raise ConfigError(
            f"profile {profile.name!r}: shots have the roles {roles!r}, expected user and "
            "assistant in turn, ending with assistant."
        )
