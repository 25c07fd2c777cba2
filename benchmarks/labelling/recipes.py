"""Recipes: what each run of the downstream comparison gathers."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.labelling.label_run import Gathered
from benchmarks.labelling.training_chains import AUDITED

SCREEN = "screen(n=16, take_wrong=4, take_right=4, role='completer')"
"""Up to eight chains of each mixed problem."""
INFORMED = "most_informative(rollouts=12)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one run gathers."""

    methods: Mapping[str, Gathered]
    """Ways of gathering and the rule, by the name in the table."""
    tokens: int
    """Tokens per problem, about: says how many problems are labelled first."""
    audit: bool = False
    """Whether some problems are audited, and left out of training."""


RECIPES = {
    "samples": Recipe(
        methods={
            "outcomes": ((SCREEN, "ask_verifiers"), "outcome"),
            "judge only": ((SCREEN, "ask_judge(n=1)"), "vote"),
        },
        tokens=1000,
    ),
    "math_shepherd": Recipe(
        methods={"math_shepherd": ((SCREEN, "every_prefix(k=8)"), "any_success")},
        tokens=5000,
    ),
    "omegaprm": Recipe(
        methods={
            "omegaprm": (
                (
                    SCREEN,
                    "omega_prm(k=8, searches=10)",
                ),
                "success_rate(vouch=True)",
            )
        },
        tokens=4000,
    ),
    "scan": Recipe(
        methods={
            "scan": (
                (
                    SCREEN.replace(")", ", min_rate=0.75, strict=False)"),
                    "first_failure(k=8)",
                ),
                "scan(tolerance=2, min_confidence=0.75)",
            )
        },
        tokens=1300,
    ),
    "waymark, shipped": Recipe(
        methods={"waymark, shipped rates": ((SCREEN, "ask_verifiers", INFORMED), "posterior")},
        tokens=1500,
    ),
    "waymark": Recipe(
        methods={
            "waymark": (
                (
                    SCREEN,
                    "ask_verifiers",
                    "score_steps",
                    f"every_prefix(k=16, right=False, share={AUDITED})",
                    INFORMED,
                ),
                "posterior",
            )
        },
        tokens=1500,
        audit=True,
    ),
    "waymark and a judge": Recipe(
        methods={
            "waymark_judge": (
                (
                    SCREEN,
                    "ask_verifiers",
                    "score_steps",
                    "ask_judge(n=1)",
                    f"every_prefix(k=16, right=False, share={AUDITED})",
                    INFORMED,
                ),
                "posterior",
            )
        },
        tokens=1500,
        audit=True,
    ),
}
"""Runs, with methods that share what is drawn."""


def asks_judge(gathers: tuple[str, ...]) -> bool:
    """Return whether some of these strategies asks a judge."""
    return any(strategy.startswith("ask_judge") for strategy in gathers)
