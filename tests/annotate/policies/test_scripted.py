"""Policy `scripted`: the same lines every time."""

import asyncio
import json
import pickle
from pathlib import Path

import pytest

from annotate.policies import Completion, Policy, Request, ScoreRequest, scorer_of
from annotate.policies.scripted import Scripted
from annotate.prompts import Prompt, Sampling, render
from schemas import ConfigError, PolicyError, text_problem

PROBLEM = text_problem("2+2?")
LINES = {"2+2?": ["4", "5", {"text": "2+", "finish_reason": "length"}], "It is": [" 4."]}


def opened(script: object = LINES, profile: str = "chat") -> Policy:
    """Return a policy with this script."""
    return asyncio.run(Scripted(script=json.dumps(script), profile=profile).open(cores=1))


def written(policy: Policy, prefix: str, *, seed: int = 0, n: int = 1) -> list[Completion]:
    """Return completions of a prefix."""
    prompt = render(PROBLEM, prefix, policy.profile)
    request = Request(prompt=prompt, sampling=Sampling(), seed=seed, n=n)
    return list(asyncio.run(policy.complete(request)))


@pytest.mark.parametrize("seed", [0, 7, 2**31])
def test_as_many_as_the_list_is_long_hold_each_line_once(seed: int) -> None:
    """Wherever the seeds begin, and the same each time."""
    policy = opened({"": ["a", "b", "c"]})

    assert sorted(c.text for c in written(policy, "", seed=seed, n=3)) == ["a", "b", "c"]
    assert written(policy, "", seed=seed, n=2) == [
        *written(policy, "", seed=seed),
        *written(policy, "", seed=seed + 1),
    ]


def test_the_longest_text_at_the_prompts_end_is_found() -> None:
    """A prefix in any profile, and any other in none."""
    for profile in ("chat", "base"):
        policy = opened({**LINES, "So. It is": [" five."]}, profile)

        assert written(policy, "It is")[0].text == " 4."
        assert written(policy, "So. It is")[0].text == " five."
        with pytest.raises(PolicyError, match=r"no completion.*It was'"):
            written(policy, "It was")


def test_a_line_may_say_why_it_ends() -> None:
    """A bare text ended by itself."""
    policy = opened({"": ["a b", {"text": "c", "finish_reason": "length"}]})

    assert [(c.finish_reason, c.tokens) for c in written(policy, "", n=2)] == [
        ("stop", 2),
        ("length", 1),
    ]


def test_a_script_is_read_from_a_file_and_is_its_content(tmp_path: Path) -> None:
    """The same lines are the same policy, wherever they are; others are another."""
    path = tmp_path / "script.json"
    path.write_text(json.dumps(LINES))
    factory = Scripted(path=str(path))
    row = asyncio.run(factory.open(cores=1)).row

    assert pickle.loads(pickle.dumps(factory)) == factory  # noqa: S301  # written in this line
    assert row == opened().row
    assert row.policy_id != opened({"": ["x"]}).row.policy_id


@pytest.mark.parametrize("text", ["{", "[]", '{"a": "b"}', '{"a": [{"txt": "b"}]}'])
def test_what_is_no_script_is_told(text: str) -> None:
    """With the form that is expected."""
    with pytest.raises(ConfigError, match="list of completions"):
        asyncio.run(Scripted(script=text).open(cores=1))
    with pytest.raises(ConfigError, match="cannot be read"):
        asyncio.run(Scripted(path="no/such.json").open(cores=1))


def test_words_are_scored_as_the_script_says() -> None:
    """The empty word stands for all others; without any, nothing is scored."""
    told = '{"four": [-0.5, 0.25], "": [-2.0, 1.0]}'
    policy = asyncio.run(Scripted(scores=told).open(cores=1))
    scorer = scorer_of(policy)
    assert scorer is not None
    request = ScoreRequest(prompt=render(PROBLEM, "", policy.profile), text="It is four\n\nor so")
    scores = asyncio.run(scorer.score(request))

    assert scores.ends == (3, 6, 12, 15, 17)
    assert scores.logprobs == (-2.0, -2.0, -0.5, -2.0, -2.0)
    assert scores.entropies == (1.0, 1.0, 0.25, 1.0, 1.0)
    assert scorer_of(opened()) is None
    assert policy.row.policy_id != asyncio.run(Scripted().open(cores=1)).row.policy_id


def test_a_word_that_the_script_does_not_know_is_told() -> None:
    """By name."""
    policy = asyncio.run(Scripted(scores='{"four": [-0.5, 0.25]}').open(cores=1))
    scorer = scorer_of(policy)
    assert scorer is not None
    with pytest.raises(PolicyError, match="how likely 'five' is"):
        asyncio.run(scorer.score(ScoreRequest(prompt=Prompt(text=""), text="four five")))
