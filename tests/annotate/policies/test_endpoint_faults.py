"""Policy `endpoint` where the server refuses, hangs, talks nonsense or is not there."""

import asyncio
import socket

import pytest

from schemas import PolicyError
from tests.annotate.policies.endpoints import asked, endpoint, request, row_of
from tests.openai_server import Faults, serve


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


def test_a_server_that_is_not_there_is_told() -> None:
    """After the attempts that opening makes, in one line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(PolicyError, match=r"cannot be reached.*--base-url"):
        row_of(endpoint(url, max_retries=1))
