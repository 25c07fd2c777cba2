"""Bare inputs: problems without solutions, with which a method that samples none can do nothing."""

from collections.abc import Sequence

from annotate.inputs import InputFile, ReadOptions, read_file
from annotate.methods import Method
from schemas import ConfigError, Rejection


def refuse_bare(
    files: Sequence[InputFile], options: ReadOptions, methods: Sequence[Method]
) -> None:
    """Refuse inputs of which the methods can label nothing: no solution is there, none is drawn.

    Raises:
        ConfigError: If there are problems, and neither a solution nor a method that samples.
        InputError: If an input cannot be read at all.
    """
    if any(method.samples for method in methods):
        return
    problems = False
    for file in files:
        for item in read_file(file, options=options):
            if isinstance(item, Rejection):
                continue
            if item.solution is not None:
                return
            problems = True
    if problems:
        named = " and ".join(method.name for method in methods)
        raise ConfigError(
            f"no row holds a solution, and the method {named} draws none: name one that does and a "
            "policy, as --method omegaprm --policy embedded (or endpoint, with --base-url and "
            "--model), or the field of the solutions, as --map solution=YOUR_FIELD."
        )
