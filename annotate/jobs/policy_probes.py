"""Single checks of a policy, each a few short requests. Each compares the model with itself.

Source: what goes wrong with servers that speak the OpenAI protocol, see `annotate.policies`.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from annotate.jobs.policy_check import CheckState, PolicyCheck
from annotate.judges import TRUNCATED, Reading, parse_first_error, render_judge
from annotate.policies import Completion, Policy, Request
from annotate.prompts import Profile, Prompt, Sampling, render
from schemas import Piece, Problem, Seeding, make_solution, text_problem

_SEED = 20_261_121
_LEAST = 12
"""Characters on each side of a cut, at least."""
_MOST_CUTS = 3
"""Places to cut that are tried where one does not decide."""
_SHORT = 8
"""Tokens of a completion that is cut on purpose."""
_CHARACTERS_PER_TOKEN = 24
"""More than any tokenizer's average."""

_COUNTING = text_problem("Write the numbers from one to twelve as words, separated by commas.")
_COUNTED = "one, two, three, four, five, six, sev"
_RANDOM = text_problem("Write down ten different words that come to mind at random.")
_JUDGED = text_problem("A shop sells 6 boxes of 4 pens and 3 single pens. How many pens is that?")
_STEPS = ("6 boxes hold 6 * 4 = 24 pens.\n", "24 + 3 = 28 pens in all.\n", "The answer is 28.\n")
_JUDGE_TOKENS = 2048


def greedy(max_tokens: int) -> Sampling:
    """Return how the likeliest completion is asked for."""
    return Sampling(temperature=0.0, max_tokens=max_tokens)


async def ask(
    policy: Policy, prompt: Prompt, sampling: Sampling, *, seed: int = _SEED, n: int = 1
) -> Sequence[Completion]:
    """Return the policy's completions of a prompt."""
    return await policy.complete(Request(prompt=prompt, sampling=sampling, seed=seed, n=n))


async def check_continuation(policy: Policy, problem: Problem, whole: str) -> list[PolicyCheck]:
    """Return whether a prefix is gone on from, instead of begun anew.

    The likeliest solution is cut and asked for again from there: an engine that continues writes
    what it wrote before. Where that does not decide, a word cut in the middle is asked for: only
    its other half goes on.

    Args:
        policy: An open policy.
        problem: What was asked.
        whole: The beginning of its likeliest solution.
    """
    for at in _cuts(whole, policy.profile.delimiter)[:_MOST_CUTS]:
        prompt = render(problem, whole[:at], policy.profile)
        (written,) = await ask(policy, prompt, greedy(_LEAST * 2))
        text, rest = written.text.lstrip(), whole[at:].lstrip()
        again, on = _shared(text, whole.lstrip()), _shared(text, rest)
        enough = min(len(text), len(rest), _LEAST) / 2
        if text and on > again and on >= enough:
            return [_continues(f"a prefix is gone on from word for word: {_quote(text)}.")]
        if again > on and again >= enough:
            return [_restarts(f"a solution cut after {at} characters begins anew", text)]
    (written,) = await ask(policy, render(_COUNTING, _COUNTED, policy.profile), greedy(_SHORT))
    if re.match(r"en\b", written.text):
        return [_continues(f"{_COUNTED!r} is gone on from by {_quote(written.text)}.")]
    return [_restarts(f"{_COUNTED!r} should go on with 'en', and comes back with", written.text)]


def _continues(found: str) -> PolicyCheck:
    return PolicyCheck(name="continues", state=CheckState.OK, message=found)


def _restarts(found: str, text: str) -> PolicyCheck:
    return PolicyCheck(
        name="continues",
        state=CheckState.FAILED,
        message=f"{found}: {_quote(text)}.",
        remedy="a server that starts again makes every rollout worthless: use vLLM or SGLang with "
        "a profile of this model, or a raw profile (completions).",
    )


async def check_max_tokens(policy: Policy, prompt: Prompt, whole: str) -> list[PolicyCheck]:
    """Return whether a completion ends where it is told to, and says that it was cut."""
    (short,) = await ask(policy, prompt, greedy(_SHORT))
    # Twice as many, since a server that does not count leaves us to estimate.
    ignored = short.tokens > 2 * _SHORT or len(short.text) > _CHARACTERS_PER_TOKEN * _SHORT
    is_cut = len(short.text) < len(whole) and whole.startswith(short.text)
    found = f"asked for {_SHORT} tokens, got {short.tokens}, finish reason {short.finish_reason!r}."
    if ignored:
        state, remedy = CheckState.FAILED, "the server ignores max_tokens: costs have no bound."
    elif is_cut and short.finish_reason != "length":
        state, remedy = (
            CheckState.FAILED,
            "a cut completion must end with 'length', or it is taken for a wrong answer.",
        )
    else:
        state, remedy = CheckState.OK, ""
    return [PolicyCheck(name="max_tokens", state=state, message=found, remedy=remedy)]


