"""A Prefect server of one's own, for the time of a command. Standard library only.

Prefect's own temporary server lives in one process and is found by no other; a schedule fires in
processes of its own, which need an address.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import IO

import click

from schemas import ConfigError, ExecutorError

ADDRESS = "PREFECT_API_URL"
"""Setting of Prefect, or environment variable, that names a server."""

START_S = 120.0
"""How long a server may take to answer, in seconds."""

_STOP_S = 5.0
_POLL_S = 0.2
_ANSWER_S = 5.0


@contextlib.contextmanager
def own_server() -> Iterator[str]:
    """Hold a server, with pages to look at; yield the URL of its API.

    Raises:
        ExecutorError: If it could not be started.
    """
    with _running(_free_port()) as url:
        yield url


def refuse_silent(url: str) -> None:
    """Refuse an address at which no Prefect server answers.

    Args:
        url: Of its API, as `http://127.0.0.1:4200/api`.

    Raises:
        ConfigError: If nothing answers there, or something else does.
    """
    error = _fault(url)
    if error is not None:
        raise ConfigError(
            f"{ADDRESS}={url!r}: no Prefect server answers there ({error}). Start one with "
            "`prefect server start`, or unset it to have one for the time of the command."
        )


@contextlib.contextmanager
def _running(port: int) -> Iterator[str]:
    command = [sys.executable, "-m", "prefect", "server", "start"]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(  # noqa: S603  # Prefect, in this environment
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            # On a busy machine the server meets locks of its database, tells pages, tries again.
            stdout=told,
            stderr=told,
            start_new_session=True,  # Ctrl-C is for the command, which ends the server last
        )
        try:
            url = f"http://127.0.0.1:{port}/api"
            _await(process, url, told)
            click.echo(f"Prefect server: http://127.0.0.1:{port}", err=True)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # the process that answers is a child of it
                process.wait()


def _await(process: subprocess.Popen[bytes], url: str, told: IO[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while (error := _fault(url)) is not None:
        if process.poll() is not None or time.monotonic() > deadline:
            told.seek(0)
            last = told.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise ExecutorError(
                f"a Prefect server could not be started ({last or error}): start one with `prefect "
                f"server start` and name it, as {ADDRESS}=http://127.0.0.1:4200/api."
            )
        time.sleep(_POLL_S)


def _fault(url: str) -> str | None:
    """Return why the server does not answer; None where it does."""
    if not url.startswith(("http://", "https://")):
        return "it is no URL"
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/health", timeout=_ANSWER_S) as answer:  # noqa: S310  # http only, see above
            return None if answer.read().strip() == b"true" else "it is another service"
    except (OSError, ValueError) as error:
        return str(error)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
