"""Attacks from inside a sandbox, one by one: none comes through, and each would without it.

An attack is a program with a function `attack` that returns True where it came through; the test
program asserts that it did, so that CORRECT means harm.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import AnswerType, Outcome, Problem, text_problem
from verifiers.base import Graded
from verifiers.programs import UNSAFE, ByTests, attacks_through, tried_containment

needs_sandbox = pytest.mark.skipif(
    isinstance(tried_containment(), str), reason=f"no sandbox holds here: {tried_containment()}"
)
pytestmark = needs_sandbox

CONTAINED = ByTests(cpu_s=1)
FREE = ByTests(cpu_s=1, unsafe=True)


def problem_of(*tests: str, question: str = "Write a program.") -> Problem:
    """Return a problem that these test programs check."""
    return text_problem(question, answers=tests, answer_type=AnswerType.TESTS)


def attacked(checker: ByTests, program: str) -> Graded:
    """Return how an attack ends: CORRECT where it came through."""
    return checker.grade(problem_of("assert attack() is True"), f"```python\n{program}\n```")


@pytest.fixture
def victim() -> Iterator["subprocess.Popen[bytes]"]:
    """Yield a process of this user that waits to be killed."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_the_network_is_out_of_reach() -> None:
    """Not even a listener on the loopback interface is reached."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        program = f"""
import socket
def attack():
    socket.create_connection(("127.0.0.1", {listener.getsockname()[1]}), timeout=1)
    return True
"""

        assert attacked(CONTAINED, program).outcome is Outcome.INCORRECT
        assert attacked(FREE, program).outcome is Outcome.CORRECT


def test_a_datagram_socket_of_this_machine_is_out_of_reach(tmp_path: Path) -> None:
    """A pair of sockets, which event loops need, sends to nobody but its other end."""
    path = str(tmp_path / "listener")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        listener.settimeout(0.2)
        program = f"""
import socket
def attack():
    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"secret", {path!r})
    return True
"""
        contained = attacked(CONTAINED, program)
        with pytest.raises(TimeoutError):
            listener.recv(16)
        attacked(FREE, program)

        assert contained.outcome is Outcome.INCORRECT
        assert listener.recv(16) == b"secret"


@pytest.mark.parametrize("path", ["secret", "../", "/proc/self/environ", "/proc/{parent}/environ"])
def test_other_files_are_not_read(tmp_path: Path, path: str) -> None:
    """Neither a file of this user, nor a folder, nor what the kernel tells of processes."""
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    place = tmp_path / path.format(parent=os.getpid())
    program = f"""
import os
def attack():
    return os.open({str(place)!r}, os.O_RDONLY) > 0
"""

    assert attacked(CONTAINED, program).outcome is Outcome.INCORRECT
    assert attacked(FREE, program).outcome is Outcome.CORRECT


def test_the_environment_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in this process's environment is not in the program's, sandbox or not."""
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    program = "import os\ndef attack():\n    return 'secret' in os.environ.values()"

    assert attacked(CONTAINED, program).outcome is Outcome.INCORRECT
    assert attacked(FREE, program).outcome is Outcome.INCORRECT


def test_nothing_is_written(tmp_path: Path) -> None:
    """No file is made, not even an empty one, and none is changed."""
    held = tmp_path / "held"
    held.write_text("whole", encoding="utf-8")
    program = f"""
import os
def attack():
    os.truncate({str(held)!r}, 0)
    os.open({str(tmp_path / "new")!r}, os.O_CREAT | os.O_WRONLY)
    return True
"""
    contained = attacked(CONTAINED, program).outcome
    left = held.read_text(encoding="utf-8"), sorted(one.name for one in tmp_path.iterdir())
    attacked(FREE, program)

    assert contained is Outcome.INCORRECT
    assert left == ("whole", ["held"])
    assert held.read_text(encoding="utf-8") == ""


KILLS = {
    "kill": "import os, signal\ndef attack():\n    os.kill({pid}, signal.SIGKILL)\n    return True",
    "owner of a descriptor": """
import fcntl, os, signal, socket
def attack():
    ours, theirs = socket.socketpair()
    fcntl.fcntl(ours, fcntl.F_SETOWN, {pid})
    fcntl.fcntl(ours, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")
    return True
""",
}


@pytest.mark.parametrize("how", KILLS)
def test_no_other_process_is_killed(victim: "subprocess.Popen[bytes]", how: str) -> None:
    """Neither by a signal, nor by one that the kernel sends for it."""
    program = KILLS[how].replace("{pid}", str(victim.pid))
    contained = attacked(CONTAINED, program)
    time.sleep(0.02)
    alive = victim.poll() is None
    attacked(FREE, program)

    assert contained.outcome is Outcome.INCORRECT
    assert alive
    assert victim.wait(timeout=5) == -signal.SIGKILL


