"""Connection: HTTP to one server, with retries, pauses and errors that say what to do.

One event loop. A crash loses the requests under way and nothing else. The key is sent and never
shown: not in `repr`, not in an error, even where the server's own message repeats it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TypeVar

import httpx
import tenacity

from schemas import Json, PolicyError

T = TypeVar("T")

_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_ABOUT_THE_REQUEST = frozenset({400, 413, 422})
_REFUSED = frozenset({401, 402, 403})
_REMEDIES = {429: "lower the concurrency, as in --policy 'endpoint(concurrency=8)'"}
_OPENING_RETRIES = 2
_HANGS = 2
"""Attempts of a request that is not answered in time: a timeout is long already."""
_LONGEST_PAUSE_S = 120.0
_CONNECT_S = 10.0
_MOST_SHOWN = 300


class RequestRefusedError(Exception):
    """The server refuses this request and would take others: it becomes a row, not an end."""


class _AnswerError(Exception):
    """An attempt that may go better the next time."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str,
        reached: bool = True,
        pause_s: float | None = None,
        most_attempts: int | None = None,
    ) -> None:
        """Say what happened.

        Args:
            message: What the server does.
            remedy: What a user can do where it goes on like this.
            reached: Whether the server took the request at all.
            pause_s: Seconds that the server asks to wait; None leaves it to us.
            most_attempts: Attempts that it is worth; None for as many as are allowed.
        """
        super().__init__(message)
        self.remedy = remedy
        self.reached = reached
        self.pause_s = pause_s
        self.most_attempts = most_attempts