async def check_stop(policy: Policy, prompt: Prompt, whole: str, most: int) -> list[PolicyCheck]:
    """Return whether a completion ends before a stop string."""
    words = [match for match in re.finditer(r"[A-Za-z]{2,}", whole) if match.start() > _SHORT]
    word = next((m[0] for m in words if whole.index(m[0]) == m.start()), None)
    if word is None:
        return [
            PolicyCheck(name="stop", state=CheckState.NOTED, message="too little text to try it.")
        ]
    (stopped,) = await ask(policy, replace(prompt, stop=(word,)), greedy(most))
    if word in stopped.text:
        row = PolicyCheck(
            name="stop",
            state=CheckState.FAILED,
            message=f"the stop string {word!r} is in the text.",
            remedy="the server ignores stop strings: completions run on into other problems.",
        )
    elif stopped.finish_reason == "stop":
        row = PolicyCheck(name="stop", state=CheckState.OK, message=f"ends before {word!r}.")
    else:
        row = PolicyCheck(
            name="stop",
            state=CheckState.NOTED,
            message=f"{word!r} did not come again (finish reason {stopped.finish_reason!r}).",
        )
    return [row]


async def check_samples(policy: Policy) -> list[PolicyCheck]:
    """Return whether samples differ from one another, and come again with their seed."""
    prompt = render(_RANDOM, "", policy.profile)
    sampling = Sampling(max_tokens=_LEAST)
    first, again, other = await asyncio.gather(
        ask(policy, prompt, sampling, n=3),
        ask(policy, prompt, sampling, n=3),
        ask(policy, prompt, sampling, seed=_SEED + 1_000_003),
    )
    return [_several(policy, first), _seeded(policy, first, again, other[0])]


def _several(policy: Policy, samples: Sequence[Completion]) -> PolicyCheck:
    fewest = getattr(policy, "most_samples", None)
    if _is_copied(samples):
        row = policy.row
        if row.reproducible and row.seeding is Seeding.PER_ROLLOUT:
            # Each sample has a seed of its own, so equal texts are the model's, not a server's.
            return PolicyCheck(
                name="n",
                state=CheckState.NOTED,
                message=f"{len(samples)} samples agree: {_quote(samples[0].text)}.",
            )
        return PolicyCheck(
            name="n",
            state=CheckState.FAILED,
            message=f"{len(samples)} samples at temperature 1 are copies: "
            f"{_quote(samples[0].text)}.",
            remedy="the server ignores temperature, or copies one sample: rollouts would count one "
            "draw several times.",
        )
    if fewest is not None:
        return PolicyCheck(
            name="n",
            state=CheckState.NOTED,
            message=f"the server gives {fewest} of {len(samples)} samples asked for at once.",
            remedy="nothing: the others are asked for apart, and the prompt is paid for each time.",
        )
    return PolicyCheck(name="n", state=CheckState.OK, message=f"{len(samples)} different samples.")


def _seeded(
    policy: Policy, first: Sequence[Completion], again: Sequence[Completion], other: Completion
) -> PolicyCheck:
    """Return whether a seed gives its text again, and another seed another text."""
    row = policy.row
    pairs = [(a.text, b.text) for a, b in zip(first, again, strict=True)]
    # Only beginnings must agree: kernels of a GPU round differently from batch to batch.
    alike = [
        a == b if row.reproducible else 2 * _shared(a, b) >= min(len(a), len(b)) > 0
        for a, b in pairs
    ]
    is_fixed = other.text == first[0].text
    if is_fixed and not _is_copied(first):
        return PolicyCheck(
            name="seed",
            state=CheckState.FAILED,
            message="another seed gives the same text.",
            remedy="the server has a seed of its own: start it without, or rollouts are copies.",
        )
    if row.seeding is Seeding.NONE:
        return PolicyCheck(
            name="seed",
            state=CheckState.NOTED,
            message="no promise is made: rollouts cannot be made again.",
        )
    if all(alike) if row.reproducible else any(alike):
        return PolicyCheck(name="seed", state=CheckState.OK, message="equal seeds give equal text.")
    return PolicyCheck(
        name="seed",
        state=CheckState.FAILED,
        message=f"one seed gives {_quote(pairs[0][0])} and then {_quote(pairs[0][1])}.",
        remedy="the server ignores seeds: say so by --policy 'endpoint(seeds=False)'.",
    )


