"""Jobs reach engines, in good company, and outlive the engines they were given to."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence

import pytest

from annotate.policies.embedded.port import Listener
from annotate.policies.embedded.router import DEATHS, WINDOW, Router
from annotate.policies.embedded.wire import Answer, Hello, Job
from schemas import PolicyError
from tests.annotate.policies.embedded_checkpoint import job


class FakePort:
    """An engine that answers when it is told to."""

    def __init__(self) -> None:
        """Hold no job."""
        self.held: list[Job] = []
        self.starts = 0
        self.fault: PolicyError | None = None

    async def start(self, listener: Listener) -> Hello:
        """Count starts."""
        if self.fault is not None:
            raise self.fault
        self.starts += 1
        self.held = []
        self.listener = listener
        return Hello(error="", reproducible=True)

    def send(self, jobs: Sequence[Job]) -> None:
        """Keep the jobs."""
        self.held += jobs

    async def stop(self) -> None:
        """Do nothing."""

    def answer(self, n: int) -> None:
        """Answer the first `n` jobs held."""
        done, self.held = self.held[:n], self.held[n:]
        answers = [
            Answer(number=one.number, prompt_tokens=len(one.text), written=[]) for one in done
        ]
        self.listener.answered(answers)


def _with_ports(
    n: int, scene: Callable[[Router, list[FakePort]], Coroutine[None, None, None]]
) -> None:
    async def play() -> None:
        ports = [FakePort() for _ in range(n)]
        router = Router(ports)
        assert await router.start()
        await asyncio.wait_for(scene(router, ports), 20)

    asyncio.run(play())


async def _settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


def _ask(router: Router, jobs: Sequence[Job], affinity: str = "") -> list[asyncio.Task[Answer]]:
    return [asyncio.ensure_future(router.ask(one, affinity)) for one in jobs]


def test_jobs_of_one_problem_go_to_one_engine_and_problems_spread() -> None:
    """Equal affinity means the same engine; many affinities use all engines."""

    async def scene(router: Router, ports: list[FakePort]) -> None:
        jobs = [job(k, str(k % 20)) for k in range(100)]
        asked = [_ask(router, [one], one.text)[0] for one in jobs]
        await _settle()
        homes = [{one.text for one in port.held} for port in ports]
        assert all(homes)
        assert not homes[0] & homes[1]
        for port in ports:
            port.answer(100)
        assert len(await asyncio.gather(*asked)) == 100

    _with_ports(2, scene)


def test_an_engine_holds_a_window_and_an_idle_one_takes_over_the_rest() -> None:
    """With one problem's jobs only, the second engine still gets what the first cannot hold."""

    async def scene(router: Router, ports: list[FakePort]) -> None:
        asked = _ask(router, [job(k, "p", n=8) for k in range(100)], "one problem")
        await _settle()
        held = sorted(sum(one.n for one in port.held) for port in ports)
        assert held == [WINDOW, WINDOW]
        numbers = []
        while not all(task.done() for task in asked):
            for port in ports:
                numbers += [one.number for one in port.held[:3]]
                port.answer(3)
            await _settle()
        assert sorted(numbers) == list(range(100))
        assert [task.result().number for task in asked] == list(range(100))

    _with_ports(2, scene)


def test_a_lost_engine_is_started_again_and_its_jobs_are_asked_again() -> None:
    """What was answered stays, what was not is sent once more, and nobody notices."""

    async def scene(router: Router, ports: list[FakePort]) -> None:
        asked = _ask(router, [job(k, "p") for k in range(9)])
        await _settle()
        ports[0].answer(4)
        ports[0].listener.lost("killed")
        await _settle()
        assert ports[0].starts == 2
        assert [one.number for one in ports[0].held] == [4, 5, 6, 7, 8]
        ports[0].answer(5)
        assert [answer.number for answer in await asyncio.gather(*asked)] == list(range(9))

    _with_ports(1, scene)


def test_an_engine_that_dies_again_and_again_is_given_up() -> None:
    """Its jobs fail in one line, those not begun go to another, and without one all fail."""

    async def scene(router: Router, ports: list[FakePort]) -> None:
        asked = _ask(router, [job(k, "p", n=8) for k in range(200)], "one problem")
        await _settle()
        victim = ports[0] if ports[0].held[0].number == 0 else ports[1]
        other = ports[1] if victim is ports[0] else ports[0]
        for _ in range(DEATHS):
            victim.listener.lost("killed")
            await _settle()
        while other.held:
            other.answer(50)
            await _settle()
        results = await asyncio.gather(*asked, return_exceptions=True)
        failed = [result for result in results if isinstance(result, PolicyError)]
        assert len(failed) == WINDOW // 8
        assert "died 3 times: killed" in str(failed[0])
        other.fault = PolicyError("no memory.")
        last = _ask(router, [job(999, "p")])
        await _settle()
        other.listener.lost("killed")
        with pytest.raises(PolicyError, match="no memory"):
            await last[0]
        with pytest.raises(PolicyError, match="all engines"):
            await router.ask(job(1000, "p"), "")

    _with_ports(2, scene)


def test_jobs_that_nobody_waits_for_any_more_are_not_begun() -> None:
    """After a cancellation only what an engine already holds is worked on."""

    async def scene(router: Router, ports: list[FakePort]) -> None:
        asked = _ask(router, [job(k, "p", n=8) for k in range(60)])
        await _settle()
        begun = len(ports[0].held)
        for task in asked[:-1]:
            task.cancel()
        await _settle()
        ports[0].answer(begun)
        await _settle()
        assert [one.number for one in ports[0].held] == [59]
        ports[0].answer(1)
        assert (await asked[-1]).number == 59

    _with_ports(1, scene)


def test_whoever_waits_is_told_that_the_policy_was_closed() -> None:
    """Jobs under way fail when it closes, and so do later ones; cancelled ones do not matter."""

    async def scene(router: Router, ports: list[FakePort]) -> None:
        asked = _ask(router, [job(k, "p") for k in range(4)])
        await _settle()
        asked[0].cancel()
        await _settle()
        ports[0].answer(2)
        await router.stop()
        results = await asyncio.gather(*asked, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert isinstance(results[1], Answer)
        assert isinstance(results[3], PolicyError)
        with pytest.raises(PolicyError, match="closed"):
            await router.ask(job(9, "p"), "")

    _with_ports(1, scene)
