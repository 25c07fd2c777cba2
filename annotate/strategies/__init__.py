"""How evidence is gathered: one way of asking per file."""

from annotate.strategies.ask_verifiers import AskVerifiers
from annotate.strategies.base import (
    STRATEGIES,
    Checked,
    Context,
    Gathered,
    Strategy,
    Verified,
    stop_reason,
)

__all__ = [
    "STRATEGIES",
    "AskVerifiers",
    "Checked",
    "Context",
    "Gathered",
    "Strategy",
    "Verified",
    "stop_reason",
]
