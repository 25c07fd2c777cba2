"""What a row asks, as messages: a text, a chat, or a question with context and options. Pure."""

from collections.abc import Mapping, Sequence

from annotate.inputs.draft import user_message
from annotate.inputs.fault import BadRowError
from annotate.inputs.fields import Fields, Found, Value, text, wrong_type
from schemas import Message, Part, RejectReason

_CONTEXTS = ("context", "passage", "story")
_OPTIONS = ("options", "choices")


def read_asked(fields: Fields) -> tuple[tuple[Message, ...], str]:
    """Return the problem's messages and the field that holds them.

    Raises:
        BadRowError: If there is no problem, it is blank, or it is neither a text nor a chat.
    """
    found = fields.need("problem")
    if isinstance(found.value, (list, tuple)):
        messages = chat(found, found.value)
    else:
        messages = user_message(_with_surroundings(fields, found))
    if not any(message.text.strip() for message in messages if message.role != "system"):
        raise empty_problem(found.path)
    return messages, found.path


def empty_problem(path: str) -> BadRowError:
    """Return the error for a problem without text."""
    return BadRowError(RejectReason.EMPTY_PROBLEM, f"{path} holds no text.", field=path)


def chat(found: Found, turns: Sequence[Value]) -> tuple[Message, ...]:
    """Return chat turns ({role, content} or {from, value}) as messages.

    Raises:
        BadRowError: If a turn is no object, or has no role or no text.
    """
    return tuple(_turn(Found(f"{found.path}[{i}]", turn)) for i, turn in enumerate(turns))


_ROLES = {"human": "user", "gpt": "assistant", "bot": "assistant", "model": "assistant"}


def _turn(found: Found) -> Message:
    turn = found.value
    if not isinstance(turn, Mapping):
        raise wrong_type(found, "a chat message {role, content}")
    role = turn.get("role", turn.get("from"))
    content = turn.get("content", turn.get("value"))
    if not isinstance(role, str):
        raise wrong_type(Found(f"{found.path}.role", role), "text")
    return Message(
        role=_ROLES.get(role, role), parts=_parts(Found(f"{found.path}.content", content))
    )


def _parts(found: Found) -> tuple[Part, ...]:
    if isinstance(found.value, str):
        return (Part(text=found.value),)
    if not isinstance(found.value, (list, tuple)) or not found.value:
        raise wrong_type(found, "text")
    parts = []
    for index, item in enumerate(found.value):
        held = item.get("text") if isinstance(item, Mapping) else item
        if not isinstance(held, str):
            raise wrong_type(Found(f"{found.path}[{index}].text", held), "text")
        parts.append(Part(text=held))
    return tuple(parts)


def _with_surroundings(fields: Fields, found: Found) -> str:
    """Return the question after its context and before its options, where the row has them."""
    question = text(found)
    if not question.strip() or "problem" in fields.mapping:
        return question
    row = fields.row
    before = [row[name] for name in _CONTEXTS if isinstance(row.get(name), str)]
    after = [row["input"]] if found.path == "instruction" and row.get("input") else []
    options = next((row[name] for name in _OPTIONS if isinstance(row.get(name), list)), [])
    if isinstance(options, list) and options and all(isinstance(o, str) for o in options):
        after.append("\n".join(str(option) for option in options))
    pieces = [str(piece) for piece in (*before, question, *after) if str(piece).strip()]
    return "\n\n".join(pieces)
