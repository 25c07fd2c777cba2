"""Completions end where they are told to, and say why."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.policies.embedded.config import read_config
from annotate.policies.embedded.files import WEIGHTS
from annotate.policies.embedded.vocabulary import Vocabulary
from schemas import PolicyError
from tests.annotate.policies.embedded_checkpoint import EOS, job, open_engine, run, write_checkpoint

CONFIG = read_config(WEIGHTS / "config.json")
VOCABULARY = Vocabulary(WEIGHTS / "tokenizer.json", size=CONFIG.vocab_size, eos=CONFIG.eos)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a random checkpoint."""
    return write_checkpoint(tmp_path)


@given(st.text())
def test_tokens_stand_for_the_bytes_of_their_text(text: str) -> None:
    """Any text, in any script, comes back from its tokens."""
    if "<eos>" not in text and "<pad>" not in text:
        assert VOCABULARY.content(VOCABULARY.encode(text).tolist()) == text.encode()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(stop=st.lists(st.text("abé\n ", min_size=1, max_size=2), min_size=1, max_size=3))
def test_a_completion_ends_before_the_first_stop_string(folder: Path, stop: list[str]) -> None:
    """It is the one without stop strings, cut; what is not cut is unchanged."""
    heat = 4.0
    free = run(open_engine(folder), [job(1, "ab", n=9, temperature=heat)])[1].written
    held = run(open_engine(folder), [job(1, "ab", n=9, temperature=heat, stop=tuple(stop))])[1]

    for whole, cut in zip(free, held.written, strict=True):
        ends = [at for text in stop if (at := whole.text.find(text)) >= 0]
        if ends:
            assert cut.text == whole.text[: min(ends)]
            assert cut.finish_reason == "stop"
            assert cut.tokens <= whole.tokens
        else:
            assert cut == whole


def test_end_of_text_stops_and_is_counted_and_the_limit_of_tokens_says_length(folder: Path) -> None:
    """Over many completions both endings come, with their texts and counts."""
    written = run(open_engine(folder), [job(1, "ab", n=200, max_tokens=60, temperature=6.0)])[
        1
    ].written

    ended = [one for one in written if one.finish_reason == "stop"]
    assert 0 < len(ended) < 200
    assert all(one.tokens <= 60 and "<eos>" not in one.text for one in ended)
    assert all(one.tokens == 60 for one in written if one.finish_reason == "length")
    # Tokens are bytes here: what ended it is a token and no text.
    assert all(len(one.text) <= one.tokens - 1 for one in ended)


@pytest.mark.parametrize(("length", "tokens"), [(95, 1), (90, 6), (1, 24)])
def test_a_prompt_near_the_context_gets_what_is_left(
    folder: Path, length: int, tokens: int
) -> None:
    """The context of 96 positions holds prompt and completion together."""
    answer = run(open_engine(folder), [job(1, "a" * length, temperature=0.0)])[1]

    assert answer.prompt_tokens == length
    assert [(one.finish_reason, one.tokens) for one in answer.written] == [("length", tokens)]


@pytest.mark.parametrize("length", [0, 96, 500])
def test_a_prompt_that_does_not_fit_is_answered_with_an_error(folder: Path, length: int) -> None:
    """It costs no pass, is said of each completion, and leaves the others alone."""
    engine = open_engine(folder)

    answers = run(engine, [job(1, "a" * length, n=3), job(2, "ab", temperature=0.0)])

    reasons = {one.finish_reason for one in answers[1].written}
    assert reasons == {f"error: prompt of {length} tokens, the context has 96"}
    assert len(answers[1].written) == 3
    assert answers[2].written[0].tokens > 0


def test_a_tokenizer_of_another_model_is_refused(folder: Path) -> None:
    """More tokens than the model has rows, another kind, or no JSON: one line each."""
    path = folder / "tokenizer.json"
    with pytest.raises(PolicyError, match="of two models"):
        Vocabulary(path, size=EOS, eos=frozenset())
    path.write_text(path.read_text().replace('"Ġ"', '"▁"'))
    with pytest.raises(PolicyError, match="not byte-level"):
        Vocabulary(path, size=EOS + 1, eos=frozenset())
    path.write_text("{")
    with pytest.raises(PolicyError, match="is not a tokenizer"):
        Vocabulary(path, size=EOS + 1, eos=frozenset())
