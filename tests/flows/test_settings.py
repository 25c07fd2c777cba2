"""Settings: a flow's parameter is what `waymark label` was told, and asks for the same job."""

import json
from pathlib import Path

import click
import pytest

from annotate.cli.label import command
from annotate.cli.label_request import label_request
from annotate.cli.options import resolved
from annotate.executors import Inline, OnRay
from flows.settings import LEFT_OUT, flow_parameters, label_job
from schemas import ConfigError, Json, RegistryError

PLUGIN = "from verifiers.base import Verifier\n"


def settings_of(*arguments: str) -> dict[str, Json]:
    """Return the settings of a command line, as they come back from a Prefect server."""
    context = click.Command("label", params=flow_parameters()).make_context(
        "label", list(arguments)
    )
    settings: dict[str, Json] = json.loads(json.dumps(resolved(context)))
    return settings


def test_every_option_of_the_command_is_a_setting_of_the_flow() -> None:
    """But for those that look at a single solution, or only try."""
    there = {one.name for one in flow_parameters()}

    assert there == {one.name for one in command.params} - LEFT_OUT
    assert {"method", "run", "solutions", "executor", "plugins"} <= there


def test_a_flow_asks_for_what_the_command_asks_for(tmp_path: Path) -> None:
    """The same request, through JSON and back."""
    plugin = tmp_path / "mine.py"
    plugin.write_text(PLUGIN)
    arguments = [
        *("rows.jsonl", "more.jsonl", "--out", "runs/first", "--method", "formal"),
        *("--limit", "7", "--strict", "--map", "problem=question", "--shard-size", "3"),
        *("--plugin", str(plugin), "--workers", "2"),
    ]
    context = command.make_context("label", list(arguments))
    expected = label_request(context.params, config={})
    settings = settings_of(*arguments)

    request, executor = label_job(settings)

    assert request.config == settings
    assert executor == Inline(workers=2)
    for name in ("inputs", "out", "methods", "options", "limit", "strict", "plugins"):
        assert getattr(request, name) == getattr(expected, name)
    assert request.shard_size == expected.shard_size == 3


def test_settings_that_are_left_out_stand_at_the_defaults() -> None:
    """As when somebody starts the deployment by hand, with the least."""
    request, executor = label_job({"solutions": ["rows.jsonl"], "run": "runs/first"})

    assert [method.name for method in request.methods] == ["formal"]
    assert request.limit is None
    assert executor == Inline()


def test_ray_is_asked_for_as_on_the_command_line() -> None:
    """With its workers."""
    _, executor = label_job(settings_of("a.jsonl", "--out", "r", "--executor", "ray"))

    assert executor == OnRay()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"run": "r"}, "nothing to label"),
        ({"solutions": ["a.jsonl"]}, "--out is missing"),
        ({"solutions": ["a.jsonl"], "run": "r", "methods": ["scan"]}, "did you mean 'method'"),
        ({"solutions": ["a.jsonl"], "run": "r", "limit": "many"}, "many"),
        ({"solutions": ["a.jsonl"], "run": "r", "limit": 0}, "0"),
        ({"solutions": ["a.jsonl"], "run": "r", "method": 3}, "method|settings"),
        ({"solutions": ["a.jsonl"], "run": "r", "executor": "cloud"}, "cloud"),
        ({"solutions": ["a.jsonl"], "run": "r", "address": "h:1"}, "--executor ray"),
    ],
)
def test_settings_that_are_wrong_are_refused_in_one_line(
    settings: dict[str, Json], said: str
) -> None:
    """They may come from a form in Prefect's pages: nothing was checked there."""
    with pytest.raises(ConfigError, match=said) as told:
        label_job(settings)

    assert "\n" not in str(told.value)


def test_a_method_that_is_not_there_is_told_as_by_the_command() -> None:
    """With the known ones."""
    with pytest.raises((ConfigError, RegistryError), match="'nosuch'"):
        label_job({"solutions": ["a.jsonl"], "run": "r", "method": ["nosuch"]})
