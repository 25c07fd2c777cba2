"""The system calls that a sandboxed program may make, as a filter that the kernel runs. Pure.

A list of what is allowed, so that a call which is new to the kernel is denied: computing, memory,
threads, reading files that Landlock shows, and pipes of its own. All else fails with EPERM.
Numbers are those of Linux on x86-64 and of the generic table, which aarch64 uses.
"""

import errno
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What tells one processor's system calls from another's."""

    audit: int
    """The kernel's number of the architecture."""
    column: int
    """Column of the tables below: 0 or 1."""
    unnumbered: int | None = None
    """First number of a second table of calls, which is closed; null where there is none."""


MACHINES: Mapping[str, Machine] = MappingProxyType(
    {
        "x86_64": Machine(audit=0xC000003E, column=0, unnumbered=0x40000000),
        "aarch64": Machine(audit=0xC00000B7, column=1),
    }
)
"""By the name that `platform.machine` gives."""

_FREE: Mapping[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mprotect": (10, 226),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "futex": (202, 98),
    "clock_gettime": (228, 113),
    "newfstatat": (262, 79),
    "fstat": (5, 80),
    "stat": (4, None),
    "lstat": (6, None),
    "statx": (332, 291),
    "openat": (257, 56),
    "open": (2, None),
    "close": (3, 57),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "getdents64": (217, 61),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "eventfd2": (290, 19),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "recvfrom": (45, 207),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "alarm": (37, None),
    "getitimer": (36, 102),
    "setitimer": (38, 103),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "membarrier": (324, 283),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "times": (100, 153),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getrandom": (318, 278),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getpgrp": (111, None),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
"""Calls that are allowed whatever their arguments: (x86-64, generic), the frequent ones first."""

_CLONE_THREAD = 0x10000
_AF_UNIX = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Condition:
    """What an argument must be for a call to be allowed."""

    numbers: tuple[int, int]
    """The call: (x86-64, generic)."""
    argument: int
    """0-based argument."""
    values: tuple[int, ...] = ()
    """Values of its low half that are allowed."""
    flag: int | None = None
    """A bit that must be set, instead of values."""
    whole: bool = False
    """Whether its high half must be 0 too, as in a pointer."""


_BOUND: Mapping[str, _Condition] = {
    # A thread, never a process.
    "clone": _Condition(numbers=(56, 220), argument=0, flag=_CLONE_THREAD),
    # No owner of a descriptor is set: the kernel would send it signals, SIGKILL among them.
    "fcntl": _Condition(numbers=(72, 25), argument=1, values=(0, 1, 2, 3, 4, 1030)),
    # TCGETS, FIONCLEX, FIOCLEX, FIONBIO: nothing that types into a terminal.
    "ioctl": _Condition(numbers=(16, 29), argument=1, values=(0x5401, 0x5450, 0x5451, 0x5421)),
    # Limits are read, not set: root could raise them again.
    "prlimit64": _Condition(numbers=(302, 261), argument=2, values=(0,), whole=True),
    # Event loops wake themselves through a pair of sockets; a datagram to elsewhere has an address.
    "socketpair": _Condition(numbers=(53, 199), argument=0, values=(_AF_UNIX,)),
    "sendto": _Condition(numbers=(44, 206), argument=4, values=(0,), whole=True),
}
"""Calls that are allowed where an argument is harmless."""

_CLONE3 = 435
"""Its flags are out of a filter's sight; ENOSYS makes C libraries fall back on `clone`."""


DENIED: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "socket": (41, 198),
        "connect": (42, 203),
        "kill": (62, 129),
        "tkill": (200, 130),
        "mount": (165, 40),
        "unshare": (272, 97),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "io_uring_setup": (425, 425),
        "bpf": (321, 280),
        "keyctl": (250, 219),
        "userfaultfd": (323, 282),
        "perf_event_open": (298, 241),
        "prctl": (157, 167),
        "execve": (59, 221),
        "memfd_create": (319, 279),
        "setns": (308, 268),
        "pidfd_open": (434, 434),
        "ptrace": (101, 117),  # last: where it comes through, the next signal stops the process
    }
)
"""Calls that the self-test makes, to see that they are denied: (x86-64, generic)."""

# Berkeley Packet Filter: class, size, mode and jump of the instructions used here.
_LOAD, _EQUAL, _AT_LEAST, _HAS_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER_AT, _AUDIT_AT, _ARGUMENTS_AT = 0, 4, 16


@dataclass(frozen=False, slots=True, kw_only=True)
class _Filter:
    """A filter under construction. Mutable: grows by instructions."""

    code: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add(self, code: int, value: int, *, then: int = 0, otherwise: int = 0) -> None:
        """Add an instruction; jumps count the instructions that are skipped."""
        self.code.append((code, then, otherwise, value))

    def packed(self) -> bytes:
        """Return the array of `struct sock_filter`."""
        return b"".join(struct.pack("<HBBI", *one) for one in self.code)


def seccomp_filter(machine: Machine) -> bytes:
    """Return the filter for a machine, as the kernel takes it.

    A process of another architecture's calls is killed at once.
    """
    built = _Filter()
    built.add(_LOAD, _AUDIT_AT)
    built.add(_EQUAL, machine.audit, then=1)
    built.add(_RETURN, _KILL)
    built.add(_LOAD, _NUMBER_AT)
    if machine.unnumbered is not None:
        built.add(_AT_LEAST, machine.unnumbered, otherwise=1)
        built.add(_RETURN, _KILL)
    for numbers in _FREE.values():
        number = numbers[machine.column]
        if number is not None:
            built.add(_EQUAL, number, otherwise=1)
            built.add(_RETURN, _ALLOW)
    for condition in _BOUND.values():
        tests = list(_tests(condition))
        built.add(_EQUAL, condition.numbers[machine.column], otherwise=len(tests))
        built.code.extend(tests)
    built.add(_EQUAL, _CLONE3, otherwise=1)
    built.add(_RETURN, _ERRNO | errno.ENOSYS)
    built.add(_RETURN, _ERRNO | errno.EPERM)
    return built.packed()


def _tests(condition: _Condition) -> Iterator[tuple[int, int, int, int]]:
    """Yield the instructions that allow a call or deny it, by its argument: they end it always."""
    at = _ARGUMENTS_AT + 8 * condition.argument  # eight bytes each, the low half first
    deny = (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    if condition.whole:
        yield (_LOAD, 0, 0, at + 4)
        yield (_EQUAL, 1, 0, 0)
        yield deny
    yield (_LOAD, 0, 0, at)
    if condition.flag is not None:
        yield (_HAS_BITS, 0, 1, condition.flag)
        yield (_RETURN, 0, 0, _ALLOW)
    for value in condition.values:
        yield (_EQUAL, 0, 1, value)
        yield (_RETURN, 0, 0, _ALLOW)
    yield deny
