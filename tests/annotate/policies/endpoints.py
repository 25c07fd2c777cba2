"""Endpoints on a server of this machine, and what is asked of them. No test in itself."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from annotate.policies import Completion, Request
from annotate.policies.endpoint import Endpoint
from annotate.prompts import Profile, Sampling, get_profile, render
from schemas import PolicyRow, text_problem

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