def check_thinking(policy: Policy, whole: Completion) -> PolicyCheck:
    """Return what becomes of thought: shown, hidden, or none seen."""
    tags = policy.profile.thinking
    name = policy.profile.name
    hidden = whole.tokens >= _SHORT and 4 * len(whole.text) < 3 * whole.tokens
    if hidden:
        return PolicyCheck(
            name="thinking",
            state=CheckState.NOTED if tags is None else CheckState.FAILED,
            message=f"{whole.tokens} tokens were paid for, {len(whole.text)} characters shown: "
            "thought is hidden.",
            remedy="start the server without a reasoning parser and use --profile thinking, or "
            "turn thinking off by extra_body in a profile.",
        )
    if tags is not None:
        found = f"thought is shown as it is written: {_quote(whole.text)}."
        return PolicyCheck(name="thinking", state=CheckState.OK, message=found)
    if re.search(r"<\|?(?:think|thought|begin_of_thought)", whole.text):
        return PolicyCheck(
            name="thinking",
            state=CheckState.NOTED,
            message=f"the model thinks aloud, and the profile {name!r} has no thinking tags.",
            remedy="use --profile thinking, or turn thinking off by extra_body in a profile.",
        )
    return PolicyCheck(name="thinking", state=CheckState.OK, message="none seen.")


async def check_judge(policy: Policy) -> list[PolicyCheck]:
    """Return whether an answer to the judge prompt can be read. Right or wrong is not asked."""
    solution = make_solution(_JUDGED, tuple(Piece(text=step) for step in _STEPS))
    profile = policy.profile
    most = min(profile.judge_sampling.max_tokens, _JUDGE_TOKENS)
    sampling = replace(profile.judge_sampling, max_tokens=most)
    prompt = render_judge(_JUDGED, solution, profile)
    said = await ask(policy, prompt, sampling)
    if _read(profile, said[0]).unknown is not None:  # drawn: another one may be in form
        said = [*said, *await ask(policy, prompt, sampling, seed=_SEED + 1, n=2)]
    readings = [_read(profile, one) for one in said]
    reading = next((one for one in readings if one.unknown is None), readings[0])
    if reading.unknown is None:
        named = "no step" if reading.first_error is None else f"step {reading.first_error + 1}"
        message = f"it names {named}; step 2 is the wrong one."
        return [PolicyCheck(name="judges", state=CheckState.OK, message=message)]
    short = reading.unknown == TRUNCATED and most < profile.judge_sampling.max_tokens
    return [
        PolicyCheck(
            name="judges",
            state=CheckState.NOTED if short else CheckState.FAILED,
            message=f"{reading.unknown} {len(said)} times, first after {said[0].tokens} tokens, "
            f"finish reason {said[0].finish_reason!r}: {_quote(said[0].text)}.",
            remedy="give judge_sampling more tokens in a profile."
            if reading.unknown == TRUNCATED
            else "choose another judge prompt in a profile (judge), or another policy as --judge.",
        )
    ]


def _read(profile: Profile, said: Completion) -> Reading:
    return parse_first_error(
        profile.judge,
        said.text,
        len(_STEPS),
        finish_reason=said.finish_reason,
        thinking=profile.thinking,
    )


def _cuts(text: str, delimiter: str) -> list[int]:
    """Return where to cut, best first: after delimiters, then at ends of words, near the middle."""
    steps = [match.end() for match in re.finditer(re.escape(delimiter), text)]
    words = [match.start() for match in re.finditer(r"\s+", text)]
    # What follows a cut must not be like the beginning, or going on is like beginning anew.
    inside = [
        end
        for end in (*steps, *words)
        if _LEAST <= end <= len(text) - _LEAST
        and 2 * _shared(text[end:].lstrip(), text.lstrip()) < _LEAST
    ]
    return sorted(inside, key=lambda end: (end not in steps, abs(end - len(text) // 2)))


def _shared(a: str, b: str) -> int:
    """Return how many characters two texts share from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _is_copied(samples: Sequence[Completion]) -> bool:
    return len({sample.text for sample in samples}) == 1


def _quote(text: str) -> str:
    return repr(text if len(text) <= _LEAST * 2 else text[: _LEAST * 2] + "…")
