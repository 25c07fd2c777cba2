"""Formats of programming problems: HumanEval and MBPP. Pure."""

from dataclasses import replace

from annotate.inputs.draft import Draft
from annotate.inputs.fields import Fields, Found, Row, text, texts
from annotate.inputs.generic import generic

REFERENCE = "reference"
"""Generator of a program that comes with the problem."""

_REFERENCE_FIELD = "canonical_solution"


def is_humaneval(row: Row) -> bool:
    """Tell whether a row is HumanEval's: the head of a function, and a test of what it names."""
    return all(isinstance(row.get(name), str) for name in ("prompt", "test", "entry_point"))


def humaneval(fields: Fields) -> Draft:
    """Return a HumanEval row: the problem is the head of a function, each solution its body."""
    return _with_reference(generic(fields))


def is_mbpp(row: Row) -> bool:
    """Tell whether a row is MBPP's: a task in words, a program, and the list of its tests."""
    asked = isinstance(row.get("text"), str) or isinstance(row.get("prompt"), str)
    tested = isinstance(row.get("test_list"), (list, tuple))
    return asked and tested and isinstance(row.get("code"), str)


def mbpp(fields: Fields) -> Draft:
    """Return an MBPP row: the problem is the task with its tests.

    As in its paper (Austin et al. 2021, arXiv:2108.07732): words alone do not say what the function
    is called.
    """
    row = dict(fields.row)
    code = row.pop("code")
    task = text(Found("text", row.pop("text", row.get("prompt"))))
    shown = "\n".join(texts(Found("test_list", row["test_list"])))
    row["prompt"] = f"{task.strip()}\nYour code should pass these tests:\n\n{shown}\n"
    row.setdefault(_REFERENCE_FIELD, code)
    return _with_reference(generic(Fields(row, fields.mapping)))


def _with_reference(draft: Draft) -> Draft:
    """Return a draft in which the program that comes with the problem is named as such."""
    chains = (
        replace(chain, generator=REFERENCE) if chain.field == _REFERENCE_FIELD else chain
        for chain in draft.chains
    )
    return replace(draft, chains=tuple(chains))
