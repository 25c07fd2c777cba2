"""Rendering: what a prompt holds, and that a prefix reaches it unchanged."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.prompts import PROFILES, ChatTurn, Profile, Prompt, get_profile, render
from schemas import Message, Part, PartKind, PolicyError, make_problem, text_problem

CHAT = Profile(name="c", raw=False, system="Be exact.", problem_template="Q: {problem}")
RAW = Profile(name="r", raw=True, problem_template="Q: {problem}\nA:\n", stop=("\nQ:",))
TEXTS = st.text(max_size=60)


@given(problem=TEXTS, prefix=TEXTS, name=st.sampled_from(PROFILES))
def test_a_prefix_survives_byte_for_byte(problem: str, prefix: str, name: str) -> None:
    """In every profile that keeps it, nothing but the prefix is added to the bare prompt."""
    profile = replace(get_profile(name), strip_end=False, thinking=None)
    bare = render(text_problem(problem), "", profile)
    shown = render(text_problem(problem), prefix, profile)

    if profile.raw:
        assert bare.text is not None
        assert shown == replace(bare, text=bare.text + prefix)
    elif prefix:
        assert shown == replace(bare, turns=(*bare.turns, ChatTurn(role="assistant", text=prefix)))
        assert shown.continued == prefix
    else:
        assert shown == bare


@given(prefix=TEXTS)
def test_only_the_end_is_stripped_where_the_profile_says_so(prefix: str) -> None:
    """White space elsewhere stays, and a prefix of nothing else asks for a whole solution."""
    shown = render(text_problem("p"), prefix, replace(CHAT, strip_end=True))

    assert shown.continued == prefix.rstrip()
    assert len(shown.turns) == (3 if prefix.strip() else 2)


def test_braces_in_a_problem_are_text() -> None:
    """A problem is put into the template, never formatted."""
    shown = render(text_problem("{problem} {x} \\frac{1}{2}"), "", RAW)

    assert shown == Prompt(text="Q: {problem} {x} \\frac{1}{2}\nA:\n", stop=("\nQ:",))


def test_all_turns_and_parts_of_a_problem_are_shown() -> None:
    """A problem's own system message joins the profile's, and the last question the template."""
    problem = make_problem(
        (
            Message(role="system", parts=(Part(text="Use metres."),)),
            Message(role="user", parts=(Part(text="One "), Part(text="foot?"))),
            Message(role="assistant", parts=(Part(text="0.3048"),)),
            Message(role="user", parts=(Part(text="Two?"),)),
        )
    )

    assert render(problem, "It is ", CHAT).turns == (
        ChatTurn(role="system", text="Be exact.\n\nUse metres."),
        ChatTurn(role="user", text="One foot?"),
        ChatTurn(role="assistant", text="0.3048"),
        ChatTurn(role="user", text="Q: Two?"),
        ChatTurn(role="assistant", text="It is "),
    )
    assert render(problem, "It is ", RAW).text == (
        "Use metres.\n\nQ: One foot?\n\n0.3048\n\nTwo?\nA:\nIt is "
    )


def test_a_problem_that_ends_with_the_assistant_is_gone_on_from() -> None:
    """A prefix joins the last message: no chat has two of the assistant's in a row."""
    problem = make_problem(
        (
            Message(role="user", parts=(Part(text="Two?"),)),
            Message(role="assistant", parts=(Part(text="Well, "),)),
        )
    )

    assert render(problem, "it is ", CHAT).continued == "Well, it is "


def test_shots_stand_before_the_problem() -> None:
    """Each example is written as the problem is."""
    shots = (ChatTurn(role="user", text="1+1?"), ChatTurn(role="assistant", text="2"))
    raw = replace(RAW, shots=shots, system="Sums.", shot_separator="\n--\n")
    chat = replace(CHAT, shots=shots)

    assert render(text_problem("2+2?"), "4", raw).text == (
        "Sums.\n--\nQ: 1+1?\nA:\n2\n--\nQ: 2+2?\nA:\n4"
    )
    assert [turn.text for turn in render(text_problem("2+2?"), "", chat).turns] == [
        "Be exact.",
        "Q: 1+1?",
        "2",
        "Q: 2+2?",
    ]


@pytest.mark.parametrize("name", ["thinking", "deepseek-r1"])
def test_a_prefix_of_a_thought_stands_within_the_thought(name: str) -> None:
    """One opening tag, whether the solution's text begins with one or not."""
    profile = get_profile(name)
    problem = text_problem("2+2?")
    bare = render(problem, "", profile).text
    own = render(problem, "First, ", profile).text
    foreign = render(problem, "<think>\nFirst, ", profile).text

    assert bare is not None
    assert bare.endswith("<think>\n")
    assert own == foreign == bare + "First, "


def test_what_is_not_text_is_refused() -> None:
    """A picture is never left out in silence."""
    part = Part(kind=PartKind.BLOB, blob_sha256="0" * 64)
    problem = make_problem((Message(role="user", parts=(Part(text="See: "), part)),))

    with pytest.raises(PolicyError, match="not text"):
        render(problem, "", CHAT)
