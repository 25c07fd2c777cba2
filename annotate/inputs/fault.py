"""Fault: why a row, or one solution of it, is set aside. Pure."""

from dataclasses import dataclass

from schemas import RejectReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A reason in words, before it is known which row it belongs to."""

    reason: RejectReason
    """Why, by kind."""
    message: str
    """What was found and what was expected."""
    field: str | None = None
    """Field at fault as the row names it, a path where it is nested; null for the whole row."""


class BadRowError(Exception):
    """Carries a Fault out of the parsing of one row; becomes a Rejection in `read` alone."""

    def __init__(self, reason: RejectReason, message: str, *, field: str | None = None) -> None:
        """Make the error for a row that is set aside."""
        super().__init__(message)
        self.fault = Fault(reason=reason, message=message, field=field)
