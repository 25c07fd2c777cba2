"""An engine's loop: takes jobs as they come, and hands over what each pass completed.

Runs in a child process (`child.py`) or a thread (`thread.py`).
"""

from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue

from annotate.policies.embedded.batch import Engine
from annotate.policies.embedded.checkpoint import load_checkpoint
from annotate.policies.embedded.vocabulary import Vocabulary
from annotate.policies.embedded.wire import Answer, Job

Inbox = SimpleQueue[list[Job] | None]
"""Jobs for an engine; None ends its loop."""


def open_engine(folder: Path) -> Engine:
    """Load a checkpoint.

    Raises:
        PolicyError: If the checkpoint cannot be used.
    """
    checkpoint = load_checkpoint(folder)
    shape = checkpoint.config
    vocabulary = Vocabulary(folder / "tokenizer.json", size=shape.vocab_size, eos=shape.eos)
    return Engine(checkpoint, vocabulary)


def serve(engine: Engine, inbox: Inbox, send: Callable[[list[Answer]], None]) -> None:
    """Work until the inbox says that it ends; jobs under way are then left."""
    while True:
        try:
            while True:
                jobs = inbox.get(block=not engine.is_busy)
                if jobs is None:
                    return
                for job in jobs:
                    engine.submit(job)
        except Empty:
            pass  # nothing new: go on with what there is
        answers = engine.step()
        if answers:
            send(answers)
