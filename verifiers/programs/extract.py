"""The program in a completion: fenced code, or the text itself after what it continues. Pure.

What is a program is told by Python's own compiler, never by how a text looks.
"""

import ast
import itertools
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 100_000
"""Characters of a question or a text that are looked through: it takes a time that grows with them.
Whoever calls sees to it."""

_FENCES = ("```", "~~~")
_PYTHON = frozenset({"python", "py", "python3"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_INDENT = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Fenced code."""

    language: str
    """What the fence names, in lower case; empty where it names nothing."""
    code: str
    """What stands between the fences."""


def extract_program(question: str, text: str) -> str | None:
    """Return the program that a completion of a question gives, or None where it gives none.

    It is the last block fenced as Python, of those that define something if any does; else the last
    block fenced as anything; else the text, where it compiles alone or after the question. A
    question that compiles by itself is the head of the program: it is put before it, so that its
    imports and helpers are there, and a body alone has its function. Fenced code that does not
    compile is the program all the same: running it tells why it is none.
    """
    asked = parse_program(question)
    head = question if asked is not None and _does_something(asked) else ""
    block = _chosen(list(_blocks(text)))
    if block is not None:
        return _joined(head, block) or block
    if not text.strip():
        return None
    whole = parse_program(text)
    if whole is None:
        return _continued(head, text)
    return _joined(head, text) if _does_something(whole) else None


def _joined(head: str, program: str) -> str | None:
    """Return a program after the head of the question; as its body where it is none alone."""
    if parse_program(program) is not None:
        return f"{head.rstrip()}\n\n\n{program}" if head else program
    return _continued(head, program)


def _continued(head: str, body: str) -> str | None:
    """Return the head with the body of its last function, or None where that does not compile."""
    if not head:
        return None
    # Many completions have lost the indentation of their first line, or of all; some go on with
    # words after the body.
    shapes = (
        body,
        _INDENT + body.lstrip(),
        textwrap.indent(textwrap.dedent(body), _INDENT),
        _indented(body),
    )
    for shaped in shapes:
        first = next((line for line in shaped.splitlines() if line.strip()), "")
        program = f"{head.rstrip()}\n{shaped.lstrip(chr(10))}"
        if first[:1].isspace() and parse_program(program) is not None:
            return program
    return None


def _indented(body: str) -> str:
    """Return the lines before the first that is not indented."""
    inside = itertools.takewhile(
        lambda line: not line.strip() or line[0].isspace(), body.splitlines()
    )
    return "\n".join(inside)


def _chosen(blocks: list[_Block]) -> str | None:
    """Return the code of the block that is the answer, or None where there is no block."""
    python = [block.code for block in blocks if block.language in _PYTHON]
    candidates = python or [block.code for block in blocks]
    if not candidates:
        return None
    # After the answer many show how to call it: that block defines nothing.
    return next((code for code in reversed(candidates) if _defines(code)), candidates[-1])


def _blocks(text: str) -> Iterator[_Block]:
    """Yield the fenced blocks of a text; one that is not closed ends with it."""
    fence = language = ""
    lines: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if not fence and bare.startswith(_FENCES):
            fence = bare[: len(bare) - len(bare.lstrip(bare[0]))]
            words = bare[len(fence) :].split()
            language = words[0].lower() if words else ""
            lines = []
        elif fence and bare.startswith(fence) and not bare.strip(fence[0]):
            yield _Block(language=language, code="\n".join(lines))
            fence = ""
        else:
            lines.append(line)
    if fence and lines:
        yield _Block(language=language, code="\n".join(lines))


def _defines(code: str) -> bool:
    tree = parse_program(code)
    return tree is not None and any(isinstance(one, _DEFINITIONS) for one in tree.body)


def _does_something(tree: ast.Module) -> bool:
    """Return whether a module is more than an expression: a word or number of prose is one too."""
    return any(not isinstance(one, ast.Expr) for one in tree.body)


def parse_program(text: str) -> ast.Module | None:
    """Return the syntax tree of a Python module that compiles, None for any other text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the program's style
        try:
            tree = ast.parse(text)
            compile(tree, "<program>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            return None
    return tree
