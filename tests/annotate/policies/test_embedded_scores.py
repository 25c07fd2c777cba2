"""Scores of text by the embedded policy: what it would draw from, in any company."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from annotate.policies import EmbeddedFactory, Policy, ScoreRequest, TokenScores, scorer_of
from annotate.policies.embedded.batch import Limits
from annotate.prompts import ChatTurn, Prompt
from schemas import PolicyError
from tests.annotate.policies.embedded_checkpoint import job, open_engine, run, write_checkpoint
from tests.annotate.policies.embedded_spy import Spy

BEFORE = "Problem: Ann has 4 apples. Tom has 3 times as many. How many has Tom?\nSolution:\n"
TEXT = "Tom has 3 * 4 = 12 apples.\nThe answer is 12.\n"
START = len(BEFORE)


def test_a_written_text_is_scored_by_the_logits_that_it_was_drawn_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Log probability and entropy of each token, to rounding, over the whole vocabulary."""
    spy = Spy(monkeypatch)
    engine = open_engine()
    written = run(engine, [job(1, BEFORE, max_tokens=30, stop=("\n",))])[1].written[0]
    asked = job(2, BEFORE + written.text, scored_from=START)
    scores = run(open_engine(), [asked])[2].scores

    assert scores[-1][0] == len(written.text)
    for number, (_, logprob, entropy) in enumerate(scores):
        logits = spy.logits[1000, number].astype(float)
        logs = logits - np.log(np.exp(logits).sum())
        assert abs(logprob - logs[spy.tokens[1000, number]]) < 1e-4
        assert abs(entropy + (np.exp(logs) * logs).sum()) < 1e-4


def test_bits_of_scores_are_the_same_alone_and_in_any_company() -> None:
    """After the prompt was read or not, beside completions, arriving late, in fewer rows."""
    scored = [job(k, BEFORE + TEXT * (k % 3 + 1), scored_from=START) for k in range(4)]
    others = [job(k, BEFORE + TEXT[: 5 * k], n=k % 5 + 1) for k in range(4, 12)]
    alone = {one.number: run(open_engine(), [one])[one.number] for one in scored}
    mixed = [*others[:4], *scored, *others[4:]]
    warm = open_engine()
    run(warm, others)

    for answers in (
        run(open_engine(), mixed),
        run(open_engine(), mixed[::-1], every=2),
        run(open_engine(limits=Limits(rows=8)), mixed),
        run(warm, scored),
    ):
        assert {k: answers[k] for k in alone} == alone
    plain = run(open_engine(), others)
    assert {k: run(open_engine(), mixed)[k] for k in plain} == plain


def use(requests: Sequence[ScoreRequest]) -> list[TokenScores]:
    """Return scores by an open policy."""

    async def ask() -> list[TokenScores]:
        policy: Policy = await EmbeddedFactory(processes=0).open(cores=1)
        scorer = scorer_of(policy)
        assert scorer is not None
        try:
            return list(await asyncio.gather(*map(scorer.score, requests)))
        finally:
            await policy.aclose()

    return asyncio.run(ask())


def test_ends_count_characters_and_faults_are_told_for_each_text() -> None:
    """Of a character of several bytes the last one ends it; a text that does not fit says so."""
    prompt = Prompt(text=BEFORE)
    plain, wide, empty, long, half = use(
        [
            ScoreRequest(prompt=prompt, text=TEXT),
            ScoreRequest(prompt=prompt, text="5 € or ½ of it\n"),
            ScoreRequest(prompt=prompt, text=""),
            ScoreRequest(prompt=prompt, text=TEXT * 90),
            ScoreRequest(prompt=prompt, text="\ud800"),
        ]
    )

    assert plain.ends[-1] == len(TEXT)
    assert list(plain.ends) == sorted(plain.ends)
    assert wide.ends[-1] == 15
    assert (empty.ends, empty.error) == ((), "")
    assert "the context has 1024" in long.error
    assert "surrogate" in half.error
    assert all(value <= 0 for value in plain.logprobs)
    assert 0 <= min(plain.entropies) <= max(plain.entropies) <= np.log(627)


def test_a_chat_is_refused() -> None:
    """It continues raw text."""
    chat = Prompt(turns=(ChatTurn(role="user", text="Hi"),))
    with pytest.raises(PolicyError, match="raw text"):
        use([ScoreRequest(prompt=chat, text="x")])


def test_the_first_token_of_all_is_not_scored(tmp_path: Path) -> None:
    """Nothing stands before it."""
    engine = open_engine(write_checkpoint(tmp_path / "weights"))
    scores = run(engine, [job(1, "abcd", scored_from=0)])[1].scores

    assert [end for end, _, _ in scores] == [2, 3, 4]
