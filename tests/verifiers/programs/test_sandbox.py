"""The sandbox's process: limits, what becomes of it when its parent dies, and what it leaves."""

import ast
import contextlib
import inspect
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import pytest

from verifiers.programs import (
    Containment,
    ContainmentError,
    Ending,
    Limits,
    inside,
    judge,
    probe,
    run_contained,
    self_test,
    tried_containment,
)

JUDGE = Path(judge.__file__)
LONG_S = 30


def contained() -> Containment:
    """Return this machine's containment."""
    containment = tried_containment()
    if isinstance(containment, str):
        pytest.skip(f"no sandbox holds here: {containment}")
    return containment


def test_time_is_bounded() -> None:
    """Waiting and computing are told apart."""
    sleeps = ("import time; time.sleep(60)", "")
    loops = ("while True: pass", "")

    assert (
        run_contained(JUDGE, sleeps, contained(), Limits(wall_s=0.4)).ending,
        run_contained(JUDGE, loops, contained(), Limits(cpu_s=1)).ending,
    ) == (Ending.WALL, Ending.CPU)


def test_a_reply_that_is_too_long_is_none() -> None:
    """What this process keeps of a reply is bounded."""
    failing = ("", "raise ValueError('x' * 300)")

    told = run_contained(JUDGE, failing, contained(), Limits())
    cut = run_contained(JUDGE, failing, contained(), Limits(reply_bytes=100))

    assert told.ending is Ending.REPLIED
    assert cut.ending is Ending.DIED


@pytest.mark.parametrize("prefix", ["/no/such/program", "/bin/false"])
def test_a_sandbox_that_does_not_start_is_an_error(prefix: str) -> None:
    """It is never taken for a program that fails; the line names the sandbox."""
    broken = Containment(name="broken 1", prefix=(prefix,))

    with pytest.raises(ContainmentError, match=r"^broken 1 does not start: "):
        run_contained(JUDGE, ("", ""), broken, Limits())


def test_a_containment_that_the_kernel_refuses_is_an_error() -> None:
    """Nothing is run behind a door that did not shut."""
    broken = Containment(name="broken 1", syscalls=b"\xff" * 8)

    with pytest.raises(ContainmentError, match="OSError"):
        run_contained(JUDGE, ("", ""), broken, Limits())


def test_where_no_containment_holds_the_reasons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not start and one that lets attacks through are both named."""
    weak = Containment(name="weak 1", syscalls=None)
    broken = Containment(name="broken 1", prefix=("/no/such/program",))
    monkeypatch.setattr(self_test, "containments", lambda: (broken, weak))
    self_test.tried_containment.cache_clear()
    try:
        reason = self_test.tried_containment()
    finally:
        self_test.tried_containment.cache_clear()

    assert isinstance(reason, str)
    assert "broken 1 does not start: " in reason
    assert "weak 1 does not hold (network, " in reason


@pytest.mark.parametrize("module", [inside, judge, probe])
def test_what_runs_inside_needs_the_standard_library_alone(module: ModuleType) -> None:
    """Nothing of this project can be imported there, and no package."""
    tree = ast.parse(inspect.getsource(module))
    plain = [one for one in ast.walk(tree) if isinstance(one, ast.Import)]
    names = {alias.name for one in plain for alias in one.names}
    names |= {str(one.module) for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_descriptors_do_not_leak() -> None:
    """As many are open after a hundredth run as after the first, however runs end."""
    containment = contained()
    run_contained(JUDGE, ("", ""), containment, Limits())
    before = len(list(Path("/proc/self/fd").iterdir()))
    for program in ("", "import os; os._exit(0)", "raise ValueError"):
        run_contained(JUDGE, (program, ""), containment, Limits())
    with pytest.raises(ContainmentError):
        run_contained(JUDGE, ("", ""), Containment(name="x", prefix=("/no",)), Limits())

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_killed_parent_takes_its_sandbox_along(tmp_path: Path) -> None:
    """SIGKILL leaves no process behind, and no file."""
    contained()
    code = (
        "from verifiers.programs import ByTests\n"
        "from schemas import AnswerType, text_problem\n"
        "problem = text_problem('Wait.', answers=('wait()',), answer_type=AnswerType.TESTS)\n"
        "print(ByTests(cpu_s=4).backend, flush=True)\n"
        "program = 'import time\\ndef wait():\\n    time.sleep(60)'\n"
        "ByTests(cpu_s=4).grade(problem, program)\n"
    )
    with subprocess.Popen(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        cwd=Path(__file__).parents[3],
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        child = awaited_child(parent.pid)
        parent.send_signal(signal.SIGKILL)

    assert gone(child)
    assert list(tmp_path.iterdir()) == []
    assert tempfile.gettempdir() != str(tmp_path)


def awaited_child(pid: int) -> int:
    """Return the descendant of a process that is contained, once there is one."""
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        for child in descendants(pid):
            with contextlib.suppress(OSError):
                if "Seccomp:\t2" in Path(f"/proc/{child}/status").read_text(encoding="ascii"):
                    return child
        time.sleep(0.01)
    raise TimeoutError("the sandbox did not start")


def descendants(pid: int) -> list[int]:
    """Return the processes that a process started, and those that these did."""
    found: list[int] = []
    with contextlib.suppress(OSError):  # it may end meanwhile
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        for child in map(int, told.split()):
            found += [child, *descendants(child)]
    return found


def gone(pid: int) -> bool:
    """Return whether a process ends within a second; one that only waits to be reaped has ended."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except FileNotFoundError:
            return True
        if state[0] == "Z":
            return True
        time.sleep(0.01)
    return False
