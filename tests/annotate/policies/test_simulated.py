"""The policy `simulated`: seeds, prompts, delay, identity."""

import asyncio
import time

import pytest

from annotate.policies import POLICIES, Completion, PolicyFactory, Request
from annotate.policies.simulated import PROFILE, Simulated
from annotate.prompts import Prompt
from annotate.worlds.simulated import DELIMITER, SimulatedWorld
from schemas import InvalidArgumentError, PolicyError
from verifiers import build, parse_spec

QUESTION = SimulatedWorld().problems(1)[0].question


def complete(policy: Simulated, text: str, *, seed: int, n: int) -> list[Completion]:
    """Return what the policy writes after a raw prompt."""

    async def run() -> list[Completion]:
        opened = await policy.open(cores=1)
        request = Request(prompt=Prompt(text=text), sampling=PROFILE.sampling, seed=seed, n=n)
        try:
            return list(await opened.complete(request))
        finally:
            await opened.aclose()

    return asyncio.run(run())


def test_each_completion_has_its_own_seed() -> None:
    """Four at once are the same as four one by one, and as the world's own."""
    prompt = QUESTION + DELIMITER
    together = complete(Simulated(), prompt, seed=2**61, n=4)
    alone = [complete(Simulated(), prompt, seed=2**61 + i, n=1)[0] for i in range(4)]

    assert together == alone
    assert [c.text for c in together] == [
        SimulatedWorld().complete(QUESTION, "", 2**61 + i) for i in range(4)
    ]
    assert all(c.finish_reason == "stop" and c.tokens > 0 for c in together)


def test_a_prefix_is_continued() -> None:
    """The completion begins with the next step."""
    first = complete(Simulated(), QUESTION + DELIMITER, seed=1, n=1)[0].text
    prefix = first.split("Step 3")[0]
    (completion,) = complete(Simulated(), QUESTION + DELIMITER + prefix, seed=1, n=1)

    assert completion.text.startswith("Step 3:")


def test_a_foreign_prompt_is_a_policy_error() -> None:
    """It is the request that cannot be answered."""
    with pytest.raises(PolicyError, match="continues its own problems"):
        complete(Simulated(), "What is 2 + 2?\n\n", seed=0, n=1)


def test_a_call_takes_its_delay_and_calls_wait_side_by_side() -> None:
    """Twenty calls of 50 ms take far less than a second."""

    async def run() -> float:
        opened = await Simulated(delay_s=0.05).open(cores=1)
        request = Request(
            prompt=Prompt(text=QUESTION + DELIMITER), sampling=PROFILE.sampling, seed=0, n=1
        )
        begun = time.perf_counter()
        await asyncio.gather(*(opened.complete(request) for _ in range(20)))
        return time.perf_counter() - begun

    assert 0.05 <= asyncio.run(run()) < 0.9


def test_its_id_tells_worlds_apart_and_not_delays() -> None:
    """What changes no text is no part of the identity."""

    async def policy_id(policy: Simulated) -> str:
        return (await policy.open(cores=1)).row.policy_id

    ids = [
        asyncio.run(policy_id(policy))
        for policy in (
            Simulated(),
            Simulated(delay_s=0.5),
            Simulated(seed=1),
            Simulated(recovery=0.5),
        )
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_it_is_found_by_name_and_refuses_a_negative_delay() -> None:
    """As any policy, with its arguments as text."""
    policy = build(POLICIES, parse_spec("simulated(seed=3, delay_s=-1.0)"))

    assert isinstance(policy, PolicyFactory)
    with pytest.raises(InvalidArgumentError, match=r"delay_s=-1\.0"):
        asyncio.run(policy.open(cores=1))
