"""How evidence is gathered: one way of asking per file."""

from annotate.strategies.ask_judge import AskJudge
from annotate.strategies.ask_verifiers import AskVerifiers
from annotate.strategies.base import (
    STRATEGIES,
    Checked,
    Context,
    Drawn,
    Gathered,
    Opinion,
    Strategy,
    Verified,
    stop_reason,
)
from annotate.strategies.bisect import Bisect
from annotate.strategies.every_prefix import EveryPrefix
from annotate.strategies.first_failure import FirstFailure
from annotate.strategies.forced_answer import ForcedAnswer
from annotate.strategies.most_informative import MostInformative
from annotate.strategies.omega_prm import OmegaPrm
from annotate.strategies.score_steps import ScoreSteps
from annotate.strategies.screen import Screen
from annotate.strategies.two_level import TwoLevel
from annotate.strategies.uncertainty_order import UncertaintyOrder

__all__ = [
    "STRATEGIES",
    "AskJudge",
    "AskVerifiers",
    "Bisect",
    "Checked",
    "Context",
    "Drawn",
    "EveryPrefix",
    "FirstFailure",
    "ForcedAnswer",
    "Gathered",
    "MostInformative",
    "OmegaPrm",
    "Opinion",
    "ScoreSteps",
    "Screen",
    "Strategy",
    "TwoLevel",
    "UncertaintyOrder",
    "Verified",
    "stop_reason",
]
