"""Policy `endpoint` against a real server on this machine: what is sent, and what comes back."""

import asyncio
import threading
from dataclasses import replace

import pytest

from annotate.policies.scripted import Scripted
from annotate.prompts import Profile, Sampling, get_profile
from schemas import PolicyError, Seeding
from tests.annotate.policies.endpoints import BASE, CHAT, asked, endpoint, request, row_of, texts
from tests.openai_server import Faults, from_policy, serve


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
