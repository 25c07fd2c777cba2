"""Replies of servers as completions, and echoes as scores."""

import asyncio
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.policies import ScoreRequest, TokenScores, scorer_of
from annotate.policies.endpoint.replies import BadReplyError, completions_of
from annotate.policies.endpoint.scores import scores_of
from annotate.prompts import render
from annotate.prompts.profiles import parse_profile
from schemas import Json
from tests.annotate.policies.endpoints import BASE, CHAT, PROBLEM, endpoint, request, texts
from tests.openai_server import Faults, serve


@given(
    total=st.integers(0, 5_000),
    written=st.lists(st.text(max_size=30), min_size=1, max_size=9),
    n_cut=st.integers(0, 9),
)
def test_the_servers_count_of_tokens_is_shared_out_whole(
    total: int, written: list[str], n_cut: int
) -> None:
    """No token is lost or counted twice, and none is negative."""
    value: Json = {
        "choices": [
            {"index": i, "text": text, "finish_reason": "length" if i < n_cut else "stop"}
            for i, text in enumerate(written)
        ],
        "usage": {"completion_tokens": total, "prompt_tokens": 3},
    }
    made = completions_of(value, request(n=len(written)), BASE)

    assert sum(completion.tokens for completion in made) == total
    assert min(completion.tokens for completion in made) >= 0
    assert [completion.prompt_tokens for completion in made] == [3] * len(written)


def test_a_text_that_was_cut_has_as_many_tokens_as_the_limit() -> None:
    """The others share the rest, by their length."""
    choices: list[Json] = [
        {"index": 0, "text": "aaaaaaaaa", "finish_reason": "stop"},
        {"index": 1, "text": "a", "finish_reason": "length"},
        {"index": 2, "text": "a" * 19, "finish_reason": "stop"},
    ]
    made = completions_of(
        {"choices": choices, "usage": {"completion_tokens": 18}}, request(n=3), BASE
    )

    assert [completion.tokens for completion in made] == [2, 12, 4]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("content_filter", "error: content_filter"),
        (None, "stop"),
    ],
)
def test_reasons_why_a_text_ends_become_two_words(said: str | None, kept: str) -> None:
    """What a length limit cut is never taken for an ending."""
    (made,) = completions_of({"choices": [{"text": "x", "finish_reason": said}]}, request(), BASE)

    assert made.finish_reason == kept


def test_a_thought_in_a_field_of_its_own_is_put_back_where_the_profile_has_tags() -> None:
    """With an end where the model ended it."""
    profile = parse_profile("t", 'raw = false\nthinking = ["<think>", "</think>"]')
    message: dict[str, Json] = {"content": "4", "reasoning_content": "2+2"}
    ended: Json = {"choices": [{"message": message, "finish_reason": "stop"}]}
    cut: Json = {"choices": [{"message": {**message, "content": None}, "finish_reason": "length"}]}

    assert texts(completions_of(ended, request(), profile)) == ["<think>\n2+2\n</think>\n\n4"]
    assert texts(completions_of(cut, request(), profile)) == ["<think>\n2+2"]
    assert texts(completions_of(ended, request(), CHAT)) == ["4"]


def test_text_that_could_not_be_stored_is_mended() -> None:
    """JSON can say half of a character."""
    (made,) = completions_of({"choices": [{"text": "a\ud800b"}]}, request(), BASE)

    assert made.text == "a?b"


@pytest.mark.parametrize(
    "value", [None, [], {"error": "x"}, {"choices": []}, {"choices": [{"text": 5}]}]
)
def test_json_of_another_form_is_no_answer(value: Json) -> None:
    """It is tried again, not taken for an empty text."""
    with pytest.raises(BadReplyError):
        completions_of(value, request(), BASE)


def scored(url: str, text: str, *, profile: str = "base") -> TokenScores:
    """Return the scores of a text after the problem."""

    async def run() -> TokenScores:
        opened = await endpoint(url, profile=profile).open(cores=1)
        try:
            scorer = scorer_of(opened)
            assert scorer is not None
            prompt = render(PROBLEM, "", opened.profile)
            return await scorer.score(ScoreRequest(prompt=prompt, text=text))
        finally:
            await opened.aclose()

    return asyncio.run(run())


def test_a_prompts_end_is_scored_by_its_echo() -> None:
    """What stands before the text, and what is generated, is left out; entropies are bounds."""
    with serve() as server:
        told = scored(server.url, "It is four.\n")
        (body,) = server.log.bodies
    n = len(re.findall(r"\S+", body["prompt"])) - 2  # <s> is token 0, "It" of the text n

    assert (body["echo"], body["max_tokens"], body["logprobs"]) == (True, 1, 5)
    assert told.ends == (2, 5, 11, 12)
    assert told.logprobs == pytest.approx([-math.log(n + i + 1) for i in range(4)])
    shares = [(1 / (n + i + 1), 1 / 4, 3 / 4 - 1 / (n + i + 1)) for i in range(4)]
    expected = [-sum(p * math.log(p) for p in row) for row in shares]
    assert told.entropies == pytest.approx(expected)


def test_a_server_that_does_not_echo_scores_nothing_and_a_chat_cannot() -> None:
    """Neither is taken for a text without tokens."""
    with serve(faults=Faults(ignores_echo=True)) as server:
        told = scored(server.url, "It is four.")

        async def chats() -> bool:
            opened = await endpoint(server.url, profile="chat").open(cores=1)
            await opened.aclose()
            return scorer_of(opened) is None

        assert asyncio.run(chats())
    assert (told.ends, "tells no log probabilities" in told.error) == ((), True)


def test_tokens_that_do_not_add_up_to_the_text_are_refused() -> None:
    """A character of several tokens that a server shows as none."""
    value: Json = {
        "choices": [
            {
                "logprobs": {
                    "tokens": ["a", "?", "?", "b"],
                    "token_logprobs": [None, -1.0, -1.0, -1.0],
                    "top_logprobs": [None, {}, {}, {}],
                }
            }
        ]
    }
    assert "add up" in scores_of(value, "a\u20ac").error
    with pytest.raises(BadReplyError, match="choices"):
        scores_of({}, "a")
