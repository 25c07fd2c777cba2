"""Problem: what is asked, and which answers are accepted."""

from dataclasses import dataclass

from schemas.enums import AnswerType, PartKind
from schemas.ids import content_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One piece of a message's content."""

    kind: PartKind = PartKind.TEXT
    """Text now; bytes by hash are reserved."""
    text: str = ""
    """The text; empty for a blob."""
    media_type: str | None = None
    """MIME type of a blob."""
    blob_sha256: str | None = None
    """Hash under which a blob's bytes are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of what is asked."""

    role: str
    """`system`, `user`, `assistant` or `tool`."""
    parts: tuple[Part, ...]
    """Content in reading order, at least one part."""

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A question with its accepted answers. The id hashes question, answers and their type."""

    problem_id: str
    """Content hash, see `make_problem`."""
    messages: tuple[Message, ...]
    """What is asked, at least one message."""
    answers: tuple[str, ...]
    """Accepted final answers as written in the source, or test programs (TESTS); empty where none
    is known."""
    answer_type: AnswerType
    """How the answers are to be read."""
    domain: str | None
    """Subject as the source names it (`algebra`, `gsm8k`); not part of the id."""
    language: str | None
    """BCP 47 tag where the source gives one; not part of the id."""

    @property
    def question(self) -> str:
        """The text of the last user message: what a step checker reads as the problem."""
        return next((m.text for m in reversed(self.messages) if m.role == "user"), "")


def make_problem(
    messages: tuple[Message, ...],
    *,
    answers: tuple[str, ...] = (),
    answer_type: AnswerType = AnswerType.AUTO,
    domain: str | None = None,
    language: str | None = None,
) -> Problem:
    """Build a problem under its content id."""
    turns = [
        [m.role, [[p.kind.name, p.text, p.media_type, p.blob_sha256] for p in m.parts]]
        for m in messages
    ]
    return Problem(
        problem_id=content_id("problem", [turns, list(answers), answer_type.name]),
        messages=messages,
        answers=answers,
        answer_type=answer_type,
        domain=domain,
        language=language,
    )


def text_problem(
    question: str,
    *,
    answers: tuple[str, ...] = (),
    answer_type: AnswerType = AnswerType.AUTO,
    domain: str | None = None,
    language: str | None = None,
) -> Problem:
    """Build a problem of one user message: the usual case."""
    return make_problem(
        (Message(role="user", parts=(Part(text=question),)),),
        answers=answers,
        answer_type=answer_type,
        domain=domain,
        language=language,
    )
