"""The filter of system calls, run by a small machine of its own: also for other processors."""

import errno
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifiers.programs.syscalls import DENIED, MACHINES, Machine, seccomp_filter

ALLOW, KILL = "allow", "kill"


def decide(machine: Machine, number: int, *arguments: int, audit: int | None = None) -> str | int:
    """Return what the filter says of a call: allowed, killed, or the error that it gets."""
    words = [*arguments, *[0] * (6 - len(arguments))]
    seen = machine.audit if audit is None else audit
    return interpret(seccomp_filter(machine), struct.pack("<IIQ6Q", number, seen, 0, *words))


def interpret(code: bytes, data: bytes) -> str | int:
    """Run a filter as the kernel does, in the few instructions that ours has."""
    instructions = list(struct.iter_unpack("<HBBI", code))
    held, at = 0, 0
    while True:
        kind, then, otherwise, value = instructions[at]
        at += 1
        if kind == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
        elif kind == 0x06:
            return returned(value)
        else:
            jumps = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}
            at += then if jumps[kind] else otherwise


def returned(value: int) -> str | int:
    """Return an action in words, or the error number that it carries."""
    actions = {0x7FFF0000: ALLOW, 0x80000000: KILL}
    return actions.get(value, value & 0xFFFF)


machines = pytest.mark.parametrize("name", MACHINES)
X86, ARM = MACHINES["x86_64"], MACHINES["aarch64"]


@machines
def test_what_a_sandbox_must_deny_is_denied(name: str) -> None:
    """On every processor, whatever the arguments."""
    machine = MACHINES[name]

    found = {call: decide(machine, numbers[machine.column]) for call, numbers in DENIED.items()}

    assert found == dict.fromkeys(DENIED, errno.EPERM)


@given(st.sampled_from(sorted(MACHINES)), st.integers(min_value=463, max_value=0x3FFFFFFF))
def test_a_call_that_is_new_to_the_kernel_is_denied(name: str, number: int) -> None:
    """The list says what is allowed, so nothing has to be added to it for safety."""
    assert decide(MACHINES[name], number) == errno.EPERM


@machines
def test_calls_of_another_architecture_kill(name: str) -> None:
    """Their numbers mean other things."""
    assert decide(MACHINES[name], 0, audit=0x40000003) == KILL


def test_the_second_table_of_x86_is_closed() -> None:
    """There, too, numbers mean other things."""
    assert decide(X86, 0x40000000) == KILL
    assert decide(X86, 0x40000000 + 56) == KILL


@pytest.mark.parametrize(
    ("machine", "number", "allowed", "denied"),
    [
        (X86, 56, [0x3D0F00], [17]),  # clone: a thread, a process
        (ARM, 220, [0x3D0F00], [17]),
        (X86, 72, [3, 1], [3, 8]),  # fcntl: F_GETFD, F_SETOWN
        (ARM, 25, [3, 3], [3, 10]),  # F_GETFL, F_SETSIG
        (X86, 16, [1, 0x5401], [1, 0x5412]),  # ioctl: TCGETS, TIOCSTI
        (ARM, 29, [1, 0x5451], [1, 0x8901]),  # FIOCLEX, FIOSETOWN
        (X86, 302, [0, 7, 0], [0, 7, 0x7FFD00000000]),  # prlimit64: read, set
        (ARM, 261, [0, 7, 0], [0, 7, 1]),
        (X86, 53, [1, 1], [2, 1]),  # socketpair: AF_UNIX, AF_INET
        (X86, 44, [3, 1, 1, 0, 0], [3, 1, 1, 0, 1 << 40]),  # sendto: no address, one
        (ARM, 206, [3, 1, 1, 0, 0], [3, 1, 1, 0, 4096]),
    ],
)
def test_some_calls_hang_on_an_argument(
    machine: Machine, number: int, allowed: Sequence[int], denied: Sequence[int]
) -> None:
    """The harmless use is allowed, the harmful one not."""
    assert decide(machine, number, *allowed) == ALLOW
    assert decide(machine, number, *denied) == errno.EPERM


@machines
def test_c_libraries_fall_back_from_clone3(name: str) -> None:
    """They take its absence for an older kernel, and ask with flags that a filter sees."""
    assert decide(MACHINES[name], 435) == errno.ENOSYS
