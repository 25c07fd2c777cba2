"""Kill -9 at random moments: run a command, kill it or a child of it, and run it again until done.

Used by the tests (a few kills) and by `benchmarks/kills.py` (hundreds).
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.running import TOOL, environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """What it took to get a command done."""

    kills: int
    """Processes killed: drivers and children."""
    runs: int
    """How often the command was started."""


def time_undisturbed(arguments: Sequence[str], folder: Path) -> float:
    """Run a command to its end; return its seconds."""
    started = time.perf_counter()
    subprocess.run(  # noqa: S603  # our own command
        [TOOL, *arguments], cwd=folder, check=True, capture_output=True, env=environment()
    )
    return time.perf_counter() - started


def run_through_kills(
    arguments: Sequence[str],
    folder: Path,
    *,
    kills: int,
    seconds: float,
    random: np.random.Generator,
    observe: Callable[[], None] = lambda: None,
) -> Survived:
    """Start a command until it ends by itself, killing it at random moments up to `kills` times.

    Args:
        arguments: The command; the same each time.
        folder: Its current folder.
        kills: Most kills; then it is left alone.
        seconds: What it takes undisturbed: kills fall within it.
        random: Where moments and victims come from.
        observe: Called after each end that was not the last, before the next start.
    """
    done = runs = 0
    while True:
        runs += 1
        process = subprocess.Popen(  # noqa: S603  # our own command
            [TOOL, *arguments],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        if done < kills:
            # The first falls early: a machine that was slow before may be quick now.
            time.sleep(seconds * random.uniform(0.05, 1.0 if done else 0.5))
            done += kill_one(process, random)
        _, errors = process.communicate(timeout=120)
        if process.returncode == 0:
            return Survived(kills=done, runs=runs)
        if process.returncode != -signal.SIGKILL:
            raise AssertionError(
                f"after {done} kills {' '.join(arguments)} ended with {process.returncode}: "
                f"{errors.decode()}"
            )
        observe()


def kill_one(process: "subprocess.Popen[bytes]", random: np.random.Generator) -> int:
    """Kill the process or, one time in four, a descendant; return how many were killed."""
    if process.poll() is not None:
        return 0
    children = descendants(process.pid)
    victim = process.pid
    if children and random.uniform() < 0.25:  # one in four
        victim = children[int(random.integers(len(children)))]
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    return 1


def descendants(pid: int) -> list[int]:
    """Return the processes below `pid`, from /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found: list[int] = []
    frontier = {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier}
        found += sorted(frontier)
    return found