STARTS = {
    "fork": "import os\ndef attack():\n    os.fork() or os._exit(0)\n    return True",
    "subprocess": "import subprocess\ndef attack():\n    subprocess.run(['/bin/true'])\n"
    "    return True",
    "clone by number": "import ctypes, os\ndef attack():\n"
    "    made = ctypes.CDLL(None).syscall({clone}, 17, 0, 0, 0, 0)\n"
    "    made == 0 and os._exit(0)\n    return made > 0",
}


@pytest.mark.parametrize("how", STARTS)
def test_no_process_is_started(how: str) -> None:
    """By whatever way: a fork bomb has no first fork."""
    number = 56 if os.uname().machine == "x86_64" else 220
    program = STARTS[how].replace("{clone}", str(number))

    assert attacked(CONTAINED, program).outcome is Outcome.INCORRECT
    assert attacked(FREE, program).outcome is Outcome.CORRECT


def test_another_process_is_not_traced(victim: "subprocess.Popen[bytes]") -> None:
    """Nor is its memory read."""
    program = f"""
import ctypes
def attack():
    return ctypes.CDLL(None, use_errno=True).ptrace(0x4206, {victim.pid}, 0, 0) == 0
"""

    assert attacked(CONTAINED, program).outcome is Outcome.INCORRECT
    assert attacked(FREE, program).outcome is Outcome.CORRECT


def test_limits_are_not_raised() -> None:
    """Root could raise its own limits again; in a sandbox nobody sets any."""
    program = """
import resource
def attack():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    return True
"""

    assert attacked(CONTAINED, program).outcome is Outcome.INCORRECT
    assert attacked(FREE, program).outcome is Outcome.CORRECT


def test_memory_is_bounded() -> None:
    """What takes more than the limit is censored, not wrong."""
    program = "def attack():\n    return len(bytearray(1 << 30)) > 0"
    graded = attacked(CONTAINED, program)

    assert (graded.outcome, graded.reason) == (Outcome.CHECK_TIMEOUT, "over 512 MiB of memory")


def test_output_goes_nowhere() -> None:
    """A flood fills neither the disk nor this process, and stands in no one's way."""
    program = """
import os, sys
def attack():
    for _ in range(200):
        print("x" * 100_000)
        os.write(2, b"x" * 100_000)
    return True
"""

    assert attacked(CONTAINED, program).outcome is Outcome.CORRECT


FORGERIES = {
    "sys.exit": "import sys\nsys.exit(0)",
    "os._exit": "import os\nos._exit(0)",
    "exit when called": "def f():\n    raise SystemExit(0)",
    "leave when called": "import os\ndef f():\n    os._exit(0)",
    "interrupt": "def f():\n    raise KeyboardInterrupt",
    "print": "print('P')\ndef f():\n    print('RP')",
    "write everywhere": "import os\ndef f():\n    for n in range(64):\n        try:\n"
    "            os.write(n, b'RP')\n        except OSError:\n            pass",
    "flood everywhere": "import os\ndef f():\n    while True:\n        for n in range(3, 64):\n"
    "            try:\n                os.write(n, b'RP' * 5000)\n"
    "            except OSError:\n                pass",
    "close everything": "import os\ndef f():\n    os.closerange(0, 64)\n    while True: pass",
    "own check": "def check(candidate):\n    pass\ndef f():\n    return 0",
    "own assertion error": "import builtins\nbuiltins.AssertionError = StopIteration\n"
    "def f():\n    return 0",
    "own built-in functions": "import builtins\nbuiltins.isinstance = lambda *_: True\n"
    "builtins.all = lambda *_: True\nbuiltins.exec = lambda *_: None\ndef f():\n    return 0",
    "own write": "import os\nos.write = lambda *_: 0\nos._exit = lambda *_: None\n"
    "def f():\n    return 0",
    "main module": "import __main__\ndef f():\n    __main__.job.nonce",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_success_is_not_claimed_cheaply(how: str) -> None:
    """Only tests that ran to their end and found nothing make a program right."""
    tests = "def check(candidate):\n    assert all([isinstance(candidate(), str)])\n\ncheck(f)\n"
    graded = CONTAINED.grade(problem_of(tests), f"```python\n{FORGERIES[how]}\n```")

    assert graded.outcome is Outcome.INCORRECT
    assert graded.reason


def test_the_self_test_sees_what_does_not_hold() -> None:
    """Without containment nearly every attack of it comes through."""
    through = attacks_through(UNSAFE)

    assert all(
        word in through for word in ("network", "another file", "writing", "killing", "process")
    )
