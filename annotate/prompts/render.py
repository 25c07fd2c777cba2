"""Rendering: a problem and the text so far as the exact prompt that a policy is shown. Pure.

The prefix reaches the prompt byte for byte, with two exceptions that a profile asks for: white
space at its end (`strip_end`), and an opening thinking tag that the template has written already.
"""

from annotate.prompts.profile import Profile
from annotate.prompts.prompt import ChatTurn, Prompt
from schemas import Message, PartKind, PolicyError, Problem

_BLANK_LINE = "\n\n"


def render(problem: Problem, prefix: str, profile: Profile) -> Prompt:
    """Return the prompt whose completions go on from `prefix`.

    Args:
        problem: What is asked.
        prefix: Exact text of the solution so far; empty asks for a whole one.
        profile: How the model is spoken to.

    Raises:
        PolicyError: If the problem holds something that is not text.
    """
    kept = prefix.rstrip() if profile.strip_end else prefix
    messages = tuple((message.role, _text(problem, message)) for message in problem.messages)
    if profile.raw:
        return _raw(messages, kept, profile)
    return _chat(messages, kept, profile)


def render_question(text: str, profile: Profile, *, stop: tuple[str, ...] = ()) -> Prompt:
    """Return the prompt that asks `text` by itself: without the profile's system text and shots.

    Args:
        text: What is asked, as a judge prompt.
        profile: How the model is spoken to.
        stop: A completion ends before the first of these texts.
    """
    if profile.raw:
        return Prompt(text=profile.judge_template.replace("{prompt}", text, 1), stop=stop)
    return Prompt(turns=(ChatTurn(role="user", text=text),), stop=stop)


def problem_text(problem: Problem) -> str:
    """Return all that is asked as one text: the messages but the system's, a blank line between.

    Raises:
        PolicyError: If the problem holds something that is not text.
    """
    texts = [_text(problem, m) for m in problem.messages if m.role != "system"]
    return _BLANK_LINE.join(texts)


def _text(problem: Problem, message: Message) -> str:
    if any(part.kind is not PartKind.TEXT for part in message.parts):
        raise PolicyError(
            f"problem {problem.problem_id!r} holds a part that is not text, and no profile can "
            "show it: leave such problems out."
        )
    return message.text


def _raw(messages: tuple[tuple[str, str], ...], prefix: str, profile: Profile) -> Prompt:
    system = [profile.system, *(text for role, text in messages if role == "system")]
    asked = _BLANK_LINE.join(text for role, text in messages if role != "system")
    blocks = [_BLANK_LINE.join(text for text in system if text)]
    for user, assistant in zip(profile.shots[::2], profile.shots[1::2], strict=True):
        blocks.append(_asked(user.text, profile) + assistant.text)
    before = "".join(block + profile.shot_separator for block in blocks if block)
    before += _asked(asked, profile)
    return Prompt(text=before + _after(before, prefix, profile), stop=profile.stop)


def _chat(messages: tuple[tuple[str, str], ...], prefix: str, profile: Profile) -> Prompt:
    system = [profile.system, *(text for role, text in messages if role == "system")]
    joined = _BLANK_LINE.join(text for text in system if text)
    turns = [ChatTurn(role="system", text=joined)] if joined else []
    for shot in profile.shots:
        text = _asked(shot.text, profile) if shot.role == "user" else shot.text
        turns.append(ChatTurn(role=shot.role, text=text))
    asked = [(role, text) for role, text in messages if role != "system"]
    last = max((i for i, (role, _) in enumerate(asked) if role == "user"), default=None)
    for index, (role, text) in enumerate(asked):
        shown = _asked(text, profile) if index == last else text
        turns.append(ChatTurn(role=role, text=shown))
    if prefix and turns and turns[-1].role == "assistant":
        turns[-1] = ChatTurn(role="assistant", text=turns[-1].text + prefix)
    elif prefix:
        turns.append(ChatTurn(role="assistant", text=prefix))
    return Prompt(turns=tuple(turns), stop=profile.stop)


def _asked(text: str, profile: Profile) -> str:
    """Return a problem within the template. It may hold braces: it is put in, never formatted."""
    return profile.problem_template.replace("{problem}", text, 1)


def _after(before: str, prefix: str, profile: Profile) -> str:
    """Return the prefix without the opening thinking tag that the text before it ends with.

    Solutions from other places begin with the tag, those sampled with this profile after it.
    """
    if profile.thinking is None or not before.rstrip().endswith(profile.thinking[0]):
        return prefix
    if not prefix.lstrip().startswith(profile.thinking[0]):
        return prefix
    inner = prefix.lstrip().removeprefix(profile.thinking[0])
    # The template ends with its own line break after the tag: a second one would shift the tokens.
    space = before[len(before.rstrip()) :]
    return inner.removeprefix(space)
