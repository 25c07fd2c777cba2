"""Checks of a policy: each planted fault is found, by the check that is named for it."""

import asyncio
import json

import pytest

from annotate.jobs.check_policy import check_policy
from annotate.jobs.policy_check import CheckState, PolicyCheck
from annotate.policies import PolicyFactory
from annotate.policies.endpoint import Endpoint
from annotate.policies.scripted import Scripted
from annotate.prompts import PROFILES
from schemas import Role
from tests.openai_server import Faults, Server, ToyModel, serve

NAMES = ["answers", "thinking", "continues", "max_tokens", "stop", "n", "seed", "judges"]


def checked(factory: PolicyFactory, roles: tuple[Role, ...] = tuple(Role)) -> list[PolicyCheck]:
    """Return what is found of a policy."""

    async def run() -> list[PolicyCheck]:
        policy = await factory.open(cores=1)
        try:
            return list(await check_policy(policy, roles=roles))
        finally:
            await policy.aclose()

    return asyncio.run(run())


def of(server: Server, *, profile: str = "qwen-instruct", seeds: bool = True) -> Endpoint:
    """Return the policy behind a server."""
    return Endpoint(base_url=server.url, profile=profile, max_retries=0, seeds=seeds)


def telling(checks: list[PolicyCheck]) -> list[tuple[str, CheckState]]:
    """Return the checks that are not OK."""
    return [(check.name, check.state) for check in checks if check.state is not CheckState.OK]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_server_that_does_as_it_is_told_passes(profile: str) -> None:
    """In every profile, within few requests, though its model writes nonsense."""
    with serve() as server:
        checks = checked(of(server, profile=profile))

    assert [check.name for check in checks] == NAMES
    assert telling(checks) == []
    assert len(server.log.bodies) < 12


@pytest.mark.parametrize(
    ("fault", "profile", "name"),
    [
        (Faults(restarts=True), "qwen-instruct", "continues"),
        (Faults(restarts=True), "llama-instruct", "continues"),
        (Faults(ignores_max_tokens=True), "qwen-instruct", "max_tokens"),
        (Faults(says_stop=True), "qwen-instruct", "max_tokens"),
        (Faults(ignores_stop=True), "qwen-instruct", "stop"),
        (Faults(ignores_stop=True), "base", "stop"),
        (Faults(copies=True), "qwen-instruct", "n"),
        (Faults(ignores_seed=True), "qwen-instruct", "seed"),
        (Faults(fixed_seed=True), "qwen-instruct", "seed"),
    ],
)
def test_each_fault_fails_its_own_check(fault: Faults, profile: str, name: str) -> None:
    """And no other; it says what to do."""
    with serve(faults=fault) as server:
        checks = checked(of(server, profile=profile))

    assert telling(checks) == [(name, CheckState.FAILED)]
    assert all(check.remedy for check in checks if check.failed)


@pytest.mark.parametrize("fault", [Faults(ignores_n=True), Faults(refuses_n=True)])
def test_samples_given_one_by_one_are_noted(fault: Faults) -> None:
    """It works, and costs more."""
    with serve(faults=fault) as server:
        assert telling(checked(of(server))) == [("n", CheckState.NOTED)]


def test_a_server_without_seeds_is_noted_where_it_promises_none() -> None:
    """The user has said so."""
    with serve(faults=Faults(ignores_seed=True)) as server:
        assert telling(checked(of(server, seeds=False))) == [("seed", CheckState.NOTED)]


def test_counts_that_are_missing_are_no_fault() -> None:
    """They are estimated."""
    with serve(faults=Faults(omits_usage=True)) as server:
        assert telling(checked(of(server))) == []


def test_a_thought_before_each_continuation_is_no_continuation() -> None:
    """A model that thinks anew after each prefix was not gone on from."""
    with serve(faults=Faults(thinks=True)) as server:
        found = telling(checked(of(server)))

    assert found == [("thinking", CheckState.NOTED), ("continues", CheckState.FAILED)]


@pytest.mark.parametrize(
    ("profile", "state"), [("thinking", CheckState.FAILED), ("chat", CheckState.NOTED)]
)
def test_hidden_thought_is_told(profile: str, state: CheckState) -> None:
    """Tokens are paid for and nothing is shown: there is nothing to label."""
    for fault in (Faults(strips_thinking=True), Faults(separates_thinking=True)):
        with serve(faults=fault) as server:
            found = telling(checked(of(server, profile=profile)))

        assert found == [("answers", CheckState.FAILED), ("thinking", state)]


def test_a_refused_request_is_told_with_the_servers_words() -> None:
    """Nothing else is asked then."""
    with serve(faults=Faults(too_long=10)) as server:
        (check,) = checked(of(server))

    assert (check.name, check.state) == ("answers", CheckState.FAILED)
    assert "maximum context length" in check.message
    assert len(server.log.bodies) == 1


def test_a_judge_must_answer_in_form_and_others_are_not_asked() -> None:
    """What a policy is not used for cannot fail."""
    model = ToyModel(judge="I like all of it.")
    with serve(model) as server:
        judge = checked(of(server))
        completer = checked(of(server), roles=(Role.COMPLETER,))

    assert telling(judge) == [("judges", CheckState.FAILED)]
    assert telling(completer) == []
    assert [check.name for check in completer] == NAMES[:-1]


def test_a_short_answer_is_tried_by_a_word_cut_in_two() -> None:
    """A model that says little is asked to go on from half a word."""
    script = {"sev": ["en, eight, nine"], "": ["Nine.", "Four.", "Eleven."]}
    found = {c.name: c for c in checked(Scripted(script=json.dumps(script)))}
    again = {c.name: c for c in checked(Scripted(script=json.dumps({"": ["Nine.", "Two."]})))}

    assert found["continues"].state is CheckState.OK
    assert "'en, eight, nine'" in found["continues"].message
    assert again["continues"].state is CheckState.FAILED
