"""Read a story's text into its world. Pure."""

import re

from annotate.worlds.stories.forms import QUESTIONS, STATEMENTS
from annotate.worlds.stories.phrases import read_phrase
from annotate.worlds.stories.quantity import Key
from annotate.worlds.stories.world import Fact, World

_QUESTIONS = tuple(QUESTIONS.values())
_SENTENCE = re.compile(r"\s*([^.?]+)([.?])")


def read_story(text: str) -> World | None:
    """Return the world that `text` describes, or None where any of it is off the grammar.

    Off the grammar are also a text that says two things of one quantity, one without exactly one
    question at its end, and one whose question has no value.
    """
    facts: dict[Key, Fact] = {}
    sentences = _split(text)
    if not sentences or not sentences[-1].endswith("?"):
        return None
    for sentence in sentences[:-1]:
        if not sentence.endswith("."):
            return None
        phrase = read_phrase(sentence[:-1], STATEMENTS)
        if phrase is None or phrase.fact is None or phrase.target in facts:
            return None
        facts[phrase.target] = phrase.fact
    question = read_phrase(sentences[-1], _QUESTIONS)
    if question is None:
        return None
    world = World(facts, question.target)
    return None if world.value(question.target) is None else world


def _split(text: str) -> list[str]:
    sentences: list[str] = []
    end = 0
    for match in _SENTENCE.finditer(text):
        if match.start() != end:
            return []
        sentences.append(match.group(1) + match.group(2))
        end = match.end()
    return sentences if not text[end:].strip() else []
