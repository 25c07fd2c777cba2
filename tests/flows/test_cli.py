"""The command `waymark flow`: what it refuses, and a schedule that fires."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from annotate.cli.main import waymark as whole
from flows.cli import group
from schemas import ConfigError, WaymarkError
from tests.running import REPOSITORY, TOOL, Waymark, environment

FEW = str(REPOSITORY / "tests" / "golden" / "few.jsonl")


def test_without_prefect_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is there without the extra; one line, and what does the same without."""
    monkeypatch.setitem(sys.modules, "prefect", None)
    result = CliRunner().invoke(group, ["label", FEW, "--out", "run"])

    assert isinstance(result.exception, ConfigError)
    assert "waymark[flows]" in str(result.exception)
    assert "waymark label" in str(result.exception)


def refused(*arguments: str) -> str:
    """Run the command in this process; return the line that it is refused with."""
    error = CliRunner().invoke(whole, ["flow", *arguments]).exception
    assert isinstance(error, WaymarkError), error
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("label", FEW), "--out"),
        (("label", "--out", "run"), "nothing to label"),
        (("label", FEW, "--out", "run", "--method", "nosuch"), "'nosuch'"),
        (("label", FEW, "--out", "run", "--address", "h:1"), "--executor ray"),
        (("serve", FEW, "--out", "run"), "--interval"),
        (("serve", FEW, "--out", "run", "--cron", "0 3 * * *", "--interval", "9"), "either"),
        (("serve", FEW, "--out", "run", "--cron", "x y"), "'x y'"),
    ],
)
def test_mistakes_are_told_before_any_server_is_started(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, as `waymark label` tells them."""
    monkeypatch.chdir(tmp_path)

    assert said in refused(*arguments)
    assert not list(tmp_path.iterdir())


def test_a_server_that_does_not_answer_is_named(
    waymark: Waymark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to do; as a process, for Prefect reads its settings once."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")

    line = waymark.fails("flow", "label", FEW, "--out", "run")

    assert "http://127.0.0.1:1/api" in line
    assert "prefect server start" in line


@pytest.mark.service
def test_a_missing_input_is_one_line(
    waymark: Waymark, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `waymark label` tells it, though a flow run was made of it."""
    monkeypatch.setenv("PREFECT_API_URL", server)

    assert "'nosuch.jsonl' does not exist" in waymark.fails(
        "flow", "label", "nosuch.jsonl", "--out", "run"
    )


def test_the_settings_file_and_environment_of_label_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of [label] in waymark.toml, or WAYMARK_LABEL_..., holds for its flow too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "waymark.toml").write_text('[label]\nmethod = ["nosuch"]\n')
    in_file = refused("label", FEW, "--out", "run")
    monkeypatch.setenv("WAYMARK_LABEL_METHOD", "neither")

    assert "'nosuch'" in in_file
    assert "'neither'" in refused("label", FEW, "--out", "run")


def told(errors: Path, pattern: str, *, seconds: float) -> None:
    """Wait until a process has told something."""
    deadline = time.monotonic() + seconds
    while not re.search(pattern, errors.read_text(), re.DOTALL):
        assert time.monotonic() < deadline, errors.read_text()
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.service
def test_a_schedule_fires_twice_and_stops_when_told(waymark: Waymark) -> None:
    """With a server of its own; the second run finds nothing to do, and SIGTERM is a clean end."""
    errors = waymark.folder / "errors"
    arguments = ("--interval", "20", FEW, "--out", "served", "--workers", "1")
    with errors.open("w") as stream:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [TOOL, "flow", "serve", *arguments],
            cwd=waymark.folder,
            stderr=stream,
            stdout=stream,
            env=environment(),
        )
        try:
            told(errors, r"Flow run: .*Flow run: ", seconds=500)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert "Traceback" not in errors.read_text()
    assert "waymark-label/served-" in errors.read_text()
    waymark("label", FEW, "--out", "served", "--workers", "1")
    waymark("label", FEW, "--out", "plain", "--workers", "1")
    assert waymark.digest("served") == waymark.digest("plain")
