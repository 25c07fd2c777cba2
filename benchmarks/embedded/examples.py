"""Training examples: stories solved, mistakes withdrawn, chains judged, and drills. Pure.

An example is a list of pieces; each piece is text with the weight of its tokens in the loss, and
what the side head should say at its last token. Everything is a function of a seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.worlds.stories import (
    Dice,
    StepTruth,
    StepVerdict,
    Story,
    check_chain,
    draw_problem,
    first_error,
    write_flawed,
)
from benchmarks.embedded.recipe import Mix

NO_TRUTH = -100
"""What the side head is not asked about."""
JUDGE_WEIGHT = 10.0
"""Loss weight of the two tokens that a judgement has, against 1 of a solution's token."""
END = "<eos>"

_LATER = 0.25
"""Of these, how often the withdrawal comes one step later than it could."""
_SOUND = 0.35
"""Share of judged chains without an error."""
_SUBJECTS = {"A": 2, "The": 5, "Compared": 4}
"""Words up to the subject of a sentence, by its first word; 1 for all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of an example."""

    text: str
    """Its text; pieces end where tokens end."""
    weight: float = 0.0
    """Loss weight of each of its tokens."""
    truth: int = NO_TRUTH
    """At its last token: 0 right, 1 wrong, 2 wrong since an earlier step, or not asked."""


Example = tuple[Piece, ...]


def solve_prompt(problem: str) -> str:
    """Return the prompt that asks for a solution."""
    return f"Problem: {problem}\nSolution:\n"


def judge_prompt(problem: str, steps: tuple[str, ...]) -> str:
    """Return the prompt that asks for the first wrong step."""
    numbered = "".join(f"{i}. {step}\n" for i, step in enumerate(steps, start=1))
    return f"Problem: {problem}\nSteps:\n{numbered}First wrong step:"


def draw_example(seed: int, mix: Mix) -> Example:
    """Return training example number `seed`, of a kind drawn by the mix."""
    dice = Dice("example", seed)
    if dice.chance(mix.drilled):
        return _drill(dice)
    sizes = mix.sizes
    story = draw_problem(seed, steps=dice.pick_weighted(tuple(sizes), tuple(sizes.values())))
    if dice.chance(mix.looked_up):
        return _look_up(dice, story)
    if dice.chance(mix.judged):
        chain = story.solution
        if not dice.chance(_SOUND):
            chain = write_flawed(story, dice, _place(dice, story))
            if dice.chance(0.15):
                chain = _withdraw(dice, story)
        return judge_example(story.text, chain)
    return _solve(dice, story, mix.withdrawn)


def judge_example(problem: str, steps: tuple[str, ...]) -> Example:
    """Return the example that judges this chain by the exact checker.

    Steps before the first error count in the loss too: they are right solutions.
    """
    truths = check_chain(problem, steps)
    wrong = first_error(truths)
    verdict = " none" if wrong is None else f" {wrong + 1}"
    sound = len(steps) if wrong is None else wrong
    lines = (
        Piece(text=f"{i}. {step}\n", weight=float(i <= sound), truth=_truth(truth))
        for i, (step, truth) in enumerate(zip(steps, truths, strict=True), start=1)
    )
    return (
        Piece(text=f"Problem: {problem}\nSteps:\n"),
        *lines,
        Piece(text="First wrong step:"),
        Piece(text=verdict, weight=JUDGE_WEIGHT),
        Piece(text=END, weight=1.0),
    )


def _truth(truth: StepTruth) -> int:
    match truth.verdict:
        case StepVerdict.RIGHT:
            return 0
        case StepVerdict.UNPARSABLE:
            return NO_TRUTH
        case _:
            return 2 if truth.error.name == "PROPAGATED" else 1


def _place(dice: Dice, story: Story) -> int:
    return story.steps if dice.chance(0.04) else dice.below(story.steps)


def _withdraw(dice: Dice, story: Story) -> tuple[str, ...]:
    lines, _ = _withdrawn_lines(dice, story)
    return lines


def _withdrawn_lines(dice: Dice, story: Story) -> tuple[tuple[str, ...], range]:
    """Return a chain with a withdrawn mistake, and the places of its wrong lines."""
    at = dice.below(story.steps)
    flawed = write_flawed(story, dice, at)
    end = min(at + 1 + dice.chance(_LATER), story.steps)
    withdrawal = f"Wait, step {at + 1} is wrong."
    return (*flawed[:end], withdrawal, *story.solution[at:]), range(at, end)


def _solve(dice: Dice, story: Story, withdrawn: float) -> Example:
    if dice.chance(withdrawn):
        lines, masked = _withdrawn_lines(dice, story)
        truths = check_chain(story.text, lines)
        if truths[masked.start].verdict is StepVerdict.RETRACTED:
            return solve_example(story.text, lines, masked)
    return solve_example(story.text, story.solution, range(0))


def solve_example(problem: str, lines: tuple[str, ...], wrong: Sequence[int]) -> Example:
    """Return the example that writes these lines, of which `wrong` are not to be learned."""
    pieces = (
        Piece(
            text=line + "\n",
            weight=0.0 if i in wrong else 1.0,
            truth=(1 if i == wrong[0] else 2) if i in wrong else 0,
        )
        for i, line in enumerate(lines)
    )
    return (Piece(text=solve_prompt(problem)), *pieces, Piece(text=END, weight=1.0))


def _look_up(dice: Dice, story: Story) -> Example:
    """Return the story's sentences in drawn order, each to be completed from its subject.

    Solutions follow the order of the text, so that a guess by order often does; this does not.
    """
    pieces = [Piece(text=f"Problem: {story.text}\nFacts:\n")]
    clauses = list(story.clauses.values())
    for clause in dice.sample(clauses, len(clauses)):
        words = clause.split(" ")
        subject = _SUBJECTS.get(words[0], 1)
        pieces.append(Piece(text=" ".join(words[:subject])))
        pieces.append(Piece(text=f" {' '.join(words[subject:])}.\n", weight=1.0))
    return tuple(pieces)


def _drill(dice: Dice) -> Example:
    return tuple(piece for _ in range(10) for piece in _equation(dice))


def _equation(dice: Dice) -> tuple[Piece, Piece]:
    sign = dice.pick("+++---****/")
    a, b = dice.between(2, 200), dice.between(2, dice.pick((9, 40, 200)))
    match sign:
        case "*":
            a, b = dice.between(2, 40), dice.between(2, 9)
            if dice.chance(0.4):
                a, b = b, a
            result = a * b
        case "/":
            b = dice.between(2, 3)
            result = dice.between(2, 100 // b + 33)
            a = result * b
        case "-":
            a, b = a + b, dice.pick((a, b))
            result = a - b
        case _:
            result = a + b
    start, end = dice.pick((("so", "."), ("has", " pens."), ("pays", " dollars.")))
    return Piece(text=f"{start} {a} {sign} {b} ="), Piece(text=f" {result}{end}\n", weight=1.0)
