"""Profiles: those that ship, and a user's own file."""

from pathlib import Path

import pytest

from annotate.judges import JUDGES
from annotate.prompts import PROFILES, Sampling, get_profile
from annotate.prompts.profiles import parse_profile
from schemas import ConfigError


def test_the_named_profiles_ship() -> None:
    """One for each kind of model that the documents name."""
    assert {"qwen-instruct", "llama-instruct", "thinking", "base", "chat"} <= set(PROFILES)


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_that_ships_is_whole(name: str) -> None:
    """It names a judge prompt that exists, and no more stop strings than servers take."""
    profile = get_profile(name)

    assert profile.name == name
    assert profile.judge in JUDGES
    assert len(profile.stop) <= 4
    assert profile.raw or not profile.shots


def test_a_file_of_the_users_is_a_profile(tmp_path: Path) -> None:
    """Tables become what the fields hold."""
    path = tmp_path / "mine.toml"
    path.write_text(
        'raw = false\nsystem = "Hi"\nthinking = ["<t>", "</t>"]\n'
        "[sampling]\ntemperature = 0.5\n"
        "[extra_body.chat_template_kwargs]\nenable_thinking = false\n"
    )
    profile = get_profile(str(path))

    assert (profile.name, profile.system, profile.thinking) == ("mine", "Hi", ("<t>", "</t>"))
    assert profile.sampling == Sampling(temperature=0.5)
    assert profile.extra_body == '{"chat_template_kwargs":{"enable_thinking":false}}'


def test_what_shapes_a_prompt_shapes_the_identity() -> None:
    """Prompts and extra fields are part of it, sampling is named by each request itself."""
    base = parse_profile("a", "raw = true")

    assert parse_profile("a", 'raw = true\nsystem = "x"').canonical != base.canonical
    assert parse_profile("a", "raw = true\n[extra_body]\nx = 1").canonical != base.canonical
    assert parse_profile("a", "raw = true\n[sampling]\ntop_k = 1").canonical == base.canonical


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("raw = true\nsytem = 1", "'sytem'.*did you mean 'system'"),
        ("raw = true\n[sampling]\ntemprature = 1", "'sampling.temprature'"),
        ("raw = 1", "raw"),
        ("system = 'x'", "raw"),
        ("raw = true\nproblem_template = 'x'", "{problem}"),
        ("raw = true\n[[shots]]\nrole = 'user'\ntext = 'x'", "shots"),
        ("raw =", "TOML"),
    ],
)
def test_a_slip_in_a_profile_is_told(text: str, told: str) -> None:
    """Nothing is passed over in silence."""
    with pytest.raises(ConfigError, match=told):
        parse_profile("mine", text)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    """The names, and that a path would do."""
    with pytest.raises(ConfigError, match=r"did you mean 'qwen-instruct'.*\.toml"):
        get_profile("qwen-instuct")
    with pytest.raises(ConfigError, match="cannot be read"):
        get_profile("no/such.toml")
