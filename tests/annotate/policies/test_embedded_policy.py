"""The embedded policy as its users meet it: in a thread, in processes, and when they die."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from annotate.policies import POLICIES, Completion, Policy, PolicyFactory, Request
from annotate.policies.embedded import EMBEDDED_PROFILE, EmbeddedFactory
from annotate.policies.embedded.policy import PIECE
from annotate.prompts import ChatTurn, Prompt, Sampling
from schemas import InvalidArgumentError, PolicyError, Seeding
from tests.annotate.policies.embedded_checkpoint import write_checkpoint


@pytest.fixture
def weights(tmp_path: Path) -> str:
    """Return a folder with a small random checkpoint."""
    return str(write_checkpoint(tmp_path / "weights"))


def _request(number: int, n: int = 4, tokens: int = 20) -> Request:
    return Request(
        prompt=Prompt(text=f"Problem {number % 5}\n", stop=("\n\n",)),
        sampling=Sampling(max_tokens=tokens),
        seed=2**64 - 3 + 10 * number,
        n=n,
        affinity=str(number % 5),
    )


async def _ask(policy: Policy, numbers: Sequence[int]) -> list[Sequence[Completion]]:
    return await asyncio.gather(*(policy.complete(_request(k)) for k in numbers))


async def _open_and_ask(
    factory: PolicyFactory, numbers: Sequence[int], *, cores: int = 1
) -> list[Sequence[Completion]]:
    policy = await factory.open(cores=cores)
    try:
        return await _ask(policy, numbers)
    finally:
        await policy.aclose()


def _ps(*options: str) -> list[str]:
    listed = subprocess.run(  # noqa: S603  # our own arguments
        ["ps", *options],  # noqa: S607  # a standard tool
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.splitlines()


def _children(parent: int) -> set[int]:
    lines = _ps("-o", "pid=,args=", "--ppid", str(parent))
    return {int(line.split()[0]) for line in lines if "embedded" in line}


def _is_running(pid: int) -> bool:
    return any(not state.startswith("Z") for state in _ps("-o", "stat=", "-p", str(pid)))


def test_a_thread_and_two_processes_write_the_same(weights: str) -> None:
    """Where engines run, and how many, changes no completion; nothing is left behind."""
    factory = EmbeddedFactory(weights=weights)
    assert pickle.loads(pickle.dumps(factory)) == factory  # noqa: S301  # our own bytes

    in_thread = asyncio.run(_open_and_ask(factory, range(40)))
    in_processes = asyncio.run(_open_and_ask(EmbeddedFactory(weights=weights), range(40), cores=2))

    assert in_thread == in_processes
    assert all(len(completions) == 4 for completions in in_thread)
    assert len({one.text for completions in in_thread for one in completions}) > 100
    assert not _children(os.getpid())
    assert not [thread for thread in threading.enumerate() if "engine" in thread.name]


def test_the_row_says_what_the_policy_is_and_changes_with_its_weights(weights: str) -> None:
    """Kind, seeding, reproducibility and a fingerprint of shape, weights and tokenizer."""

    async def rows() -> tuple[Policy, Policy]:
        return await EmbeddedFactory(weights=weights).open(cores=1), await EmbeddedFactory().open(
            cores=1
        )

    other, shipped = asyncio.run(rows())

    assert isinstance(shipped, Policy)
    assert POLICIES.get("embedded") is EmbeddedFactory
    assert shipped.row.kind == "embedded"
    assert shipped.row.seeding is Seeding.PER_ROLLOUT
    assert shipped.row.reproducible
    assert shipped.profile == EMBEDDED_PROFILE
    assert shipped.row.policy_id != other.row.policy_id


def test_a_large_request_is_shared_out_and_comes_back_in_order(weights: str) -> None:
    """The i-th of many is the first of the request with its seed."""

    async def ask() -> tuple[Sequence[Completion], Sequence[Completion]]:
        policy = await EmbeddedFactory(weights=weights).open(cores=1)
        many = await policy.complete(_request(1, n=2 * PIECE + 7))
        at = PIECE + 3
        one = Request(
            prompt=_request(1).prompt, sampling=Sampling(max_tokens=20), seed=2**64 + 7 + at, n=1
        )
        single = await policy.complete(one)
        await policy.aclose()
        return many[at : at + 1], single

    of_many, alone = asyncio.run(ask())

    assert of_many == alone


def test_a_chat_and_a_negative_number_of_processes_are_refused(weights: str) -> None:
    """Both are the user's to mend: one line each."""

    async def ask() -> None:
        policy = await EmbeddedFactory(weights=weights).open(cores=1)
        chat = Prompt(turns=(ChatTurn(role="user", text="2 + 2?"),))
        try:
            await policy.complete(Request(prompt=chat, sampling=Sampling(), seed=0, n=1))
        finally:
            await policy.aclose()

    with pytest.raises(PolicyError, match="was given a chat"):
        asyncio.run(ask())
    with pytest.raises(InvalidArgumentError, match="processes=-1"):
        asyncio.run(EmbeddedFactory(processes=-1).open(cores=1))