class Connection:
    """HTTP to one server. Not frozen: counts answers, holds sockets."""

    def __init__(
        self,
        *,
        url: str,
        key: str,
        key_env: str,
        concurrency: int,
        timeout_s: float,
        max_retries: int,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            url: Address that paths are added to.
            key: Key, or empty for none.
            key_env: Where the key comes from, for messages.
            concurrency: Requests under way at once, >= 1.
            timeout_s: Seconds for one attempt.
            max_retries: Attempts after the first, >= 0.
        """
        self._url = url
        self._key = key
        self._key_env = key_env
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._slots = asyncio.Semaphore(concurrency)
        self._answered = 0
        # One client per request under way: a shared pool looks at all of its sockets for each
        # request, which at 64 of them was half of all time spent here.
        self._idle: list[httpx.AsyncClient] = []
        self._closed = False
        # Read once: the certificates of a client of its own take 0.1 s.
        self._verify = httpx.create_ssl_context() if url.startswith("https:") else False

    async def aclose(self) -> None:
        """Close the sockets."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(client.aclose() for client in idle))

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend a client; the one used last goes first, so that few sockets stay open."""
        client = self._idle.pop() if self._idle else self._new_client()
        try:
            yield client
        finally:
            if self._closed:
                await client.aclose()
            else:
                self._idle.append(client)

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._verify,
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {self._key}"} if self._key else {}),
            timeout=httpx.Timeout(None, connect=min(_CONNECT_S, self._timeout_s)),
        )

    async def ask(self, path: str, body: Mapping[str, Json], read: Callable[[Json], T]) -> T:
        """Send a request and return what `read` makes of the answer's JSON.

        Args:
            path: Where to, after the server's address.
            body: JSON that is sent.
            read: Raises ValueError where the JSON is not what was asked for.

        Raises:
            RequestRefusedError: If this request cannot be answered while others can.
            PolicyError: If the server cannot be reached, refuses the key, or fails again and again.
        """
        before = self._answered
        async with self._slots:
            try:
                answer: T = await self._retrying(self._max_retries)(self._post, path, body, read)
            except _AnswerError as error:
                # A request that fails while the server answers others is that request's own
                # affair; where none gets through it is the server's.
                if error.reached and (self._answered > before or await self.answers(path, body)):
                    raise RequestRefusedError(str(error)) from error
                raise self._given_up(error) from error
        self._answered += 1
        return answer

    async def models(self) -> Json:
        """Return what the server says of its models; None where it says nothing.

        Raises:
            PolicyError: If it cannot be reached or refuses the key.
        """
        try:
            reply: httpx.Response = await self._retrying(min(self._max_retries, _OPENING_RETRIES))(
                self._send, "GET", "/models", None
            )
        except _AnswerError as error:
            raise self._given_up(error) from error
        try:
            value: Json = json.loads(reply.content) if reply.is_success else None
        except ValueError:  # a web page, as of a proxy: what follows will tell
            value = None
        return value

    async def answers(self, path: str, body: Mapping[str, Json]) -> bool:
        """Return whether the server answers the smallest of requests.

        Args:
            path: Where to.
            body: A request for the same model on that path; nothing else of it is sent.
        """
        shown: dict[str, Json] = (
            {"messages": [{"role": "user", "content": "Hi"}]}
            if "messages" in body
            else {"prompt": "Hi"}
        )
        try:
            await self._post(path, {"model": body["model"], "max_tokens": 1, **shown}, _as_it_is)
        except (_AnswerError, RequestRefusedError, PolicyError):
            return False
        return True

    def _retrying(self, retries: int) -> tenacity.AsyncRetrying:
        return tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(_AnswerError),
            stop=partial(_is_enough, attempts=1 + retries),
            wait=_pause,
            reraise=True,
        )

    async def _post(self, path: str, body: Mapping[str, Json], read: Callable[[Json], T]) -> T:
        # Encoded here: the client's own encoder would write NaN, which is no JSON.
        reply = await self._send("POST", path, json.dumps(body, allow_nan=False).encode())
        if reply.status_code in _ABOUT_THE_REQUEST:
            raise RequestRefusedError(self._said(reply))
        if not reply.is_success:
            raise PolicyError(
                f"the server at {self._url} does not take requests on {path} "
                f"({self._said(reply)}): check that --base-url ends before /chat/completions, and "
                "the name of --model."
            )
        try:
            return read(json.loads(reply.content))
        except ValueError as error:
            raise _AnswerError(
                f"answers {path} in a form that is not OpenAI's: {self._shown(str(error))}",
                remedy="check --base-url",
            ) from error

    async def _send(self, method: str, path: str, content: bytes | None) -> httpx.Response:
        """Return an answer to which trying again would change nothing."""
        try:
            async with self._client() as client, asyncio.timeout(self._timeout_s):
                reply = await client.request(method, f"{self._url}{path}", content=content)
        except TimeoutError as error:
            raise _AnswerError(
                f"gives no answer within {self._timeout_s:g} s",
                remedy="see whether it hangs, or allow it more time by endpoint(timeout_s=...)",
                most_attempts=_HANGS,
            ) from error
        except httpx.HTTPError as error:
            words = self._shown(str(error)) or type(error).__name__
            raise _AnswerError(
                f"cannot be reached: {words}",
                remedy="check that it runs and that --base-url is right",
                reached=False,
            ) from error
        if reply.status_code in _REFUSED:
            known = "refuses the key in" if self._key else "wants a key: put it into"
            raise PolicyError(
                f"the server at {self._url} {known} the environment variable {self._key_env!r} "
                f"({self._said(reply)})."
            )
        if reply.status_code in _TRANSIENT:
            raise _AnswerError(
                f"answers {self._said(reply)}",
                remedy=_REMEDIES.get(reply.status_code, "look into its log"),
                reached=reply.status_code not in _REMEDIES,
                pause_s=_asked_pause(reply),
            )
        return reply

    def _given_up(self, error: _AnswerError) -> PolicyError:
        return PolicyError(
            f"the server at {self._url} {error}: {error.remedy}. What was written is kept."
        )

    def _said(self, reply: httpx.Response) -> str:
        return f"status {reply.status_code}: {self._shown(_message(reply))}"

    def _shown(self, text: str) -> str:
        """Return what a server said as one short line without the key."""
        line = " ".join(text.split())
        return (line.replace(self._key, "***") if self._key else line)[:_MOST_SHOWN]


def _as_it_is(value: Json) -> Json:
    return value


def _is_enough(state: tenacity.RetryCallState, attempts: int) -> bool:
    """Return whether no further attempt is made."""
    error = state.outcome.exception() if state.outcome else None
    worth = error.most_attempts if isinstance(error, _AnswerError) else None
    return state.attempt_number >= min(attempts, worth or attempts)


def _pause(state: tenacity.RetryCallState) -> float:
    """Return the seconds until the next attempt: the server's own wish, or growing ones."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _AnswerError) and error.pause_s is not None:
        return min(error.pause_s, _LONGEST_PAUSE_S)
    return tenacity.wait_random_exponential(multiplier=0.5, max=30)(state)


def _asked_pause(reply: httpx.Response) -> float | None:
    """Return the seconds of a `Retry-After` header, in either of its forms; None without one."""
    wish = reply.headers.get("retry-after", "")
    try:
        return max(0.0, float(wish))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(wish)
    except ValueError:
        return None
    # HTTP's dates are in UTC, whether they say so or not.
    return max(0.0, (until.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds())


def _message(reply: httpx.Response) -> str:
    """Return the message of an error, in any of the forms that servers use."""
    try:
        value = json.loads(reply.content)
    except ValueError:
        return reply.text
    error = value.get("error", value) if isinstance(value, dict) else value
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error
    return error if isinstance(error, str) else json.dumps(error)
