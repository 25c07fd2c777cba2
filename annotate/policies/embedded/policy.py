"""Embedded: the small language model that ships with the project, on the CPU, without PyTorch.

Its completions depend on the prompt, the seed and the sampling alone: not on what else is asked for
at the same time, the number of engines, or what was asked before. Seeds count modulo 2**64.
"""

import asyncio
import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from annotate.policies.base import POLICIES, Completion, Request, ScoreRequest, TokenScores
from annotate.policies.embedded.files import fingerprint, weights_folder
from annotate.policies.embedded.port import Port
from annotate.policies.embedded.process import ProcessPort
from annotate.policies.embedded.profile import EMBEDDED_PROFILE
from annotate.policies.embedded.router import Router
from annotate.policies.embedded.thread import ThreadPort
from annotate.policies.embedded.wire import Job
from annotate.policies.identity import policy_row
from annotate.prompts import Profile, Prompt
from schemas import InvalidArgumentError, PolicyError, PolicyRow, Seeding

PIECE = 64
"""Completions of one prompt that go to one engine: more are shared out."""
MOST_ENGINES = 16
"""Engines that are started unasked: each holds up to half a gigabyte."""
_SEEDS = 1 << 64
_NO_UNICODE = "error: prompt with half a surrogate pair, which is no Unicode text"


class Embedded:
    """Open engines."""

    def __init__(self, router: Router, row: PolicyRow) -> None:
        """Wrap engines that have started."""
        self._router = router
        self._row = row
        self._numbers = itertools.count()

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        return self._row

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""
        return EMBEDDED_PROFILE

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return `request.n` completions, in order of seeds.

        A prompt that does not fit the context, or is no Unicode text, is answered with the finish
        reason `error: ...`.

        Raises:
            PolicyError: If the prompt is a chat, or the engines died.
            InvalidArgumentError: If a number of the request is outside its range.
        """
        _check(request)
        if request.n <= PIECE:
            return await self._ask(request, 0, request.n)
        starts = range(0, request.n, PIECE)
        pieces = [self._ask(request, at, min(PIECE, request.n - at)) for at in starts]
        return list(itertools.chain.from_iterable(await asyncio.gather(*pieces)))

    @property
    def scores(self) -> bool:
        """Whether it can score text: always."""
        return True

    async def score(self, request: ScoreRequest) -> TokenScores:
        """Return the scores of a text, entropies over the whole vocabulary.

        One pass over prompt and text, whose bits depend on these alone.

        Raises:
            PolicyError: If the prompt is a chat, or the engines died.
        """
        before = _raw(request.prompt)
        whole = before + request.text
        if not _is_unicode(whole):
            return TokenScores(error=_NO_UNICODE)
        job = Job(
            number=next(self._numbers),
            text=whole,
            stop=(),
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            max_tokens=1,
            seed=0,
            n=1,
            scored_from=len(before.encode()),
        )
        answer = await self._router.ask(job, request.affinity)
        if answer.written:
            return TokenScores(error=answer.written[0].finish_reason)
        bounds = list(itertools.accumulate(len(letter.encode()) for letter in request.text))
        return TokenScores(
            ends=tuple(bisect.bisect_right(bounds, end) for end, _, _ in answer.scores),
            logprobs=tuple(logprob for _, logprob, _ in answer.scores),
            entropies=tuple(entropy for _, _, entropy in answer.scores),
        )

    async def aclose(self) -> None:
        """Stop the engines."""
        await self._router.stop()

    async def _ask(self, request: Request, start: int, n: int) -> list[Completion]:
        text = _raw(request.prompt)
        sampling = request.sampling
        stop = tuple(filter(None, request.prompt.stop))
        if not _is_unicode("".join((text, *stop))):
            failed = Completion(text="", finish_reason=_NO_UNICODE, prompt_tokens=0, tokens=0)
            return [failed] * n
        job = Job(
            number=next(self._numbers),
            text=text,
            stop=stop,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            top_k=sampling.top_k,
            max_tokens=sampling.max_tokens,
            seed=(request.seed + start) % _SEEDS,
            n=n,
        )
        # Pieces of one request go to several engines.
        affinity = f"{request.affinity} {start}" if start else request.affinity
        answer = await self._router.ask(job, affinity)
        return [
            Completion(
                text=written.text,
                finish_reason=written.finish_reason,
                prompt_tokens=answer.prompt_tokens,
                tokens=written.tokens,
            )
            for written in answer.written
        ]


def _raw(prompt: Prompt) -> str:
    if prompt.text is None:
        raise PolicyError(
            "the embedded policy was given a chat, and it continues raw text: leave out --profile, "
            "or use profile 'embedded'."
        )
    return prompt.text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check(request: Request) -> None:
    sampling = request.sampling
    ranges = {
        "n": (request.n, request.n >= 1, "1 or more"),
        "max_tokens": (sampling.max_tokens, sampling.max_tokens >= 1, "1 or more"),
        "temperature": (sampling.temperature, sampling.temperature >= 0, "0 or more"),
        "top_p": (sampling.top_p, 0 < sampling.top_p <= 1, "above 0, at most 1"),
        "top_k": (sampling.top_k, sampling.top_k >= 0, "0 (all) or more"),
    }
    for name, (value, is_fine, expected) in ranges.items():
        if not is_fine:
            raise InvalidArgumentError(
                f"{name}={value!r} was asked of the embedded policy: expected {expected}."
            )


@POLICIES.register("embedded")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFactory:
    """The embedded policy before it is open."""

    processes: int = 0
    """Engines, each in a process of its own; 0 takes one per core, and a thread of this process
    where there is one core only."""
    weights: str = ""
    """Folder of another checkpoint of the same kind (LlamaForCausalLM, byte-level tokenizer); empty
    for the one that ships."""

    async def open(self, *, cores: int) -> Embedded:
        """Start the engines.

        Args:
            cores: How many engines are worth starting, where `processes` does not say.

        Raises:
            PolicyError: If the checkpoint cannot be used, or an engine does not start.
            InvalidArgumentError: If `processes` is negative.
        """
        if self.processes < 0:
            raise InvalidArgumentError(
                f"processes={self.processes!r} of policy 'embedded': expected 0 or more."
            )
        folder = weights_folder(self.weights)
        fixed = fingerprint(folder)
        n = self.processes or min(cores, MOST_ENGINES)
        is_alone = not self.processes and n <= 1
        ports: list[Port] = [ProcessPort(folder) for _ in range(n)]
        router = Router([ThreadPort(folder)] if is_alone else ports)
        reproducible = await router.start()
        row = policy_row(
            "embedded",
            model="embedded",
            fingerprint=fixed,
            profile=EMBEDDED_PROFILE,
            seeding=Seeding.PER_ROLLOUT,
            reproducible=reproducible,
        )
        return Embedded(router, row)
