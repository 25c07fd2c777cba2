"""Gathering, Calibration, Labelling: the provenance of evidence and of labels."""

from dataclasses import dataclass

from schemas.ids import content_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """One strategy with its arguments, sources and stop rule: what evidence rows point to."""

    gathering_id: str
    """Content hash of all the other fields."""
    strategy: str
    """Registered name."""
    arguments: str
    """Canonical JSON of its arguments, its version, and the hash of a plug-in file that defines it.
    """
    sources: tuple[str, ...]
    """Checks with versions, policy ids, judges: whatever was asked, sorted."""
    calibration_id: str | None
    """The calibration that steered it."""
    stop_rule: str
    """When it stops asking: `all` where it asks everything once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was learned about sources and policies. Frozen once written."""

    calibration_id: str
    """Content hash of all the other fields."""
    estimator: str
    """Registered name and version."""
    parameters: str
    """Canonical JSON: rates, drifts, prices."""
    n_solutions: int
    """Solutions it was fitted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """One rule over gatherings: the provenance row that labels point to."""

    labelling_id: str
    """Content hash of rule, arguments (with its version), gatherings and calibration."""
    rule: str
    """Registered name."""
    arguments: str
    """Canonical JSON of its arguments, its version, and the hash of a plug-in file that defines it.
    """
    method: str | None
    """The method it was first run as, null for a rule run alone."""
    gathering_ids: tuple[str, ...]
    """Gatherings that were read, sorted."""
    calibration_id: str | None
    """The calibration that was used."""
    code_version: str
    """Version of Waymark that decided."""


def make_gathering(
    strategy: str,
    *,
    arguments: str,
    sources: tuple[str, ...],
    calibration_id: str | None = None,
    stop_rule: str = "all",
) -> Gathering:
    """Build a gathering under its content id."""
    ordered = tuple(sorted(sources))
    return Gathering(
        gathering_id=content_id(
            "gathering", [strategy, arguments, ordered, calibration_id, stop_rule]
        ),
        strategy=strategy,
        arguments=arguments,
        sources=ordered,
        calibration_id=calibration_id,
        stop_rule=stop_rule,
    )


def make_labelling(
    rule: str,
    *,
    arguments: str,
    method: str | None,
    gathering_ids: tuple[str, ...],
    code_version: str,
    calibration_id: str | None = None,
) -> Labelling:
    """Build a labelling under its content id."""
    ordered = tuple(sorted(gathering_ids))
    return Labelling(
        labelling_id=content_id("labelling", [rule, arguments, ordered, calibration_id]),
        rule=rule,
        arguments=arguments,
        method=method,
        gathering_ids=ordered,
        calibration_id=calibration_id,
        code_version=code_version,
    )
