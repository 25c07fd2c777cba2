"""`waymark preview`, `waymark check-policy` and the options that name policies."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from annotate.cli.check_policy import command as check_policy
from annotate.cli.policy_options import policies_of, policy_options
from annotate.cli.preview import command as preview
from annotate.prompts import get_profile, render
from schemas import ConfigError, RegistryError, Role, text_problem
from tests.openai_server import KEY, Faults, serve
from tests.running import GSM8K, Waymark, write_jsonl

URL = "http://localhost:8000/v1"


def test_one_policy_fills_all_roles() -> None:
    """A role's own option goes before it."""
    chosen = policies_of(
        {"policy": "endpoint(concurrency=2)", "judge": "scripted", "base_url": URL, "model": "m"}
    )

    assert set(chosen) == set(Role)
    assert str(chosen[Role.JUDGE].spec) == "scripted"
    assert str(chosen[Role.COMPLETER].spec) == (
        f"endpoint(base_url={URL!r}, concurrency=2, model='m')"
    )


def test_a_policys_own_arguments_go_before_the_shared_options() -> None:
    """Two servers can be named at once."""
    chosen = policies_of(
        {"completer": "endpoint(model='own')", "judge": "endpoint", "base_url": URL, "model": "m"}
    )

    assert {role: choice.spec.arguments for role, choice in chosen.items()} == {
        Role.COMPLETER: json.dumps({"base_url": URL, "model": "own"}, separators=(",", ":")),
        Role.JUDGE: json.dumps({"base_url": URL, "model": "m"}, separators=(",", ":")),
    }


def test_overrides_reach_the_sampling_of_rollouts_and_not_the_judges() -> None:
    """The rest is the profile's."""
    profile = get_profile("qwen-instruct")
    chosen = policies_of(
        {"policy": "scripted", "temperature": 0.3, "max_tokens_per_rollout": 7, "top_p": None}
    )
    drawn = chosen[Role.COMPLETER].sampling(profile, Role.COMPLETER)

    assert (drawn.temperature, drawn.max_tokens, drawn.top_p) == (0.3, 7, profile.sampling.top_p)
    assert chosen[Role.JUDGE].sampling(profile, Role.JUDGE) == profile.judge_sampling


def test_nobody_named_is_told_with_what_to_name() -> None:
    """For each role in its own words; a role that nobody needs may stay empty."""
    with pytest.raises(ConfigError, match=r"^--policy is missing: name what writes the rollouts"):
        policies_of({}, needed=[Role.COMPLETER])
    with pytest.raises(ConfigError, match=r"--judge\) is missing: name what judges the steps"):
        policies_of({"completer": "scripted"}, needed=[Role.COMPLETER, Role.JUDGE])

    assert policies_of({}) == {}


@pytest.mark.parametrize(
    ("settings", "error", "told"),
    [
        ({"policy": "endpoint"}, ConfigError, "--base-url is missing"),
        ({"policy": "scripted", "base_url": URL}, ConfigError, "--base-url 'http.*scripted"),
        ({"policy": "endpont"}, RegistryError, "did you mean 'endpoint'"),
        ({"policy": "endpoint", "base_url": "x"}, ConfigError, "no http"),
        ({"policy": "scripted(x=1)"}, RegistryError, "does not take"),
        ({"policy": "a b"}, RegistryError, "form"),
    ],
)
def test_what_does_not_fit_is_told(
    settings: dict[str, str], error: type[Exception], told: str
) -> None:
    """Before anything is opened."""
    with pytest.raises(error, match=told):
        policies_of(settings)


def test_the_options_are_those_that_are_read() -> None:
    """What the decorator adds is what `policies_of` understands, range checks included."""
    seen: dict[str, object] = {}

    @click.command()
    @policy_options
    def command(**settings: object) -> None:
        seen.update(settings)

    run = CliRunner().invoke
    given = ["--policy", "scripted", "--generator", "scripted(script='{}')", "--top-p", "0.9"]

    assert run(command, [*given, "--no-policy-check"]).exit_code == 0
    assert seen["no_policy_check"] is True
    assert str(policies_of(seen)[Role.GENERATOR].spec) == "scripted(script='{}')"
    assert policies_of(seen)[Role.COMPLETER].top_p == 0.9
    assert run(command, ["--top-p", "0"]).exit_code == 2
    assert run(command, ["--temperature", "-1"]).exit_code == 2


def page(command: click.Command, *arguments: str, code: int = 0) -> str:
    """Return what a command prints, run in this process: it costs a second less."""
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == code, done.output
    return done.output


def test_preview_shows_the_exact_prompts() -> None:
    """Those that `render` gives for the first problem of a file, with its own first steps."""
    row = json.loads(GSM8K.read_text().splitlines()[0])
    shown = json.loads(page(preview, str(GSM8K), "--profile", "base", "--steps", "1", "--json"))
    problem = text_problem(row["question"])

    assert shown["profile"] == "base"
    assert shown["solution"]["text"] == render(problem, "", get_profile("base")).text
    assert shown["prefix"]["text"].startswith(shown["solution"]["text"])
    assert shown["prefix"]["text"].endswith("\n")
    assert shown["prefix"]["seam"].endswith("⏎")
    assert shown["judge"]["text"].endswith("First wrong step:")


def test_preview_needs_no_server_and_shows_the_seam() -> None:
    """For a policy by name, on the terminal, white space made visible."""
    policy = ("--policy", "endpoint(profile='llama-instruct')", "--base-url", "http://localhost:1")
    shown = page(preview, *policy)

    assert "14␣pens.▌" in shown
    assert "continue_final_message" in shown
    assert "<paragraph_2>" in shown


def test_preview_never_sends_control_characters_to_the_terminal(tmp_path: Path) -> None:
    """A problem may hold an escape sequence."""
    path = write_jsonl(tmp_path / "p.jsonl", [{"problem": "\x1b[2Jred?"}])

    assert "\x1b" not in page(preview, str(path), "--profile", "chat")


def test_check_policy_passes_with_a_row_for_each_check() -> None:
    """What was seen, for a reader."""
    with serve() as server:
        shown = page(check_policy, "--policy", "endpoint", "--base-url", server.url)

    assert "continues" in shown
    assert "FAILED" not in shown


def test_check_policy_fails_by_its_exit_code(waymark: Waymark) -> None:
    """With JSON for a program."""
    arguments = ("check-policy", "--policy", "endpoint", "--model", "toy", "--json", "--base-url")
    with serve(faults=Faults(restarts=True)) as server:
        report = json.loads(waymark(*arguments, server.url, code=2).stdout)

    assert report["ok"] is False
    assert [c["name"] for c in report["checks"] if c["state"] == "FAILED"] == ["continues"]


def test_a_server_that_refuses_the_key_is_one_line(
    waymark: Waymark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key itself is not in it."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with serve(faults=Faults(key="another")) as server:
        line = waymark.fails("check-policy", "--policy", "endpoint", "--base-url", server.url)

    assert "OPENAI_API_KEY" in line
    assert KEY not in line