@pytest.mark.parametrize(
    ("n", "sampling", "words"),
    [
        (0, Sampling(), "n=0"),
        (1, Sampling(max_tokens=0), "max_tokens=0"),
        (1, Sampling(temperature=float("nan")), "temperature=nan"),
        (1, Sampling(top_p=0.0), "top_p=0.0"),
        (1, Sampling(top_k=-1), "top_k=-1"),
    ],
)
def test_numbers_outside_their_range_are_refused(
    weights: str, n: int, sampling: Sampling, words: str
) -> None:
    """They would otherwise hang an engine or draw nonsense."""

    async def ask() -> None:
        policy = await EmbeddedFactory(weights=weights).open(cores=1)
        try:
            await policy.complete(Request(prompt=Prompt(text="a"), sampling=sampling, seed=0, n=n))
        finally:
            await policy.aclose()

    with pytest.raises(InvalidArgumentError, match=words):
        asyncio.run(ask())


@pytest.mark.parametrize("processes", [0, 1])
def test_a_checkpoint_that_is_damaged_or_missing_is_named(tmp_path: Path, processes: int) -> None:
    """Opening fails in one line, whoever loads it."""
    folder = write_checkpoint(tmp_path / "weights")
    factory = EmbeddedFactory(processes=processes, weights=str(folder))
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(PolicyError, match=r"model\.safetensors"):
        asyncio.run(factory.open(cores=1))
    (folder / "tokenizer.json").unlink()
    with pytest.raises(PolicyError, match=r"tokenizer\.json cannot be read"):
        asyncio.run(factory.open(cores=1))


def test_a_killed_engine_is_replaced_and_no_completion_is_lost_or_changed(weights: str) -> None:
    """Kill -9 in the middle of the work: the answers are those of an undisturbed run."""
    factory = EmbeddedFactory(processes=1, weights=weights)

    async def disturbed() -> list[Sequence[Completion]]:
        policy = await factory.open(cores=1)
        asked = asyncio.ensure_future(_ask(policy, range(150)))
        await asyncio.sleep(0.05)
        before = _children(os.getpid())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        answers = await asked
        assert before
        assert not before & _children(os.getpid())
        await policy.aclose()
        return answers

    assert asyncio.run(disturbed()) == asyncio.run(
        _open_and_ask(EmbeddedFactory(weights=weights), range(150))
    )
    assert not _children(os.getpid())


def test_text_that_cannot_be_encoded_is_answered_with_an_error(weights: str) -> None:
    """Half a surrogate pair, as in broken JSON, hangs nothing; empty stop strings are none."""

    async def ask() -> list[Sequence[Completion]]:
        policy = await EmbeddedFactory(weights=weights).open(cores=1)
        sampling = Sampling(max_tokens=5, temperature=0.0)
        prompts = [Prompt(text="a \ud800"), Prompt(text="a"), Prompt(text="a", stop=("",))]
        try:
            return [
                await policy.complete(Request(prompt=prompt, sampling=sampling, seed=0, n=2))
                for prompt in prompts
            ]
        finally:
            await policy.aclose()

    broken, plain, stopped = asyncio.run(ask())

    assert [one.finish_reason.split(":")[0] for one in broken] == ["error", "error"]
    assert plain == stopped


PARENT = """
import asyncio, sys
from annotate.policies.embedded import EmbeddedFactory
async def main():
    await EmbeddedFactory(processes=1, weights=sys.argv[1]).open(cores=1)
    print("open", flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


def test_engines_end_when_their_parent_is_killed(weights: str) -> None:
    """Kill -9 of the parent, which can tell nobody, leaves no engine behind."""
    with subprocess.Popen(  # noqa: S603  # our own interpreter and script
        [sys.executable, "-c", PARENT, weights], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "open\n"
        engines = _children(parent.pid)
        parent.kill()

    deadline = time.monotonic() + 20
    while any(map(_is_running, engines)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(engines) == 1
    assert not any(map(_is_running, engines))
