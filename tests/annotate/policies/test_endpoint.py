"""Policy `endpoint` against a real server on this machine, with planted faults."""

import asyncio
import logging
import math
import pickle
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.policies import Completion, Request, ScoreRequest, TokenScores, scorer_of
from annotate.policies.endpoint import Endpoint
from annotate.policies.endpoint.replies import BadReplyError, completions_of
from annotate.policies.endpoint.scores import scores_of
from annotate.policies.scripted import Scripted
from annotate.prompts import Profile, Sampling, get_profile, render
from annotate.prompts.profiles import parse_profile
from schemas import ConfigError, Json, PolicyError, PolicyRow, Seeding, text_problem
from tests.openai_server import KEY, Faults, from_policy, serve

PROBLEM = text_problem("How many pens does Tom have?")
WARM = Sampling(temperature=1.0, max_tokens=12)
CHAT = get_profile("chat")
BASE = get_profile("base")


def request(
    prefix: str = "", *, n: int = 1, seed: int = 7, profile: Profile = CHAT, question: str = ""
) -> Request:
    """Return a request of a few words."""
    problem = text_problem(question) if question else PROBLEM
    return Request(prompt=render(problem, prefix, profile), sampling=WARM, seed=seed, n=n)


def endpoint(url: str, **settings: object) -> Endpoint:
    """Return a policy that gives up soon."""
    return replace(
        Endpoint(base_url=url, model="toy", max_retries=2, timeout_s=5.0),
        **settings,  # type: ignore[arg-type]  # as the caller writes them
    )


def asked(policy: Endpoint, *requests: Request) -> list[Sequence[Completion]]:
    """Return the completions of requests that are under way at once."""

    async def run() -> list[Sequence[Completion]]:
        opened = await policy.open(cores=1)
        try:
            return list(await asyncio.gather(*map(opened.complete, requests)))
        finally:
            await opened.aclose()

    return asyncio.run(run())


def row_of(policy: Endpoint) -> PolicyRow:
    """Return the row of the policy, once open."""

    async def run() -> PolicyRow:
        opened = await policy.open(cores=1)
        await opened.aclose()
        return opened.row

    return asyncio.run(run())


def texts(completions: Sequence[Completion]) -> list[str]:
    """Return what was written."""
    return [completion.text for completion in completions]


def test_it_travels_to_other_processes_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen dataclass of primitives that knows only where the key is."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    policy = Endpoint(base_url="http://localhost:1")
    packed = pickle.dumps(policy)

    assert pickle.loads(packed) == policy  # noqa: S301  # written two lines above
    assert KEY.encode() not in packed
    assert KEY not in repr(policy)


@pytest.mark.parametrize("profile", [CHAT, BASE])
def test_samples_are_those_of_consecutive_seeds(profile: Profile) -> None:
    """One request for n samples gives what n requests give, in order, though the server shuffles.

    Counts come from the server.
    """
    with serve() as server:
        policy = endpoint(server.url, profile=profile.name)
        together, *apart = asked(
            policy,
            request("So", n=4, profile=profile),
            *(request("So", seed=7 + i, profile=profile) for i in range(4)),
        )

    assert texts(together) == [text for one in apart for text in texts(one)]
    assert len(set(texts(together))) == 4
    assert sum(c.tokens for c in together) == sum(c.tokens for one in apart for c in one)
    assert together[0].prompt_tokens == apart[0][0].prompt_tokens > 0


def test_a_chat_is_continued_and_a_raw_prompt_is_sent_as_it_is() -> None:
    """The last turn is marked as one to go on from; a fresh one and a raw text are not."""
    with serve() as server:
        asked(endpoint(server.url), request("Tom has "))
        asked(endpoint(server.url), request(""))
        asked(endpoint(server.url), request("Tom has ", profile=BASE))
    goes_on, fresh, raw = server.log.bodies

    assert goes_on["messages"][-1] == {"role": "assistant", "content": "Tom has "}
    assert goes_on["continue_final_message"] is True
    assert goes_on["add_generation_prompt"] is False
    assert "continue_final_message" not in fresh
    assert fresh["messages"][-1]["role"] == "user"
    assert raw["prompt"] == request("Tom has ", profile=BASE).prompt.text
    assert raw["stop"] == list(BASE.stop)
    assert "continue_final_message" not in raw


