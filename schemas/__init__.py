"""What things are: records, enums, ids, errors, and their Arrow form.

Standard library and pyarrow only.
"""

from schemas.arrow import arrow_schema, column_names, from_arrow, to_arrow
from schemas.enums import (
    AnswerType,
    Basis,
    CertificateKind,
    FindingVerdict,
    FirstErrorVerdict,
    LabelVerdict,
    Outcome,
    PartKind,
    RejectReason,
    Role,
    Scope,
    Seeding,
    Semantics,
    SourceKind,
    StepKind,
    UnknownReason,
    ValueKind,
)
from schemas.errors import (
    BudgetError,
    ConfigError,
    ExecutorError,
    ExportError,
    IdentityError,
    InputError,
    InvalidArgumentError,
    PolicyError,
    QueryError,
    RegistryError,
    StoreError,
    WaymarkError,
    nearest,
)
from schemas.evidence import Certificate, Cost, Evidence
from schemas.gathering import Calibration, Gathering, Labelling, make_gathering, make_labelling
from schemas.ids import ID_LENGTH, Json, canonical_json, content_id, prefix_id
from schemas.label import FirstError, StepLabel
from schemas.policy import PolicyRow
from schemas.problem import Message, Part, Problem, make_problem, text_problem
from schemas.rollout import Grade, Rollout
from schemas.solution import GIVEN_SEPARATOR, PROBLEM_DIGITS, Piece, Solution, Step, make_solution
from schemas.source import NamedValue, Rejection, Source
from schemas.tables import TABLES, Table
from schemas.upcasts import SCHEMA_VERSION, upcast

__all__ = [
    "GIVEN_SEPARATOR",
    "ID_LENGTH",
    "PROBLEM_DIGITS",
    "SCHEMA_VERSION",
    "TABLES",
    "AnswerType",
    "Basis",
    "BudgetError",
    "Calibration",
    "Certificate",
    "CertificateKind",
    "ConfigError",
    "Cost",
    "Evidence",
    "ExecutorError",
    "ExportError",
    "FindingVerdict",
    "FirstError",
    "FirstErrorVerdict",
    "Gathering",
    "Grade",
    "IdentityError",
    "InputError",
    "InvalidArgumentError",
    "Json",
    "LabelVerdict",
    "Labelling",
    "Message",
    "NamedValue",
    "Outcome",
    "Part",
    "PartKind",
    "Piece",
    "PolicyError",
    "PolicyRow",
    "Problem",
    "QueryError",
    "RegistryError",
    "RejectReason",
    "Rejection",
    "Role",
    "Rollout",
    "Scope",
    "Seeding",
    "Semantics",
    "Solution",
    "Source",
    "SourceKind",
    "Step",
    "StepKind",
    "StepLabel",
    "StoreError",
    "Table",
    "UnknownReason",
    "ValueKind",
    "WaymarkError",
    "arrow_schema",
    "canonical_json",
    "column_names",
    "content_id",
    "from_arrow",
    "make_gathering",
    "make_labelling",
    "make_problem",
    "make_solution",
    "nearest",
    "prefix_id",
    "text_problem",
    "to_arrow",
    "upcast",
]
