"""Forms: the sentences of the grammar, one table, read and written by the same entries. Pure data.

Placeholders: a b c are names; o an object; i j an item in the singular; k a number; v a verb of
work; n a list of names; e an equation. The first phrase of an entry is as good as the others.
"""

from dataclasses import dataclass

from annotate.worlds.stories.quantity import Operation

VERBS = ("pick", "pack", "sell", "make", "paint")

Pattern = tuple[str, ...] | str | int
"""A term with placeholders: a key pattern, "{k}" for the number in the text, or a fixed number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of sentence or question."""

    phrases: tuple[str, ...]
    """Its wordings, without the full stop (a question: with its question mark)."""
    target: tuple[str, ...]
    """Key pattern of the quantity it is about."""
    operation: Operation | None = None
    """What relates the terms; None where a number is given, asked or computed."""
    terms: tuple[Pattern, ...] = ()
    """The operands; one number where the sentence gives it."""


def _relations(
    target: tuple[str, ...], other: tuple[str, ...], phrases: dict[str, tuple[str, ...]]
) -> dict[str, Form]:
    operations: dict[str, tuple[Operation, Pattern]] = {
        "more": (Operation.SUM, "{k}"),
        "fewer": (Operation.SUBTRACT, "{k}"),
        "times": (Operation.MULTIPLY, "{k}"),
        "twice": (Operation.MULTIPLY, 2),
        "half": (Operation.DIVIDE, 2),
        "third": (Operation.DIVIDE, 3),
    }
    return {
        name: Form(
            phrases=wordings,
            target=target,
            operation=operations[name][0],
            terms=(other, operations[name][1]),
        )
        for name, wordings in phrases.items()
    }


_HAS = ("has", "{a}", "{o}")
_RATE = ("rate", "{a}", "{o}")

POSSESSION: dict[str, Form] = {
    "given": Form(phrases=("{a} has {k} {o}", "{a} owns {k} {o}"), target=_HAS, terms=("{k}",)),
    "sum": Form(
        phrases=(
            "{a} has as many {o} as {b} and {c} together",
            "{a} has as many {o} as {b} and {c} combined",
        ),
        target=_HAS,
        operation=Operation.SUM,
        terms=(("has", "{b}", "{o}"), ("has", "{c}", "{o}")),
    ),
    **_relations(
        _HAS,
        ("has", "{b}", "{o}"),
        {
            "more": (
                "{a} has {k} more {o} than {b}",
                "compared with {b}, {a} has {k} more {o}",
            ),
            "fewer": (
                "{a} has {k} fewer {o} than {b}",
                "compared with {b}, {a} has {k} fewer {o}",
            ),
            "times": (
                "{a} has {k} times as many {o} as {b}",
                "{a} owns {k} times the {o} of {b}",
            ),
            "twice": ("{a} has twice as many {o} as {b}", "{a} owns twice the {o} of {b}"),
            "half": ("{a} has half as many {o} as {b}", "{a} owns half the {o} of {b}"),
            "third": ("{a} has a third as many {o} as {b}", "{a} owns a third of the {o} of {b}"),
        },
    ),
}

MONEY: dict[str, Form] = {
    "given": Form(
        phrases=("a {i} costs {k} dollars", "the price of a {i} is {k} dollars"),
        target=("price", "{i}"),
        terms=("{k}",),
    ),
    **_relations(
        ("price", "{i}"),
        ("price", "{j}"),
        {
            "more": (
                "a {i} costs {k} dollars more than a {j}",
                "a {i} is {k} dollars dearer than a {j}",
            ),
            "fewer": (
                "a {i} costs {k} dollars less than a {j}",
                "a {i} is {k} dollars cheaper than a {j}",
            ),
            "times": (
                "a {i} costs {k} times as much as a {j}",
                "a {i} costs {k} times the price of a {j}",
            ),
            "twice": ("a {i} costs twice as much as a {j}", "a {i} costs twice the price of a {j}"),
            "half": ("a {i} costs half as much as a {j}", "a {i} costs half the price of a {j}"),
        },
    ),
    "count": Form(
        phrases=("{a} buys {k} {i}s", "{a} wants {k} {i}s"),
        target=("count", "{a}", "{i}"),
        terms=("{k}",),
    ),
}

