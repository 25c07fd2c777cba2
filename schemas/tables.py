"""The tables of a run: record, primary key, and the columns that two equal runs may differ in."""

from dataclasses import dataclass, field

from schemas.evidence import Cost, Evidence
from schemas.gathering import Calibration, Gathering, Labelling
from schemas.label import FirstError, StepLabel
from schemas.policy import PolicyRow
from schemas.problem import Problem
from schemas.rollout import Grade, Rollout
from schemas.solution import Solution, Step
from schemas.source import Rejection, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One logical table: what its Parquet files hold and how they are ordered."""

    name: str
    """Name of the table and of its view."""
    record: type
    """Dataclass of its rows."""
    key: tuple[str, ...]
    """Primary key: files are sorted by it, and `waymark check` verifies that it is unique."""
    omitted: tuple[str, ...] = ()
    """Fields of the record that are kept in another table."""
    measured: tuple[str, ...] = field(default=())
    """Columns left out of the digest: seconds, attempts, money."""


_ALL = (
    Table(name="problems", record=Problem, key=("problem_id",)),
    Table(name="solutions", record=Solution, key=("solution_id",), omitted=("steps",)),
    Table(name="steps", record=Step, key=("solution_id", "step_index")),
    Table(name="sources", record=Source, key=("input_id", "row", "part")),
    Table(name="policies", record=PolicyRow, key=("policy_id",)),
    Table(name="rollouts", record=Rollout, key=("rollout_id",)),
    Table(name="grades", record=Grade, key=("completion_id", "checker", "checker_version")),
    Table(
        name="evidence",
        record=Evidence,
        key=(
            "gathering_id",
            "problem_id",
            "solution_id",
            "step_index",
            "prefix_id",
            "source",
            "ordinal",
        ),
    ),
    Table(name="gatherings", record=Gathering, key=("gathering_id",)),
    Table(name="calibrations", record=Calibration, key=("calibration_id",)),
    Table(name="labellings", record=Labelling, key=("labelling_id",)),
    Table(name="labels", record=StepLabel, key=("labelling_id", "solution_id", "step_index")),
    Table(name="first_errors", record=FirstError, key=("labelling_id", "solution_id")),
    Table(name="rejected", record=Rejection, key=("input_id", "row", "part")),
    Table(
        name="costs",
        record=Cost,
        key=("gathering_id", "problem_id", "solution_id", "source"),
        measured=("seconds", "attempts", "money"),
    ),
)

TABLES = {table.name: table for table in _ALL}
"""Every table of a run, by name."""
