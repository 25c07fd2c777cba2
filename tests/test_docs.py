"""The documents: their commands run, their snippets work, their links lead somewhere."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from annotate.cli.main import waymark as commands
from schemas import FindingVerdict
from tests.contracts.verifier_contract import solved
from tests.running import REPOSITORY, TOOL, Waymark, environment
from verifiers import build_verifier, load_plugin
from verifiers.plugins import PluginSource
from verifiers.spec import parse_spec

DOCUMENTS = sorted(path for path in (*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")))


def blocks(document: Path, language: str) -> list[str]:
    """Return the code blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    """Each relative link names a file that is there."""
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())

    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.slow
def test_the_commands_of_the_readme_run(tmp_path: Path) -> None:
    """Each line that a reader may paste, in order, in one folder; the shell is left at once."""
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    script = "\n".join(
        block for block in blocks(REPOSITORY / "README.md", "sh") if "make " not in block
    )
    lines = re.sub(r"waymark query runs/first +#.*", "waymark query runs/first </dev/null", script)
    bash = shutil.which("bash") or "bash"
    done = subprocess.run(  # noqa: S603  # the README's own commands
        [bash, "-euo", "pipefail", "-c", lines],
        cwd=tmp_path,
        env={**environment(), "PATH": f"{Path(TOOL).parent}:{environment()['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stderr
    assert "12 + 2 = 15" in done.stdout
    assert (tmp_path / "train.jsonl").stat().st_size > 0


def test_the_verifier_of_the_guide_works() -> None:
    """The file that the guide shows, loaded as a plug-in, objects where it should."""
    (source,) = [
        b for b in blocks(REPOSITORY / "docs/write-a-verifier.md", "python") if "_CLAIM" in b
    ]
    load_plugin(PluginSource(name="parity.py", text=source))
    verifier = build_verifier(parse_spec("parity"))

    findings = verifier.check(*solved("4 is even", "7 is even", "nothing"))

    assert [(f.step_index, f.verdict) for f in findings] == [
        (0, FindingVerdict.NO_OBJECTION),
        (1, FindingVerdict.INCORRECT),
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_that_documents_name_exist(document: Path, waymark: Waymark) -> None:
    """`waymark NAME` in a document is a command."""
    known = waymark("--help").stdout
    named = set(re.findall(r"waymark ([a-z]+)\b", document.read_text()))
    wrong = [name for name in sorted(named) if not re.search(rf"^  {name} ", known, re.MULTILINE)]

    assert wrong == []


def test_every_command_has_help() -> None:
    """Each command, and each of its options, says what it does. In this process: it is cheaper."""
    known = CliRunner().invoke(commands, ["--help"]).stdout
    names = re.findall(r"^  ([a-z]+) {2,}", known, re.MULTILINE)

    assert len(names) >= 11
    for name in names:
        page = CliRunner().invoke(commands, [name, "--help"], prog_name="waymark").stdout
        assert "Usage: waymark" in page
