"""The tool as a user runs it: a process, its output, its exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.storage import RunFolder, connect, digest, open_store, query

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "examples" / "data"
GSM8K = SAMPLE / "gsm8k_model_solutions.jsonl"
HUMAN = SAMPLE / "human_labelled.jsonl"
TOOL = str(Path(sys.executable).with_name("waymark"))


def environment() -> dict[str, str]:
    """Return this process's environment without settings of the tool."""
    return {k: v for k, v in os.environ.items() if not k.startswith("WAYMARK_")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waymark:
    """Runs the installed command in one folder."""

    folder: Path
    """Current folder of the command."""

    def __call__(
        self, *arguments: str | Path, code: int = 0, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command and check its exit code.

        Args:
            arguments: As on the command line.
            code: The exit code that is expected.
            text: Standard input.
        """
        done = subprocess.run(  # noqa: S603  # our own command
            [TOOL, *map(str, arguments)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            input=text,
            check=False,
            timeout=120,
            env=environment(),
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stderr}\n{done.stdout}"
        return done

    def fails(self, *arguments: str | Path) -> str:
        """Run a command that a user got wrong; return its one line on stderr."""
        done = self(*arguments, code=2)
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, done.stderr
        assert done.stdout == ""
        return lines[0]

    def query(self, run: str | Path, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query, in this process: what the command adds is tested apart."""
        with connect(RunFolder.open(open_store(str(self.folder / run)))) as con:
            found = query(con, sql)
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]

    def digest(self, run: str | Path) -> str:
        """Return the total digest of a run."""
        return digest(RunFolder.open(open_store(str(self.folder / run)))).total


def write_jsonl(path: Path, rows: Sequence[object]) -> Path:
    """Write rows as JSON lines; a row that is bytes is written as it is."""
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path
