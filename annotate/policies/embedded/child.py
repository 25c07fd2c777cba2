"""What an engine's process does: `python -m annotate.policies.embedded.child FD FOLDER`.

FD is one end of a socket pair. The process ends when the other end closes, and when its parent is
gone: also after a kill that let nobody say so.
"""

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from annotate.policies.embedded.serve import Inbox, open_engine, serve
from annotate.policies.embedded.wire import JOBS, PACK, Hello
from schemas import PolicyError

_WATCH_S = 1.0


def main(descriptor: int, folder: Path) -> None:
    """Serve one parent."""
    parent = os.getppid()
    # Ctrl-C goes to the whole group: the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    connection = Connection(descriptor)
    with suppress(BrokenPipeError, ConnectionResetError):  # the parent went first: nobody asks
        _serve(connection, folder)


def _serve(connection: Connection, folder: Path) -> None:
    try:
        engine = open_engine(folder)
    except PolicyError as error:
        connection.send_bytes(PACK.encode(Hello(error=str(error), reproducible=False)))
        return
    connection.send_bytes(PACK.encode(Hello(error="", reproducible=engine.tiling.proven)))
    inbox: Inbox = Inbox()
    threading.Thread(target=_read, args=(connection, inbox), daemon=True).start()
    serve(engine, inbox, lambda answers: connection.send_bytes(PACK.encode(answers)))


def _read(connection: Connection, inbox: Inbox) -> None:
    try:
        while True:
            inbox.put(JOBS.decode(connection.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)  # nobody is left to answer, and a pass may be under way


def _watch(parent: int) -> None:
    # A process forked from our parent may hold the other end of the socket open.
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
