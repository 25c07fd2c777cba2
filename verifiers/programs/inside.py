"""What runs first in a sandbox's process: it shuts the door behind itself, then runs the job.

Standard library only, and nothing of this project: its source travels compiled to an interpreter
that sees no packages. Order matters: what may fail comes before the mark READY, so that a sandbox
that does not hold is told apart from a program that dies.
"""

import ctypes
import os
import resource
import select
import signal
import struct
import sys
from types import CodeType
from typing import NamedTuple, Protocol

READY = b"R"
"""First byte of the reply: contained, and about to run the job. A fault begins with another one."""
FAULT = b"E"
"""First byte of a reply that says why containment failed."""

_SET_DEATH_SIGNAL, _NO_NEW_PRIVILEGES, _SET_SECCOMP, _SECCOMP_FILTER = 1, 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1
_FILTER_BYTES = 8  # of one instruction


class Fence(NamedTuple):
    """What Landlock is told."""

    ruleset: bytes
    """The kernel's `struct landlock_ruleset_attr`: what is forbidden unless a rule allows it."""
    allowed: int
    """Rights to the paths."""
    files: int
    """Those of the rights that a path has which is no folder."""
    paths: tuple[str, ...]
    """What may be read; those that do not exist are passed over."""


class Job(NamedTuple):
    """What the parent sends, marshalled."""

    main: CodeType
    """Defines `run(payload) -> bytes`, which is called once contained."""
    payload: object
    """What it is called with."""
    reply: int
    """Descriptor of the pipe to the parent."""
    nonce: bytes
    """What a genuine reply begins with."""
    limits: tuple[tuple[int, int, int], ...]
    """(resource, soft, hard) of each limit."""
    fence: tuple[object, ...] | None
    """A `Fence` as a plain tuple; null for none."""
    syscalls: bytes | None
    """Filter of system calls; null for none."""


class _Main(Protocol):
    def __call__(self, payload: object, /) -> bytes: ...


def start(sent: tuple[object, ...]) -> None:
    """Contain this process, run the job, reply, and end the process."""
    job = Job(*sent)  # type: ignore[arg-type]  # marshal keeps values, not the class around them
    # Bound before the job runs: what it replaces in these modules is of no use to it.
    write, leave, run_code = os.write, os._exit, exec
    try:
        contain(job)
    except BaseException as error:  # noqa: BLE001  # told to the parent, whatever it is
        write(job.reply, FAULT + f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
        leave(1)
    write(job.reply, READY)
    main: dict[str, _Main] = {}
    run_code(job.main, main)
    write(job.reply, job.nonce + main["run"](job.payload))
    leave(0)


def contain(job: Job) -> None:
    """Give up everything that the job does not need."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux":
        _call(library.prctl, _SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        _leave_if_alone(job.reply)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    for number, *wanted in job.limits:
        soft, hard = (_at_most(value, resource.getrlimit(number)[1]) for value in wanted)
        resource.setrlimit(number, (soft, hard))
    if job.fence is not None or job.syscalls is not None:
        _call(library.prctl, _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if job.fence is not None:
        _fence_in(library, Fence(*job.fence))  # type: ignore[arg-type]  # as above
    if job.syscalls is not None:
        _filter(library, job.syscalls)


def _at_most(value: int, bound: int) -> int:
    """Return a limit, or the lower one that this user is under already."""
    return value if bound == resource.RLIM_INFINITY else min(value, bound)


def _leave_if_alone(reply: int) -> None:
    """End where the parent died before its death could be told to us."""
    poll = select.poll()
    poll.register(reply, 0)
    if any(event & select.POLLERR for _, event in poll.poll(0)):
        os._exit(1)


def _fence_in(library: ctypes.CDLL, fence: Fence) -> None:
    ruleset = _call(
        library.syscall, _CREATE_RULESET, fence.ruleset, ctypes.c_size_t(len(fence.ruleset)), 0
    )
    for path in fence.paths:
        try:
            held = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        allowed = fence.allowed if os.path.isdir(path) else fence.files  # noqa: PTH112  # pathlib costs a third of the start
        rule = struct.pack("=Qi", allowed, held)
        _call(library.syscall, _ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0)
        os.close(held)
    _call(library.syscall, _RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _filter(library: ctypes.CDLL, code: bytes) -> None:
    held = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("@HP", len(code) // _FILTER_BYTES, ctypes.addressof(held))
    _call(library.prctl, _SET_SECCOMP, _SECCOMP_FILTER, program, 0, 0)


def _call(function: "ctypes._NamedFuncPointer", *arguments: object) -> int:
    result = int(function(*arguments))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{os.strerror(code)}, in {arguments[0]!r}")
    return result
