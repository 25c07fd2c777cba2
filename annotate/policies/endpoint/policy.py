"""Policy `endpoint`, open: requests of many samples over one connection.

One event loop. A server that gives fewer samples than it is asked for is asked again for the
rest, and from then on for no more at once than it gave.
"""

import asyncio
import re
from collections.abc import Sequence

from annotate.policies.base import Completion, Request, ScoreRequest, TokenScores
from annotate.policies.endpoint.bodies import CHAT, COMPLETIONS, body_of, path_of
from annotate.policies.endpoint.connection import Connection, RequestRefusedError
from annotate.policies.endpoint.replies import ERROR, completions_of
from annotate.policies.endpoint.scores import score_body, scores_of
from annotate.policies.identity import policy_row
from annotate.prompts import Profile
from schemas import Json, PolicyError, PolicyRow, Seeding, nearest

_NOT_SEVERAL = re.compile(r"\bn\b|best_of|several|multiple", re.IGNORECASE)


class OpenEndpoint:
    """An open connection to one model. Not frozen: learns how many samples the server gives."""

    def __init__(
        self, connection: Connection, row: PolicyRow, profile: Profile, *, model: str, seeds: bool
    ) -> None:
        """Speak over `connection`, which it closes."""
        self._connection = connection
        self._row = row
        self._profile = profile
        self._model = model
        self._seeds = seeds
        self._most: int | None = None

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        return self._row

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""
        return self._profile

    @property
    def most_samples(self) -> int | None:
        """Samples that one request gave at most, where that was fewer than asked; else None."""
        return self._most

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return `request.n` completions, in order.

        Raises:
            PolicyError: If the server cannot answer.
        """
        most = self._at_once(request)
        made = list(await self._some(request, 0, min(most, request.n)))
        most = min(most, len(made))
        rest = await asyncio.gather(
            *(
                self._all_of(request, first, min(most, request.n - first))
                for first in range(len(made), request.n, most)
            )
        )
        return [*made, *(completion for part in rest for completion in part)]

    @property
    def scores(self) -> bool:
        """Whether it can score text: raw prompts alone, for a chat is never echoed."""
        return self._profile.raw

    async def score(self, request: ScoreRequest) -> TokenScores:
        """Return the scores of a text, by `echo` of the completions API; see `scores.py`.

        Raises:
            PolicyError: If the server cannot answer, or the prompt is a chat.
        """
        if request.prompt.text is None:
            raise PolicyError("chats cannot be scored: use a profile of raw text, as 'base'.")
        body = score_body(request.prompt.text, request.text, model=self._model)
        try:
            return await self._connection.ask(
                COMPLETIONS, body, lambda value: scores_of(value, request.text)
            )
        except RequestRefusedError as refused:
            return TokenScores(error=f"{ERROR}{refused}")

    async def aclose(self) -> None:
        """Close the connection."""
        await self._connection.aclose()

    def _at_once(self, request: Request) -> int:
        # vLLM refuses several greedy samples.
        return 1 if request.sampling.temperature == 0 else self._most or request.n

    async def _all_of(self, request: Request, first: int, n: int) -> Sequence[Completion]:
        """Return exactly `n` completions from number `first` on."""
        made: list[Completion] = []
        while len(made) < n:
            made += await self._some(request, first + len(made), n - len(made))
        return made

    async def _some(self, request: Request, first: int, n: int) -> Sequence[Completion]:
        """Return between one and `n` completions from number `first` on."""
        try:
            made = await self._once(request, first, n)
        except RequestRefusedError as refused:
            if n > 1 and _NOT_SEVERAL.search(str(refused)):
                one = await self._some(request, first, 1)
                if not one[0].finish_reason.startswith(ERROR):
                    self._most = 1
                return one
            failed = Completion(
                text="", finish_reason=f"{ERROR}{refused}", prompt_tokens=0, tokens=0
            )
            return [failed] * n
        if len(made) < n:
            self._most = min(self._most or n, len(made))
        return made[:n]

    async def _once(self, request: Request, first: int, n: int) -> Sequence[Completion]:
        path = path_of(request)
        body = body_of(
            request,
            model=self._model,
            profile=self._profile,
            first=first,
            n=n,
            seeds=self._seeds,
        )
        return await self._connection.ask(
            path, body, lambda value: completions_of(value, request, self._profile)
        )


async def open_endpoint(
    connection: Connection, model: str, profile: Profile, *, seeds: bool
) -> OpenEndpoint:
    """Return the policy behind a connection, once the server is seen to have the model.

    Args:
        connection: To the server.
        model: Model name; empty takes the only one that is served.
        profile: How it is spoken to.
        seeds: Whether seeds are sent.

    Raises:
        PolicyError: If the server cannot be reached or lacks the model.
    """
    served = _served(await connection.models())
    if not model:
        if len(served) != 1:
            raise PolicyError(f"--model is missing: name one that is served: {_list(served)}.")
        (model,) = served
    # Some gateways name a part of what they serve: a model that answers is there.
    if served and model not in served and not await _is_there(connection, model, profile):
        raise PolicyError(f"the server has no model {model!r}: {nearest(model, served)}")
    row = policy_row(
        "endpoint",
        model=model,
        fingerprint=served.get(model, ""),
        profile=profile,
        seeding=Seeding.PER_REQUEST if seeds else Seeding.NONE,
        reproducible=False,
    )
    return OpenEndpoint(connection, row, profile, model=model, seeds=seeds)


async def _is_there(connection: Connection, model: str, profile: Profile) -> bool:
    if profile.raw:
        return await connection.answers(COMPLETIONS, {"model": model})
    return await connection.answers(CHAT, {"model": model, "messages": []})


def _served(value: Json) -> dict[str, str]:
    """Return the models of a `/models` answer with their revisions; none where it says nothing."""
    held = value.get("data") if isinstance(value, dict) else None
    models = [entry for entry in held if isinstance(entry, dict)] if isinstance(held, list) else []
    return {str(m["id"]): str(m.get("revision") or "") for m in models if "id" in m}


def _list(served: dict[str, str]) -> str:
    return ", ".join(map(repr, served)) or "it names none"
