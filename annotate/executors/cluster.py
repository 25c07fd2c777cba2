"""Cluster: the connection of this process to Ray, which is imported when it is first needed.

Where this process is connected already, that connection is used and stays. Importing Ray takes more
than a second, starting a cluster some more.
"""

import contextlib
import contextvars
import logging
import os
import signal
import socket
import textwrap
import threading
from collections.abc import Iterator
from typing import Any

from schemas import ConfigError, ExecutorError

_CONNECT_S = 5.0
_SAID = 200  # characters of what Ray says, in a message

_HOLDING: contextvars.ContextVar[contextlib.ExitStack | None] = contextvars.ContextVar(
    "holding", default=None
)


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Keep the connection that the first run inside opens until the block ends."""
    with contextlib.ExitStack() as stack:
        token = _HOLDING.set(stack)
        try:
            yield
        finally:
            _HOLDING.reset(token)


@contextlib.contextmanager
def connected(address: str | None, cpus: int) -> Iterator[Any]:
    """Hold a connection to Ray, for the time of a run or of a `held` block around it.

    Args:
        address: Of a cluster to join; None starts one.
        cpus: Actors that a cluster which is started here has room for.
    """
    ray = _imported(address)
    if ray.is_initialized():
        yield ray
        return
    with contextlib.ExitStack() as mine:
        held_by = _HOLDING.get()
        with _same_sigterm():
            if address is None:
                _start(ray, cpus)
            else:
                _join(ray, address)
        # Ends a cluster that was started here, and leaves one that was joined.
        (mine if held_by is None else held_by).callback(ray.shutdown)
        yield ray


def _imported(address: str | None) -> Any:  # noqa: ANN401  # the module `ray`, which ships no types
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is not None:
        # Ray tries 20 times for up to 40 s each. Read when Ray is imported.
        os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "3")
    try:
        import ray  # noqa: PLC0415  # optional extra, imported only when asked for
    except ImportError as error:
        raise ConfigError(
            "--executor ray needs Ray, which is not installed: install 'waymark[ray]', "
            "or use --executor inline."
        ) from error
    return ray


def _start(ray: Any, cpus: int) -> None:  # noqa: ANN401  # the module `ray`, which ships no types
    # "local": None would join any cluster that runs on this machine.
    settings: dict[str, object] = {"include_dashboard": False, "num_cpus": cpus}
    try:
        _init(ray, "local", settings)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ExecutorError(
            f"Ray did not start here ({last_line(error)}): use --executor inline, or --address "
            "with a cluster that runs."
        ) from error


def _join(ray: Any, address: str) -> None:  # noqa: ANN401  # the module `ray`, which ships no types
    _refuse_silent(address)
    try:
        _init(ray, address, {})
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise ConfigError(
            f"--address {address!r}: no Ray cluster could be joined there ({last_line(error)}). "
            "Start one with `ray start --head`, of the same version, or leave --address out. A "
            "cluster with token authentication needs RAY_AUTH_MODE=token and its RAY_AUTH_TOKEN."
        ) from error


def _init(ray: Any, address: str, settings: dict[str, object]) -> None:  # noqa: ANN401  # untyped
    ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **settings)


def _refuse_silent(address: str) -> None:
    """Refuse an address at which nothing listens: Ray would wait for minutes before it says so."""
    if address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or "/" in host or not port.isdecimal():
        raise ConfigError(
            f"--address {address!r} is no address of a Ray cluster: expected host:port, such as "
            "'127.0.0.1:6379', or 'auto' for a cluster that runs on this machine."
        )
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigError(
            f"--address {address!r}: no Ray cluster answers there ({error}). Start one with "
            "`ray start --head`, or leave --address out to start one here."
        ) from error


@contextlib.contextmanager
def _same_sigterm() -> Iterator[None]:
    """Keep what this process does on SIGTERM: Ray puts in its place an end with exit code 15."""
    before = signal.getsignal(signal.SIGTERM)
    # Only the main thread may set it. Ray's is better than the default, which cleans nothing up.
    if threading.current_thread() is not threading.main_thread() or before in (
        None,
        signal.SIG_DFL,
    ):
        yield
        return
    try:
        yield
    except SystemExit:  # Ray's handler, while Ray was starting
        signal.signal(signal.SIGTERM, before)
        signal.raise_signal(signal.SIGTERM)
        raise KeyboardInterrupt from None  # where `before` only takes a note for later
    finally:
        signal.signal(signal.SIGTERM, before)


def last_line(error: BaseException) -> str:
    """Return the line of one of Ray's long messages that says why: the last that is not empty."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return textwrap.shorten(lines[-1], _SAID, placeholder="...") if lines else type(error).__name__