def test_extra_fields_are_sent_along(tmp_path: object) -> None:
    """Those of the profile, and no field at its default that a strict server might refuse."""
    path = f"{tmp_path}/mine.toml"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123  # a path as a user gives it
        file.write("raw = false\n[extra_body]\nmin_p = 0.1\n[continue_body]\nprefix = true\n")
    with serve() as server:
        asked(endpoint(server.url, profile=path), request("x", profile=get_profile(path)))
    (body,) = server.log.bodies

    assert (body["min_p"], body["prefix"]) == (0.1, True)
    assert not {"n", "top_k", "stop", "continue_final_message"} & set(body)


@pytest.mark.parametrize("fault", [Faults(ignores_n=True), Faults(refuses_n=True)])
def test_samples_that_are_missing_are_asked_for_again(fault: Faults) -> None:
    """With the seeds that they have in one request; from then on one by one from the start."""
    with serve() as server:
        (whole,) = asked(endpoint(server.url), request(n=5))
    with serve(faults=fault) as server:
        first, second = asked(endpoint(server.url), request(n=5), request(n=5, seed=90))
        n_asked = len(server.log.bodies)

    assert texts(first) == texts(whole)
    assert len(set(texts(second))) == 5
    assert n_asked <= 10 + 2


def test_greedy_samples_are_asked_for_one_by_one() -> None:
    """VLLM refuses several of them in one request."""
    greedy = replace(request(n=3), sampling=Sampling(temperature=0.0, max_tokens=4))
    with serve(faults=Faults(refuses_n=True)) as server:
        (samples,) = asked(endpoint(server.url), greedy)

    assert len(set(texts(samples))) == 1
    assert len(server.log.bodies) == 3


def test_no_more_requests_than_allowed_are_under_way() -> None:
    """And as many as allowed."""
    with serve(faults=Faults(hangs_s=0.05)) as server:
        asked(endpoint(server.url, concurrency=4), *(request(seed=i) for i in range(24)))

    assert server.log.most_at_once == 4


