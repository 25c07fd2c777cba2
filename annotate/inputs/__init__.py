"""Inputs: any file of problems, solutions and labels as a stream of parsed rows and rejections."""

from annotate.inputs.files import Container, InputFile, describe_input
from annotate.inputs.options import MAPPABLE, ReadOptions, parse_mapping
from annotate.inputs.read import read_file, read_rows
from annotate.inputs.row import GivenLabels, ParsedRow
from annotate.inputs.worked import REFERENCE

__all__ = [
    "MAPPABLE",
    "REFERENCE",
    "Container",
    "GivenLabels",
    "InputFile",
    "ParsedRow",
    "ReadOptions",
    "describe_input",
    "parse_mapping",
    "read_file",
    "read_rows",
]
