"""Methods: those that ship, in sizes that fit three minutes, on the same sampled chains."""

from dataclasses import replace

from annotate.methods import METHODS, Method
from verifiers.spec import parse_spec

SCREEN = "screen(n=8, take_wrong=1, take_right=1, role='completer')"
"""Draws 8 chains of a problem, and takes in a wrong and a right one where there are both. It is the
same for each method, so that they label the same chains."""

_SIZES = {
    "omegaprm": (
        ("omega_prm(k=8, searches=4)",),
        "success_rate",
        "8 chains a problem, not 32; 4 searches, not 100",
    ),
    "scan": (
        ("first_failure(k=8)",),
        "scan(tolerance=2, min_confidence=0.25)",
        "8 chains a problem, not 64; confident from 0.25 on, not 0.75: the model is small",
    ),
    "qwen_consensus": (
        ("every_prefix(k=8)", "ask_judge(n=1)"),
        "consensus",
        "the model is its own judge",
    ),
    "waymark": (
        (
            "ask_verifiers",
            "score_steps",
            "every_prefix(k=8, right=False, share=0.1)",
            "most_informative(rollouts=12)",
        ),
        "posterior",
        "one problem in ten audited: too few to fit rates, the shipped ones are used",
    ),
    "waymark_judge": (
        (
            "ask_verifiers",
            "score_steps",
            "ask_judge(n=1)",
            "every_prefix(k=8, right=False, share=0.1)",
            "most_informative(rollouts=12)",
        ),
        "posterior",
        "as `waymark`; the model is its own judge",
    ),
    "formal": (
        ("ask_verifiers",),
        "formal",
        "the arithmetic verifier alone, on what the screen drew",
    ),
}


def demo_methods() -> tuple[Method, ...]:
    """Return the methods in the order they run: each finds what those before it have drawn."""
    return tuple(
        replace(
            METHODS[name],
            strategies=tuple(map(parse_spec, (SCREEN, *gathers))),
            rule=parse_spec(rule),
            changed=changed,
        )
        for name, (gathers, rule, changed) in _SIZES.items()
    )
