"""A sandbox's process: one job, run contained and under limits, and what it replied.

A job is code of this project that runs beside what is not trusted, such as `judge.py`. Its process
dies with the one that started it, however that dies, and leaves no file: it may write nowhere. Safe
in any process; each call starts one process and waits for it in the calling thread, which must not
end meanwhile.
"""

import functools
import marshal
import os
import resource
import secrets
import select
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from enum import Enum, auto, unique
from pathlib import Path
from types import CodeType
from typing import Any

from verifiers.programs.containment import ENVIRONMENT, INTERPRETER, Containment
from verifiers.programs.inside import FAULT, READY, Job

_OPTIONS = ("-s", "-S", "-P", "-B", "-X", "utf8", "-c")
_BOOT = """\
import marshal, sys
def boot(inside, job):
    names = {"__name__": "inside"}
    exec(inside, names)
    names["start"](job)
boot(*marshal.load(sys.stdin.buffer))
"""
# In a function, so that the job is no global of the main module.
_DESCRIPTORS = 64
_NONCE_BYTES = 16
_CHUNK = 1 << 16
_PATIENCE_S = 0.5
_TICK_S = 0.001
_OUT_OF_TIME = (-signal.SIGXCPU, 128 + signal.SIGXCPU)  # the second as a wrapper tells it
_INSIDE = Path(__file__).with_name("inside.py")


class ContainmentError(RuntimeError):
    """A sandbox did not start: nothing of the job was run."""


@unique
class Ending(Enum):
    """How a job's process ended."""

    REPLIED = auto()
    """The job returned, and its reply is genuine as far as the program does not hold the nonce."""
    CPU = auto()
    """Its processor time was used up."""
    WALL = auto()
    """It was still running after its wall time."""
    DIED = auto()
    """It ended without a reply: it left, crashed, or was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a job may use."""

    cpu_s: int = 3
    """Seconds of processor time, >= 1."""
    wall_s: float = 8.0
    """Seconds from start to end, > 0."""
    memory_mb: int = 512
    """Address space in MiB: the interpreter takes some 30 of them."""
    reply_bytes: int = 1 << 16
    """Most bytes of a reply; a longer one is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A job that was run."""

    ending: Ending
    """How it ended."""
    reply: bytes = b""
    """What it returned; empty unless REPLIED."""
    status: str = ""
    """Exit status or signal, in words, where it DIED."""
    seconds: float
    """Wall time."""


def run_contained(main: Path, payload: object, containment: Containment, limits: Limits) -> Ended:
    """Run a job in a process of its own, and wait for it.

    Args:
        main: Python file of this project that defines `run(payload) -> bytes`; it may import the
            standard library alone.
        payload: What `run` is called with: anything that marshal writes.
        containment: What keeps it in.
        limits: What it may use.

    Raises:
        ContainmentError: If the process could not be started or contained.
    """
    started = time.perf_counter()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        try:
            job = _job(main, payload, containment, limits, nonce=nonce, reply=writing)
            process = _start(containment, job, writing)
        finally:
            os.close(writing)
        patience_s = 0.0
        try:
            data, in_time = _read(pipe.fileno(), started + limits.wall_s, limits.reply_bytes)
            if in_time and not data.startswith(READY + nonce):
                patience_s = _PATIENCE_S
        finally:
            cpu_s, stopped = _end(process, patience_s)
    seconds = time.perf_counter() - started
    if not in_time and not data:
        return Ended(ending=Ending.WALL, seconds=seconds)
    if not data.startswith(READY):
        raise ContainmentError(_fault(containment, data, process.returncode))
    if data.startswith(READY + nonce):
        reply = data[len(READY + nonce) :]
        return Ended(ending=Ending.REPLIED, reply=reply, seconds=seconds)
    if cpu_s >= limits.cpu_s or process.returncode in _OUT_OF_TIME:
        return Ended(ending=Ending.CPU, seconds=seconds)
    if not in_time:
        return Ended(ending=Ending.WALL, seconds=seconds)
    status = "it left its pipe" if stopped else _status(process.returncode)
    return Ended(ending=Ending.DIED, status=status, seconds=seconds)


def _job(
    main: Path,
    payload: object,
    containment: Containment,
    limits: Limits,
    *,
    nonce: bytes,
    reply: int,
) -> bytes:
    """Return what the process reads first: the code that contains it, and the job."""
    sent: tuple[Any, ...] = Job(  # Any: what marshal takes has no type of its own
        main=_code(main),
        payload=payload,
        reply=reply,
        nonce=nonce,
        limits=_rlimits(limits),
        fence=None if containment.fence is None else tuple(containment.fence),
        syscalls=containment.syscalls,
    )
    sent = tuple(sent)  # marshal takes no subclass
    return marshal.dumps((_code(_INSIDE), sent))


@functools.cache
def _code(path: Path) -> CodeType:
    return compile(path.read_text(encoding="utf-8"), path.name, "exec", dont_inherit=True)


def _rlimits(limits: Limits) -> tuple[tuple[int, int, int], ...]:
    """Return the kernel's limits as (resource, soft, hard).

    The number of processes is not among them: it counts threads and other processes of the user,
    and does not bind root. The filter of system calls denies new processes.
    """
    memory = limits.memory_mb << 20
    return (
        (resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1),
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS, _DESCRIPTORS),
        (resource.RLIMIT_CORE, 0, 0),
    )


def _start(containment: Containment, job: bytes, reply: int) -> "subprocess.Popen[bytes]":
    with tempfile.TemporaryFile() as sent:  # without a name, and so without a leftover
        sent.write(job)
        sent.seek(0)
        try:
            return subprocess.Popen(  # noqa: S603  # our own interpreter
                [*containment.prefix, str(INTERPRETER), *_OPTIONS, _BOOT],
                stdin=sent,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(reply,),
                cwd="/",
                env=dict(ENVIRONMENT),
                start_new_session=True,
            )
        except OSError as error:
            raise ContainmentError(f"{containment.name} does not start: {error}") from error


def _read(pipe: int, deadline: float, most: int) -> tuple[bytes, bool]:
    """Return what comes until the end or the deadline, and whether it came in time.

    Of what is longer than a reply may be, only the first byte.
    """
    data = b""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    while len(data) <= most:
        left_s = deadline - time.perf_counter()
        if left_s <= 0 or not poll.poll(left_s * 1000):
            return data, False
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            return data, True
        data += chunk
    return data[:1], True


def _end(process: "subprocess.Popen[bytes]", patience_s: float) -> tuple[float, bool]:
    """End the process, which may have a moment to end by itself.

    Returns:
        Its seconds of processor time, and whether it had to be killed.
    """
    until = time.perf_counter() + patience_s
    # Not by the methods of `Popen`, which would take the processor time along.
    pid, status, used = os.wait4(process.pid, os.WNOHANG)
    while _is_running(pid, status) and time.perf_counter() < until:
        time.sleep(_TICK_S)
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
    killed = _is_running(pid, status)
    while _is_running(pid, status):
        os.kill(process.pid, signal.SIGKILL)
        pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime, killed


def _is_running(pid: int, status: int) -> bool:
    return not pid or os.WIFSTOPPED(status)  # a process that is traced is told of while it stops


def _fault(containment: Containment, data: bytes, code: int) -> str:
    """Return why nothing was run."""
    told = data.removeprefix(FAULT).decode("utf-8", "replace") or f"it ended by {_status(code)}"
    return f"{containment.name} does not start: {told}"


def _status(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:  # a real-time signal
        return f"signal {-code}"
