"""Inputs with which nothing can be done: refused before a run is made or anything is paid for."""

from collections.abc import Sequence

from annotate.inputs import InputFile, ReadOptions, read_file
from annotate.jobs.ingest import describe_rejection
from annotate.methods import Method
from schemas import ConfigError, InputError, Rejection


def refuse_rejected(files: Sequence[InputFile], options: ReadOptions) -> None:
    """Refuse inputs of which every row would be set aside.

    Raises:
        InputError: If there are rows, and none that can be used.
    """
    first: Rejection | None = None
    n_rows = 0
    for file in files:
        for item in read_file(file, options=options):
            if not isinstance(item, Rejection):
                return
            first, n_rows = first or item, n_rows + 1
    if first is not None:
        why = describe_rejection(first).rstrip(".")
        raise InputError(
            f"none of {n_rows:,} rows can be used, the first because of {why}. Name the fields as "
            "the rows do, as --map problem=YOUR_FIELD."
        )


def refuse_bare(
    files: Sequence[InputFile],
    options: ReadOptions,
    methods: Sequence[Method],
    *,
    compared: bool = False,
) -> None:
    """Refuse problems without solutions where the methods draw none.

    Args:
        files: The inputs.
        options: How rows are read.
        methods: Those that are to label them.
        compared: Whether each must label them alone; else it is enough that one draws solutions.

    Raises:
        ConfigError: If there are problems, and neither a solution nor a method that samples.
        InputError: If an input cannot be read at all.
    """
    drawing = [method.samples for method in methods]
    if all(drawing) if compared else any(drawing):
        return
    problems = False
    for file in files:
        for item in read_file(file, options=options):
            if isinstance(item, Rejection):
                continue
            if item.solution is not None:
                return
            problems = True
    if not problems:
        return
    named = " and ".join(method.name for method in methods if not method.samples)
    if compared:
        raise ConfigError(
            f"no row holds a solution, and the method {named} draws none: leave it out of "
            "--methods, or give rows with solutions, as --map solution=YOUR_FIELD."
        )
    raise ConfigError(
        f"no row holds a solution, and the method {named} draws none: name one that does and a "
        "policy, as --method omegaprm --policy embedded (or endpoint, with --base-url and "
        "--model), or the field of the solutions, as --map solution=YOUR_FIELD."
    )
