"""What a sandboxed process does with a program and its tests: runs both, says how they went.

Standard library only, as `inside.py`: its source travels compiled. The verdict is one letter and
one line. Tests see the program's names in a module of their own, with built-in functions as they
were before the program ran.
"""

import builtins
import importlib
import sys
import types

PASSED, FAILED, MEMORY = b"P", b"F", b"M"
"""First byte of the verdict: every test passed; one did not, or the program failed; no memory."""

_TESTS = "<tests>"
_MOST_CHARACTERS = 400


def run(payload: tuple[str, str]) -> bytes:
    """Return the verdict on a program.

    Args:
        payload: The program, and the tests that run after it, which compile.
    """
    # Bound before the program runs, and so beyond its reach by plain assignment.
    run_code, pristine, describe = exec, dict(vars(builtins)), _described
    program, tests = payload
    test_code = compile(tests, _TESTS, "exec", dont_inherit=True)
    if "random" in program or "random" in tests:
        # Chance is the same each time, so that a grade can be had again. Imported where it is used:
        # most programs need not pay the five milliseconds.
        importlib.import_module("random").seed(0)
    module = types.ModuleType(
        "solution"
    )  # not `__main__`: what stands under such a guard is no part
    sys.modules["solution"] = module  # dataclasses look their module up
    try:
        run_code(compile(program, "<program>", "exec", dont_inherit=True), module.__dict__)
        run_code(test_code, {**module.__dict__, "__builtins__": pristine})
    except MemoryError:
        return MEMORY
    except BaseException as error:  # noqa: BLE001  # SystemExit too: nobody ends the tests but they
        return FAILED + describe(error, tests).encode("utf-8", "backslashreplace")
    return PASSED


def _described(error: BaseException, tests: str) -> str:
    """Return what failed, in one line: for a bare assertion, the assertion itself."""
    try:
        name, text = type(error).__name__, " ".join(str(error).split())
    except BaseException:  # noqa: BLE001  # its own `__str__` may raise
        name, text = type(error).__name__, ""
    if not text and isinstance(error, AssertionError):
        text = _failing_line(error, tests)
    line = f"{name}: {text}" if text else name
    return line[:_MOST_CHARACTERS]


def _failing_line(error: BaseException, tests: str) -> str:
    """Return the line of the tests in which an error arose, the innermost; empty for none."""
    number = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _TESTS:
            number = trace.tb_lineno
        trace = trace.tb_next
    return " ".join(tests.splitlines()[number - 1].split()) if number else ""
