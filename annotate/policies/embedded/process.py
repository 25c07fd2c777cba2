"""ProcessPort: an engine in a process of its own, with a core of its own.

Started afresh and never forked, so that it is safe beside threads, and with a socket pair that only
the two of them hold. What a crash loses: nothing, an answer is a function of its job alone.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from annotate.policies.embedded.port import Listener
from annotate.policies.embedded.wire import ANSWERS, HELLO, PACK, Hello, Job
from schemas import PolicyError

START_S = 120.0
"""An engine that has said nothing for so long after its start is given up."""
_STOP_S = 5.0
_ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


class ProcessPort:
    """A child process."""

    def __init__(self, folder: Path) -> None:
        """Use the checkpoint in `folder`."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._connection: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Process id, while there is one."""
        return None if self._process is None else self._process.pid

    async def start(self, listener: Listener) -> Hello:
        """Start the process and wait until it has loaded the checkpoint.

        Raises:
            PolicyError: If it cannot use the checkpoint, or says nothing.
        """
        await self.stop()
        loop = asyncio.get_running_loop()
        hello: asyncio.Future[Hello] = loop.create_future()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = self._spawn(theirs.fileno())
        self._socket = ours
        self._connection = Connection(os.dup(ours.fileno()))
        args = (self._connection, self._process, loop, hello, listener)
        threading.Thread(target=_listen, args=args, daemon=True).start()
        try:
            said = await asyncio.wait_for(hello, START_S)
        except TimeoutError as error:
            await self.stop()
            raise PolicyError(
                f"an engine of the embedded policy said nothing for {START_S:.0f} s: is the "
                "machine overloaded? Use fewer processes, as --policy 'embedded(processes=1)'."
            ) from error
        if said.error:
            await self.stop()
            raise PolicyError(said.error)
        return said

    def send(self, jobs: Sequence[Job]) -> None:
        """Hand over jobs. A broken connection is reported by `Listener.lost`."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.send_bytes(PACK.encode(jobs))

    async def stop(self) -> None:
        """End the process: it leaves when its socket closes, and is killed if it does not."""
        if self._socket is None or self._process is None:
            return
        with contextlib.suppress(OSError):  # it may have gone before us
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        await asyncio.to_thread(_reap, self._process)

    def _spawn(self, descriptor: int) -> subprocess.Popen[bytes]:
        name = "annotate.policies.embedded.child"
        # The child finds the modules where we found them, plug-ins included.
        environment = os.environ | _ONE_THREAD | {"PYTHONPATH": os.pathsep.join(sys.path)}
        # -P: a folder of the user's with a name of ours must not shadow it.
        return subprocess.Popen(  # noqa: S603  # our own interpreter, no shell
            [sys.executable, "-P", "-m", name, str(descriptor), str(self._folder)],
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            env=environment,
        )


def _listen(
    connection: Connection,
    process: subprocess.Popen[bytes],
    loop: asyncio.AbstractEventLoop,
    hello: asyncio.Future[Hello],
    listener: Listener,
) -> None:
    # The loop may be closed while we wait: then nobody is interested any more.
    with contextlib.suppress(RuntimeError), connection:
        try:
            said = HELLO.decode(connection.recv_bytes())
        except (EOFError, OSError):
            reason = f"an engine of the embedded policy ended with code {_reap(process)} at start."
            loop.call_soon_threadsafe(_set, hello, Hello(error=reason, reproducible=False))
            return
        loop.call_soon_threadsafe(_set, hello, said)
        with contextlib.suppress(EOFError, OSError):
            while True:
                answers = ANSWERS.decode(connection.recv_bytes())
                loop.call_soon_threadsafe(listener.answered, answers)
        code = _reap(process)
        if not said.error:
            loop.call_soon_threadsafe(listener.lost, f"its process ended with code {code}")


def _set(hello: asyncio.Future[Hello], said: Hello) -> None:
    if not hello.done():
        hello.set_result(said)


def _reap(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
