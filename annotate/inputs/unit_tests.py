"""Tests of a row: the program that stands for the accepted answer of a programming problem. Pure.

Tests are told from other things called so by Python's own parser: they compile and assert.
"""

import ast
from collections.abc import Sequence

from annotate.inputs.fields import Fields, Found, Row, texts, wrong_type
from verifiers.programs import parse_program

_BEFORE = ("test_imports", "test_setup_code")


def read_tests(fields: Fields) -> tuple[str, ...]:
    """Return the test program of a row, empty where it has none.

    A list of tests is one program: all must pass. Where they only define `check`, as HumanEval's,
    a call of it with the row's `entry_point` ends them.

    Raises:
        BadRowError: If a mapping names something as tests that is no Python code.
    """
    found = fields.find("tests")
    if found is None:
        return ()
    mapped = "tests" in fields.mapping
    if not isinstance(found.value, (str, list, tuple)):
        if mapped:
            raise wrong_type(found, "tests: Python code, or a list of it")
        return ()
    program = _program(fields.row, found, strict=mapped)
    tree = parse_program(program)
    if tree is None and mapped:
        raise wrong_type(found, "tests: Python code, or a list of it")
    if tree is None or not (mapped or any(isinstance(one, ast.Assert) for one in ast.walk(tree))):
        return ()
    entry = fields.row.get("entry_point")
    if isinstance(entry, str) and entry.isidentifier() and _is_uncalled(tree):
        program = f"{program}\n\ncheck({entry})\n"
    return (program,)


def _program(row: Row, found: Found, *, strict: bool) -> str:
    """Return the tests as one program, after what they need."""
    parts: list[str] = []
    for name in _BEFORE:
        parts += _lines(Found(name, row.get(name)), strict=False)
    parts += _lines(found, strict=strict)
    return "\n".join(parts)


def _lines(found: Found, *, strict: bool) -> Sequence[str]:
    """Return a text, or a list of them; what is neither is passed over."""
    if isinstance(found.value, str):
        return [found.value]
    if not isinstance(found.value, (list, tuple)):
        return []
    if strict:
        return texts(found)
    return [item for item in found.value if isinstance(item, str)]


def _is_uncalled(tree: ast.Module) -> bool:
    """Return whether a module defines `check` and never calls it itself."""
    defined = any(isinstance(one, ast.FunctionDef) and one.name == "check" for one in tree.body)
    called = any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "check"
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef)
        for one in ast.walk(statement)
    )
    return defined and not called
