"""The shipped checkpoint is one that Transformers loads, and both compute the same."""

import numpy as np
import pytest

from annotate.policies.embedded.files import WEIGHTS
from tests.annotate.policies.embedded_checkpoint import job, open_engine, run
from tests.annotate.policies.embedded_spy import Spy

PROMPT = (
    "Problem: Ann has 3 apples. Tom has 4 more apples than Ann. Tom eats 2 apples. How many apples "
    "does Tom have now?\nSolution:\n"
)


@pytest.mark.slow
def test_transformers_gives_the_same_logits_after_every_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Eight completions, each token of each: logits agree to 1e-4, and tokens of the prompt too."""
    torch = pytest.importorskip("torch", reason="Transformers is not a dependency: checked apart")
    transformers = pytest.importorskip("transformers", reason="the same")
    tokenizer = transformers.AutoTokenizer.from_pretrained(WEIGHTS)
    model = transformers.LlamaForCausalLM.from_pretrained(WEIGHTS, dtype=torch.float32).eval()
    spy = Spy(monkeypatch)
    engine = open_engine()

    written = run(engine, [job(0, PROMPT, n=8, max_tokens=100)])[0].written

    prompt = tokenizer(PROMPT)["input_ids"]
    assert prompt == engine.vocabulary.encode(PROMPT).tolist()
    for seed, one in enumerate(written):
        tokens = prompt + [spy.tokens[seed, i] for i in range(one.tokens)]
        with torch.no_grad():
            expected = model(torch.tensor([tokens])).logits[0].numpy()
        found = np.stack([spy.logits[seed, i] for i in range(one.tokens)])
        assert np.abs(expected[len(prompt) - 1 : -1] - found).max() < 1e-4
