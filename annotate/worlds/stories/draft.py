"""Draft: a story being written, sentence by sentence, with the value of each quantity so far.

Mutable, used within one drawing. Values stay integers from 2 to a limit of the family.
"""

from annotate.worlds.stories.dice import Dice
from annotate.worlds.stories.forms import VERBS, Form
from annotate.worlds.stories.phrases import bind, write_names, write_phrase
from annotate.worlds.stories.quantity import Key, Operation, Relation
from annotate.worlds.stories.world import Fact

NAMES = (
    *("Ann", "Ben", "Carl", "Dana", "Emma", "Finn", "Gina", "Hugo", "Ivan", "Jane", "Kim", "Leo"),
    *("Mia", "Nora", "Omar", "Paul", "Rosa", "Sam", "Tina", "Uma", "Vera", "Will", "Yara", "Zoe"),
)
"""The people of all stories."""


class Draft:
    """The sentences, facts and values of a story in the making."""

    __slots__ = ("clauses", "dice", "facts", "names", "sentences", "values", "verb")

    def __init__(self, dice: Dice) -> None:
        """Start empty; every choice is drawn from `dice`."""
        self.dice = dice
        self.names = dice.sample(NAMES, 10)
        self.verb = dice.pick(VERBS)
        self.sentences: list[str] = []
        self.facts: dict[Key, Fact] = {}
        self.values: dict[Key, int] = {}
        self.clauses: dict[Key, str] = {}

    def state(self, form: Form, **words: str | int) -> Key:
        """Add a sentence of this form; return the quantity that it is about."""
        texts = {slot: str(word) for slot, word in {"v": self.verb, **words}.items()}
        clause = write_phrase(self.dice.pick(form.phrases), texts)
        phrase = bind(form, texts)
        if phrase.fact is None:
            raise ValueError(form)
        self.sentences.append(clause + ".")
        self.facts[phrase.target] = phrase.fact
        self.clauses[phrase.target] = clause
        self.values[phrase.target] = self._value(phrase.fact)
        return phrase.target

    def relate(
        self, forms: dict[str, Form], reference: Key, *, limit: int, **words: str | int
    ) -> Key:
        """Add a sentence that relates a new quantity to `reference`, of a kind that fits.

        Args:
            forms: The family's relations by name.
            reference: A quantity stated before.
            limit: Largest value that the new quantity may take.
            words: The names in the sentence.
        """
        base = self.values[reference]
        fitting = {
            "more": base + 2 <= limit,
            "fewer": base > 4,  # noqa: PLR2004 - leaves at least 2 after taking at least 2
            "times": base * 3 <= limit,
            "twice": base * 2 <= limit,
            "half": base % 2 == 0 and base > 2,  # noqa: PLR2004 - the result is at least 2
            "third": base % 3 == 0 and base > 3,  # noqa: PLR2004 - the same
        }
        kind = self.dice.pick([name for name, fits in fitting.items() if fits and name in forms])
        highest = {
            "more": min(30, limit - base),
            "fewer": min(30, base - 2),
            "times": min(6, limit // base),
        }
        lowest = 3 if kind == "times" else 2
        number = self.dice.between(lowest, highest[kind]) if kind in highest else 0
        return self.state(forms[kind], k=number, **words)

    def ask(self, form: Form, **words: str) -> Key:
        """Add the question; return the quantity that it asks for."""
        texts = {"v": self.verb, **words}
        self.sentences.append(write_phrase(self.dice.pick(form.phrases), texts))
        return bind(form, texts).target

    def list_names(self, *names: str) -> str:
        """Return the names in their order in every total: by the alphabet."""
        return write_names(tuple(sorted(names)))

    def _value(self, fact: Fact) -> int:
        if not isinstance(fact, Relation):
            return fact
        first, second = (
            term if isinstance(term, int) else self.values[term] for term in fact.terms
        )
        return {
            Operation.SUM: first + second,
            Operation.SUBTRACT: first - second,
            Operation.MULTIPLY: first * second,
            Operation.DIVIDE: first // second,
        }[fact.operation]
