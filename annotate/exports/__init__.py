"""Exports: labelled solutions of a run as files that trainers and benchmarks read."""

from annotate.exports.format import (
    FORMATS,
    Exported,
    ExportOptions,
    Format,
    Skipped,
    SkipReason,
)
from annotate.exports.jsonl import jsonl
from annotate.exports.pairs import PAIRS, pair_row
from annotate.exports.parquet import parquet
from annotate.exports.processbench import processbench
from annotate.exports.qwen_prm import qwen_prm
from annotate.exports.reading import read_rows
from annotate.exports.row import ExportEvidence, ExportRow, ExportStep
from annotate.exports.scan import scan
from annotate.exports.trl import trl
from annotate.exports.writing import STDOUT, ExportResult, export_rows, write_exported

__all__ = [
    "FORMATS",
    "PAIRS",
    "STDOUT",
    "ExportEvidence",
    "ExportOptions",
    "ExportResult",
    "ExportRow",
    "ExportStep",
    "Exported",
    "Format",
    "SkipReason",
    "Skipped",
    "export_rows",
    "jsonl",
    "pair_row",
    "parquet",
    "processbench",
    "qwen_prm",
    "read_rows",
    "scan",
    "trl",
    "write_exported",
]
