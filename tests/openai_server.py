"""A server that speaks the OpenAI protocol over real sockets, with faults that can be planted.

What writes is a function of (text so far, assistant's text so far, seed or None for greedy): a
policy, or `ToyModel`, a language model of random words that truly continues any text.
"""

import asyncio
import hashlib
import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from annotate.policies import Completion, Policy, Request
from annotate.prompts import ChatTurn, Prompt, Sampling

KEY = "sk-local-0123456789abcdef"
_WORDS = (
    *("Tom", "buys", "pens", "and", "counts", "them", "again", "so", "there", "are", "twelve"),
    *("more", "red", "boxes", "left", "over", "which", "makes", "eight", "plus", "four", "then"),
    *("we", "add", "half", "of", "his", "money", "to", "find", "each", "total", "price", "now"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What the server does wrong; nothing by default."""

    restarts: bool = False
    """Begins anew where a message is to be continued, as without `continue_final_message`."""
    ignores_n: bool = False
    """Gives one sample, however many are asked for."""
    refuses_n: bool = False
    """Answers 400 where several samples are asked for."""
    copies: bool = False
    """Gives the same sample n times."""
    ignores_seed: bool = False
    """Every sample is drawn afresh."""
    fixed_seed: bool = False
    """Every request has the same seed, whatever it asks for."""
    ignores_stop: bool = False
    """Writes on after a stop string."""
    ignores_max_tokens: bool = False
    """Writes until it ends by itself."""
    says_stop: bool = False
    """Says `stop` of a text that was cut."""
    thinks: bool = False
    """Writes a thought before each answer."""
    strips_thinking: bool = False
    """Thinks, and leaves the thought out of what it shows."""
    separates_thinking: bool = False
    """Thinks, and shows the thought in a field of its own."""
    omits_usage: bool = False
    """Leaves the token counts out."""
    too_long: int = 10**9
    """Prompts of more characters are refused with 400."""
    statuses: tuple[int, ...] = ()
    """Statuses of the first completions requests, one each."""
    retry_after: str = ""
    """`Retry-After` of those."""
    garbage: int = 0
    """So many of the first completions are answered with what is no JSON."""
    hangs_s: float = 0.0
    """Seconds before each answer."""
    key: str = ""
    """Key that is wanted; its refusal repeats what was sent."""
    revision: str = ""
    """Revision in /models."""
    hides_model: bool = False
    """Names another model than it serves in /models."""
    ignores_echo: bool = False
    """Shows the completion alone where the prompt is to be scored."""
    poison: str = ""
    """A prompt that holds this text is always answered with 500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request for completions, as the model sees it."""

    prompt: Prompt
    """What is shown."""
    sampling: Sampling
    """How it is drawn."""
    seed: int
    """Seed of this sample."""


Write = Callable[[Asked], Completion]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyModel:
    """Random words that depend on all that stands before them: any prefix is truly continued."""

    judge: str = "Paragraph 1 is wrong. \\boxed{1}"
    """What it answers to a judge prompt."""

    def __call__(self, asked: Asked) -> Completion:
        """Write until the end, a stop string or the limit."""
        prompt, sampling = asked.prompt, asked.sampling
        before = prompt.text or "\n".join(f"{t.role}: {t.text}" for t in prompt.turns)
        seed = None if sampling.temperature == 0 else asked.seed
        tokens: list[str] = []
        while len(tokens) < sampling.max_tokens:
            text = "".join(tokens)
            cut = min((at for s in prompt.stop if (at := text.find(s)) >= 0), default=-1)
            if cut >= 0:
                return _completion(before, text[:cut], len(tokens), "stop")
            token = self._next(before, text, seed)
            if not token:
                return _completion(before, text, len(tokens), "stop")
            tokens.append(token)
        return _completion(before, "".join(tokens), len(tokens), "length")

    def _next(self, before: str, text: str, seed: int | None) -> str:
        if "First wrong step:" in before:
            return "" if text else " 2"
        if "<paragraph_0>" in before:
            said = self.judge.split(" ")
            at = text.count(" ") + bool(text)
            return (" " if at else "") + said[at] if at < len(said) else ""
        context = (before + text).rstrip()
        if context.endswith(", sev"):
            return "en"
        draw = hashlib.sha256(f"{context[-200:]}|{seed}".encode()).digest()
        if len(text) > 900:  # long enough to be cut everywhere
            return ""
        ended = (before + text).endswith("\n")
        if draw[0] < 24 and not ended:  # about every tenth word ends a step
            return "\n\n"
        return ("" if ended else " ") + _WORDS[draw[1] % len(_WORDS)]


def _completion(before: str, text: str, n_tokens: int, reason: str) -> Completion:
    return Completion(
        text=text, finish_reason=reason, prompt_tokens=len(before.split()), tokens=n_tokens
    )


def from_policy(policy: Policy, loop: asyncio.AbstractEventLoop) -> Write:
    """Return what writes with an open policy, whose event loop runs in another thread."""

    def write(asked: Asked) -> Completion:
        request = Request(prompt=asked.prompt, sampling=asked.sampling, seed=asked.seed, n=1)
        future = asyncio.run_coroutine_threadsafe(policy.complete(request), loop)
        return future.result(timeout=60)[0]

    return write


@dataclass(slots=True, kw_only=True)
class Log:
    """What the server was asked. Not frozen: it grows."""

    bodies: list[dict[str, Any]] = field(default_factory=list)
    """JSON of each request for completions, failed ones included."""
    most_at_once: int = 0
    """Requests under way at once, at most."""
    under_way: int = 0
    """Requests under way now."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while the log changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server."""

    url: str
    """Base URL, up to and including `/v1`."""
    log: Log
    """What it was asked."""


@contextmanager
def serve(
    write: Write | None = None, *, faults: Faults | None = None, model: str = "toy"
) -> Iterator[Server]:
    """Run a server on a free port of this machine."""
    log = Log()
    handler = type(
        "Handler",
        (_Handler,),
        {"write": staticmethod(write or ToyModel()), "faults": faults or Faults(), "log": log}
        | {"model": model},
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Server(url=f"http://127.0.0.1:{server.server_port}/v1", log=log)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    write: Write
    faults: Faults
    log: Log
    model: str

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Say nothing."""

    def do_GET(self) -> None:  # the base's name
        """Answer /v1/models."""
        if not self._may():
            return
        name = "another" if self.faults.hides_model else self.model
        entry = {"id": name, "object": "model", "revision": self.faults.revision}
        self._send(200, {"object": "list", "data": [entry]})

    def do_POST(self) -> None:  # the base's name
        """Answer a request for completions."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.log.lock:
            number = len(self.log.bodies)
            self.log.bodies.append(body)
            self.log.under_way += 1
            self.log.most_at_once = max(self.log.most_at_once, self.log.under_way)
        try:
            time.sleep(self.faults.hangs_s)
            if self._may() and not self._fails(number, body):
                self._send(200, self._answer(body))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up waiting
        finally:
            with self.log.lock:
                self.log.under_way -= 1

    def _may(self) -> bool:
        sent = self.headers.get("Authorization", "")
        if self.faults.key and sent != f"Bearer {self.faults.key}":
            self._send(401, {"error": {"message": f"Incorrect API key provided: {sent}"}})
            return False
        return True

    def _fails(self, number: int, body: dict[str, Any]) -> bool:
        faults = self.faults
        text = json.dumps(body.get("prompt") or body.get("messages"), ensure_ascii=False)
        if number < len(faults.statuses):
            self._send(faults.statuses[number], {"error": {"message": "planted"}})
        elif number < faults.garbage:
            self._send(200, "<html>not JSON</html>")
        elif faults.poison and faults.poison in text:
            self._send(500, {"error": {"message": "poisoned"}})
        elif len(text) > faults.too_long:
            self._send(400, {"error": {"message": "maximum context length exceeded"}})
        elif faults.refuses_n and body.get("n", 1) > 1:
            self._send(400, {"error": {"message": "only n = 1 is supported"}})
        elif body["model"] != self.model:
            self._send(404, {"error": {"message": f"The model {body['model']} does not exist."}})
        else:
            return False
        return True

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        faults = self.faults
        n = 1 if faults.ignores_n else body.get("n", 1)
        samples = [self._sample(body, 0 if faults.copies else i) for i in range(n)]
        choices = [
            {"index": i, "finish_reason": sample.finish_reason, **self._shown(body, sample)}
            for i, sample in enumerate(samples)
        ]
        if body.get("echo") and not faults.ignores_echo:
            return self._echo(body, samples[0].text)
        usage = {
            "prompt_tokens": samples[0].prompt_tokens,
            "completion_tokens": sum(sample.tokens for sample in samples),
        }
        answer: dict[str, Any] = {"model": self.model, "choices": choices[::-1]}
        return answer if faults.omits_usage else {**answer, "usage": usage}

    def _echo(self, body: dict[str, Any], written: str) -> dict[str, Any]:
        """Return prompt and completion with their log probabilities, as vLLM does.

        A token is a word with the white space before it; the n-th has the probability 1 / n.
        """
        read = ["<s>", *re.findall(r"\s*\S+|\s+", body["prompt"])]
        tokens = [*read, written]
        logs = [math.log(1 / (n + 1)) for n in range(len(tokens))]
        logprobs = {
            "tokens": tokens,
            "token_logprobs": [None, *logs[1:]],
            "top_logprobs": [
                None,
                *({t: n, "?": math.log(1 / 4)} for t, n in zip(tokens[1:], logs[1:], strict=True)),
            ],
        }
        choice = {"index": 0, "text": body["prompt"] + written, "logprobs": logprobs}
        usage = {"prompt_tokens": len(read), "completion_tokens": 1}
        return {"model": self.model, "choices": [choice], "usage": usage}

    def _sample(self, body: dict[str, Any], index: int) -> Completion:
        faults = self.faults
        seed = body.get("seed", time.perf_counter_ns()) + index
        if faults.ignores_seed:
            seed = time.perf_counter_ns()
        elif faults.fixed_seed:
            seed = index
        most = body.get("max_tokens", 256)
        stop = body.get("stop", [])
        asked = Asked(
            prompt=_prompt(
                body, tuple([] if faults.ignores_stop else stop), restarts=faults.restarts
            ),
            sampling=Sampling(
                temperature=body.get("temperature", 1.0),
                max_tokens=512 if faults.ignores_max_tokens else most,
            ),
            seed=seed,
        )
        done = self.write(asked)
        reason = "stop" if faults.says_stop else done.finish_reason
        return Completion(
            text=done.text,
            finish_reason=reason,
            prompt_tokens=done.prompt_tokens,
            tokens=done.tokens,
        )

    def _shown(self, body: dict[str, Any], sample: Completion) -> dict[str, Any]:
        """Return a sample's text in the form of its path, with what becomes of thought."""
        faults, text = self.faults, sample.text
        thought: str | None = None
        if faults.strips_thinking:
            text = ""
        elif faults.separates_thinking:
            text, thought = "", text
        elif faults.thinks:
            text = f"<think>{text}"
        if "messages" in body:
            message = {"role": "assistant", "content": text, "reasoning_content": thought}
            return {"message": message}
        return {"text": text}

    def _send(self, status: int, value: object) -> None:
        content = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if status == 429 and self.faults.retry_after:  # too many requests
            self.send_header("Retry-After", self.faults.retry_after)
        self.end_headers()
        self.wfile.write(content)


def _prompt(body: dict[str, Any], stop: tuple[str, ...], *, restarts: bool) -> Prompt:
    """Return what the model goes on from; a chat is continued only where the request says so."""
    if "prompt" in body:
        text = body["prompt"]
        return Prompt(text=text.partition("\n")[0] if restarts else text, stop=stop)
    turns: Sequence[ChatTurn] = tuple(
        ChatTurn(role=turn["role"], text=turn["content"]) for turn in body["messages"]
    )
    goes_on = bool(body.get("continue_final_message")) and not restarts
    if goes_on and turns[-1].role == "assistant":
        return Prompt(turns=tuple(turns), stop=stop)
    asked = [turn for turn in turns if turn.role != "assistant"]
    return Prompt(turns=(*asked, ChatTurn(role="assistant", text="")), stop=stop)
