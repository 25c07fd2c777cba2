"""Format `parquet`: the rows of `jsonl` as typed, nested columns, one row per solution."""

import pyarrow as pa

from annotate.exports.format import FORMATS, Format
from annotate.exports.jsonl import canonical

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)
_NUMBERS = pa.list_(pa.float64())
_NAMED = pa.map_(_TEXT, _TEXT)

SCHEMA = pa.schema(
    {
        "id": _TEXT,
        "solution_id": _TEXT,
        "problem_id": _TEXT,
        "source": _TEXT,
        "source_id": _TEXT,
        "generator": _TEXT,
        "domain": _TEXT,
        "language": _TEXT,
        "meta": _NAMED,
        "problem": _TEXT,
        "messages": pa.list_(pa.struct({"role": _TEXT, "content": _TEXT})),
        "answers": _TEXTS,
        "steps": _TEXTS,
        "step_kinds": _TEXTS,
        "final_answer": _TEXT,
        "outcome": _TEXT,
        "final_correct": pa.bool_(),
        "first_error": pa.int32(),
        "labels": pa.struct(
            {
                "hard": pa.list_(pa.int8()),
                "soft": _NUMBERS,
                "verdicts": _TEXTS,
                "value_kinds": _TEXTS,
                "p_correct": _NUMBERS,
                "basis": _TEXTS,
                "weight": _NUMBERS,
                "first_error": pa.int32(),
                "confidence": pa.float64(),
                "semantics": _TEXT,
            }
        ),
        "evidence": pa.list_(
            pa.struct(
                {
                    "step": pa.int32(),
                    "scope": _TEXT,
                    "kind": _TEXT,
                    "source": _TEXT,
                    "outcome": _TEXT,
                    "k": pa.int32(),
                    "c": pa.int32(),
                    "score": pa.float64(),
                    "reason": _TEXT,
                    "certificate": pa.struct({"kind": _TEXT, "claim": _TEXT, "values": _NAMED}),
                    "backend": _TEXT,
                    "tokens": pa.int64(),
                }
            )
        ),
        "rule": _TEXT,
        "method": _TEXT,
        "version": _TEXT,
        "cost": pa.struct(
            {
                "rollouts": pa.int64(),
                "judge_calls": pa.int64(),
                "tool_calls": pa.int64(),
                "tokens": pa.int64(),
            }
        ),
    }
)
"""Columns of the file: the keys of `annotate.exports.jsonl.canonical`, in their order."""


@FORMATS.register("parquet")
def parquet() -> Format:
    """Return the format with the same content as `jsonl`."""
    return Format(convert=canonical, schema=SCHEMA)