WORK: dict[str, Form] = {
    "given": Form(
        phrases=("{a} {v}s {k} {o} each hour", "{a} {v}s {k} {o} per hour"),
        target=_RATE,
        terms=("{k}",),
    ),
    **_relations(
        _RATE,
        ("rate", "{b}", "{o}"),
        {
            "more": (
                "{a} {v}s {k} more {o} each hour than {b}",
                "{a} {v}s {k} more {o} per hour than {b}",
            ),
            "fewer": (
                "{a} {v}s {k} fewer {o} each hour than {b}",
                "{a} {v}s {k} fewer {o} per hour than {b}",
            ),
            "twice": (
                "{a} {v}s twice as many {o} each hour as {b}",
                "{a} {v}s twice as many {o} per hour as {b}",
            ),
            "half": (
                "{a} {v}s half as many {o} each hour as {b}",
                "{a} {v}s half as many {o} per hour as {b}",
            ),
        },
    ),
}

TIME: dict[str, Form] = {
    "given": Form(
        phrases=("{a} works for {k} hours", "{a} works {k} hours"),
        target=("time", "{a}"),
        terms=("{k}",),
    ),
    **_relations(
        ("time", "{a}"),
        ("time", "{b}"),
        {
            "more": (
                "{a} works {k} hours longer than {b}",
                "{a} works {k} hours more than {b}",
            ),
            "fewer": (
                "{a} works {k} hours less than {b}",
                "compared with {b}, {a} works {k} hours less",
            ),
            "twice": ("{a} works twice as long as {b}", "{a} works twice the hours of {b}"),
        },
    ),
}

STATEMENTS: tuple[Form, ...] = tuple(
    form for family in (POSSESSION, MONEY, WORK, TIME) for form in family.values()
)
"""Every sentence that a story may hold before its question."""

_TOTAL_HAS = ("total", "has", "{o}", "{n}")
_TOTAL_MADE = ("total", "made", "{o}", "{n}")
_GAP_HAS = ("gap", "has", "{o}", "{a}", "{b}")
_GAP_MADE = ("gap", "made", "{o}", "{a}", "{b}")

QUESTIONS: dict[str, Form] = {
    "has": Form(phrases=("How many {o} does {a} have?",), target=_HAS),
    "total_has": Form(
        phrases=("How many {o} do {n} have together?", "How many {o} do {n} have in all?"),
        target=_TOTAL_HAS,
    ),
    "gap_has": Form(phrases=("How many more {o} does {a} have than {b}?",), target=_GAP_HAS),
    "price": Form(
        phrases=("How much does a {i} cost?", "What is the price of a {i}?"),
        target=("price", "{i}"),
    ),
    "paid": Form(
        phrases=("How much does {a} pay?", "How much does {a} pay in all?"),
        target=("paid", "{a}"),
    ),
    "left": Form(
        phrases=("How many dollars does {a} have left?", "How many dollars does {a} keep?"),
        target=("left", "{a}"),
    ),
    "made": Form(
        phrases=("How many {o} does {a} {v}?", "How many {o} does {a} {v} in all?"),
        target=("made", "{a}", "{o}"),
    ),
    "total_made": Form(
        phrases=("How many {o} do {n} {v} together?", "How many {o} do {n} {v} in all?"),
        target=_TOTAL_MADE,
    ),
    "gap_made": Form(phrases=("How many more {o} does {a} {v} than {b}?",), target=_GAP_MADE),
}

COMPUTED: tuple[Form, ...] = (
    Form(phrases=("{a} has {e} dollars left",), target=("left", "{a}")),
    Form(phrases=("{a} has {e} {o}",), target=_HAS),
    Form(phrases=("{n} have {e} {o} together",), target=_TOTAL_HAS),
    Form(phrases=("{a} has {e} more {o} than {b}",), target=_GAP_HAS),
    Form(
        phrases=("{a} buys {k} {i}s for {e} dollars",),
        target=("cost", "{a}", "{i}"),
    ),
    Form(phrases=("{a} pays {e} dollars",), target=("paid", "{a}")),
    Form(phrases=("a {i} costs {e} dollars",), target=("price", "{i}")),
    Form(phrases=("{a} {v}s {e} {o}",), target=("made", "{a}", "{o}")),
    Form(phrases=("{n} {v} {e} {o} together",), target=_TOTAL_MADE),
    Form(phrases=("{a} {v}s {e} more {o} than {b}",), target=_GAP_MADE),
)
"""What a step says of a quantity with its equation inside."""
