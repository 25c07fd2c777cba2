"""Format `pairs`: two steps behind one prefix, of which one is known to be better. Pure.

Its rows are of problems with their rollouts, not of labelled solutions: it needs no labels.
"""

from annotate.exports.format import Exported, Skipped, SkipReason
from annotate.rules.pairs import Branch, Pair
from annotate.rules.prefix_rates import Rate
from schemas import Json, Problem, content_id

PAIRS = "pairs"
"""Name of the format."""


def pair_row(pair: Pair, problem: Problem) -> Exported:
    """Return a pair as a row of the file, or why there is none."""
    if pair.certificate is None:
        return Skipped(reason=SkipReason.NO_CERTIFICATE)
    asked = [message for message in problem.messages if message.role != "system"]
    if len(asked) != 1:
        return Skipped(reason=SkipReason.SEVERAL_TURNS)
    compared = [pair.source, pair.chosen.prefix_id, pair.rejected.prefix_id]
    return {
        "id": content_id("pair", list[Json](compared)),
        "problem_id": pair.problem_id,
        "prompt": asked[0].text,
        "prefix": pair.prefix,
        "chosen": pair.chosen.text,
        "rejected": pair.rejected.text,
        "target": pair.target,
        "chosen_rate": _rate(pair.chosen.rate),
        "rejected_rate": _rate(pair.rejected.rate),
        "certificate": pair.certificate,
        "chosen_step": _place(pair.chosen),
        "rejected_step": _place(pair.rejected),
        "completer": pair.source,
    }


def _rate(rate: Rate) -> Json:
    return {"k": rate.trials, "c": rate.successes, "rate": rate.value}


def _place(branch: Branch) -> Json:
    return {"solution_id": branch.solution_id, "step": branch.step_index}