@pytest.mark.parametrize(
    "fault",
    [
        Faults(statuses=(429, 429), retry_after="0"),
        Faults(statuses=(429, 429), retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        Faults(statuses=(429, 429), retry_after="Wed, 21 Oct 2015 07:28:00 -0000"),
        Faults(statuses=(429, 429), retry_after="soon"),
        Faults(statuses=(500, 503)),
        Faults(garbage=2),
    ],
)
def test_passing_faults_are_waited_out(fault: Faults) -> None:
    """The answer is that of an undisturbed server."""
    with serve() as server:
        (undisturbed,) = asked(endpoint(server.url), request())
    with serve(faults=fault) as server:
        (disturbed,) = asked(endpoint(server.url), request())

    assert disturbed == undisturbed
    assert len(server.log.bodies) == 3


def test_a_server_that_hangs_is_asked_twice() -> None:
    """A timeout is long already: it is not waited out as often as a refusal."""
    with serve(faults=Faults(hangs_s=0.5)) as server, pytest.raises(PolicyError, match="within"):
        asked(endpoint(server.url, timeout_s=0.1, max_retries=9), request())

    attempts = [body for body in server.log.bodies if body["max_tokens"] > 1]
    assert len(attempts) == 2


def test_a_policy_can_be_served() -> None:
    """The server of these tests shows any other policy as an endpoint."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    script = asyncio.run(Scripted(script='{"": ["a", "b", "c"]}').open(cores=1))
    try:
        with serve(from_policy(script, loop)) as server:
            (served,) = asked(endpoint(server.url), request(n=3))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    assert sorted(texts(served)) == ["a", "b", "c"]


def test_the_pause_that_the_server_asks_for_is_kept() -> None:
    """`Retry-After`, in seconds."""

    async def run(url: str) -> float:
        opened = await endpoint(url).open(cores=1)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await opened.complete(request())
        await opened.aclose()
        return loop.time() - started

    with serve(faults=Faults(statuses=(429,), retry_after="1")) as server:
        assert asyncio.run(run(server.url)) >= 1.0


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Faults(statuses=(429,) * 9, retry_after="0"), "concurrency"),
        (Faults(statuses=(500,) * 9), "log"),
        (Faults(garbage=9), "not OpenAI's"),
        (Faults(hangs_s=1.0), "within 0.2 s"),
        (Faults(statuses=(404,)), "--base-url"),
    ],
)
def test_a_server_that_never_answers_ends_the_run_with_what_to_do(fault: Faults, told: str) -> None:
    """In one line, after the attempts allowed."""
    with (
        serve(faults=fault) as server,
        pytest.raises(PolicyError, match=told) as error,
    ):
        asked(endpoint(server.url, timeout_s=0.2, max_retries=1), request())

    assert "\n" not in str(error.value)


def test_a_request_that_is_too_long_is_a_row_and_not_an_end() -> None:
    """Each of its completions says why, and the others are made."""
    with serve(faults=Faults(too_long=2_000)) as server:
        long, short = asked(
            endpoint(server.url), request("long " * 500, n=3), request("short", n=3)
        )

    assert [c.finish_reason for c in long] == [
        "error: status 400: maximum context length exceeded"
    ] * 3
    assert [(c.text, c.tokens) for c in long] == [("", 0)] * 3
    assert [c.finish_reason for c in short] == ["length"] * 3


@pytest.mark.parametrize("n_others", [0, 3])
def test_a_request_that_breaks_the_server_is_a_row(n_others: int) -> None:
    """One prompt that always gives a 500 does not end the run, were it the only one left."""
    with serve(faults=Faults(poison="elephant")) as server:
        poisoned, *others = asked(
            endpoint(server.url, max_retries=1),
            request(question="How many elephants?"),
            *(request(seed=i) for i in range(n_others)),
        )

    assert [c.finish_reason for c in poisoned] == ["error: answers status 500: poisoned"]
    assert [c.finish_reason for one in others for c in one] == ["length"] * n_others


def test_a_key_is_sent_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the error, though the server repeats it, and not in a log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MY_KEY", KEY)
    with serve(faults=Faults(key=KEY)) as server:
        (made,) = asked(endpoint(server.url, api_key_env="MY_KEY"), request())
    with serve(faults=Faults(key="another")) as server:
        with pytest.raises(PolicyError, match=r"refuses the key.*'MY_KEY'") as refused:
            asked(endpoint(server.url, api_key_env="MY_KEY"), request())
        with pytest.raises(PolicyError, match=r"wants a key.*'NO_KEY'"):
            asked(endpoint(server.url, api_key_env="NO_KEY"), request())

    assert made[0].text
    assert "***" in str(refused.value)
    assert KEY not in str(refused.value) + repr(refused.value) + caplog.text


def test_a_key_in_the_address_is_refused_and_not_shown() -> None:
    """It would be stored with the run's settings."""
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as error:
        Endpoint(base_url=f"http://user:{KEY}@localhost/v1")

    assert KEY not in str(error.value)


def test_a_broken_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no header can hold."""
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\nü")
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as error:
        row_of(endpoint("http://localhost:1"))

    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://x/v1", "", "http://", "http://[::1", "http://x:99999"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    """With one that is."""
    with pytest.raises(ConfigError, match="http://localhost:8000/v1"):
        Endpoint(base_url=address)


def test_a_server_that_is_not_there_is_told() -> None:
    """After the attempts that opening makes, in one line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(PolicyError, match=r"cannot be reached.*--base-url"):
        row_of(endpoint(url, max_retries=1))


def test_a_model_that_is_not_served_is_told_with_the_nearest() -> None:
    """Before anything is asked; without a name the only one is taken."""
    with serve(model="Qwen/Qwen3-8B", faults=Faults(revision="abc")) as server:
        with pytest.raises(PolicyError, match="did you mean 'Qwen/Qwen3-8B'"):
            row_of(endpoint(server.url, model="Qwen/Qwen3-8b"))
        row = row_of(endpoint(server.url.removesuffix("/v1"), model=""))

    assert (row.model, row.fingerprint, row.kind) == ("Qwen/Qwen3-8B", "abc", "endpoint")
    assert (row.seeding, row.reproducible) == (Seeding.PER_REQUEST, False)


@pytest.mark.parametrize("profile", ["chat", "base"])
def test_a_model_that_answers_is_there_whatever_the_list_says(profile: str) -> None:
    """Some gateways name a part of what they serve."""
    with serve(faults=Faults(hides_model=True)) as server:
        assert row_of(endpoint(server.url, profile=profile)).model == "toy"


def test_another_profile_is_another_policy_and_another_address_is_not() -> None:
    """What may write otherwise has another id; where it runs does not matter."""
    with serve() as one, serve() as two:
        here = row_of(endpoint(one.url))

        assert row_of(endpoint(two.url, concurrency=3)).policy_id == here.policy_id
        assert row_of(endpoint(two.url, profile="base")).policy_id != here.policy_id
        assert row_of(endpoint(two.url, seeds=False)).seeding is Seeding.NONE


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
