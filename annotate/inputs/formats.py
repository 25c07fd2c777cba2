"""The table of row formats: how each is recognised and parsed. Pure.

A new format is one parse function and one entry here, before `generic`, which takes any row.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from annotate.inputs.draft import Draft
from annotate.inputs.fields import Fields, Row, short
from annotate.inputs.generic import generic
from annotate.inputs.gold import read_answers
from annotate.inputs.labels import read_labels
from annotate.inputs.marked import is_math_shepherd, is_rlhflow, math_shepherd, rlhflow
from annotate.inputs.programs import humaneval, is_humaneval, is_mbpp, mbpp
from annotate.inputs.rated import is_prm800k, is_prmbench, prm800k, prmbench
from annotate.inputs.worked import (
    graded_solutions,
    gsm8k,
    is_graded_solutions,
    is_gsm8k,
    is_math,
    math,
)

_SHAPE = frozenset({"problem", "solution", "steps"})
"""Mapping one of these tells the whole shape of the row, so that no format is guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row format."""

    name: str
    """For messages and docs."""
    matches: Callable[[Row], bool]
    """Whether a row is in it."""
    parse: Callable[[Fields], Draft]
    """What the row states; raises BadRowError."""


FORMATS = (
    Format(name="prm800k", matches=is_prm800k, parse=prm800k),
    Format(name="math_shepherd", matches=is_math_shepherd, parse=math_shepherd),
    Format(name="rlhflow", matches=is_rlhflow, parse=rlhflow),
    Format(name="prmbench", matches=is_prmbench, parse=prmbench),
    Format(name="graded_solutions", matches=is_graded_solutions, parse=graded_solutions),
    Format(name="gsm8k", matches=is_gsm8k, parse=gsm8k),
    Format(name="math", matches=is_math, parse=math),
    Format(name="humaneval", matches=is_humaneval, parse=humaneval),
    Format(name="mbpp", matches=is_mbpp, parse=mbpp),
    Format(name="generic", matches=lambda _: True, parse=generic),
)
"""First match wins."""


def parse_row(fields: Fields) -> Draft:
    """Return what a row states, in the format it shows or as its mapping says.

    Raises:
        BadRowError: If the row cannot be taken in.
    """
    if not _SHAPE.isdisjoint(fields.mapping):
        return generic(fields)
    found = next(entry for entry in FORMATS if entry.matches(fields.row))
    draft = found.parse(fields)
    return draft if found.parse is generic else _override(draft, fields)


def _override(draft: Draft, fields: Fields) -> Draft:
    """Return the draft with what the mapping names in place of what the format found."""
    mapped = fields.mapping
    if "answer" in mapped:
        draft = replace(draft, answers=read_answers(fields))
    chains = draft.chains
    if "generator" in mapped:
        generator = short(fields.find("generator"))
        chains = tuple(replace(chain, generator=generator) for chain in chains)
    if not {"first_error", "labels", "scores", "correct"}.isdisjoint(mapped):
        has_steps = any(chain.steps is not None for chain in chains)
        labels = read_labels(fields, has_steps=has_steps)
        chains = tuple(replace(chain, labels=labels) for chain in chains)
    return replace(draft, chains=chains)
