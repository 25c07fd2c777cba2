"""Whole jobs over a run folder, without a command line: label, import, relabel."""

from annotate.jobs.dry_run import DryRun, dry_run
from annotate.jobs.import_labels import ImportRequest, import_labels
from annotate.jobs.ingest import IngestReport, describe_rejection
from annotate.jobs.label import LabelReport, LabelRequest, label, roles_asked
from annotate.jobs.progress import Progress, Silent
from annotate.jobs.regrade import RegradeReport, regrade
from annotate.jobs.relabel import RelabelReport, RelabelRequest, relabel, served_rules
from annotate.jobs.shards import Done

__all__ = [
    "Done",
    "DryRun",
    "ImportRequest",
    "IngestReport",
    "LabelReport",
    "LabelRequest",
    "Progress",
    "RegradeReport",
    "RelabelReport",
    "RelabelRequest",
    "Silent",
    "describe_rejection",
    "dry_run",
    "import_labels",
    "label",
    "regrade",
    "relabel",
    "roles_asked",
    "served_rules",
]
