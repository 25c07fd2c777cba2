"""Golden logits of the shipped weights, computed by Transformers: what the engine must reproduce.

Run it with `python -m benchmarks.engine_golden` in any environment that has `torch` and
`transformers` (the project's own has neither). Writes the file that the engine's tests compare
with: a few prompts, their tokens, and the logits after each prompt's last token.
"""

import json
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEIGHTS = ROOT / "annotate" / "policies" / "embedded" / "weights"
GOLDEN = ROOT / "tests" / "annotate" / "policies" / "embedded_logits.json"
PROMPTS = (
    """Problem: Ann has 3 apples. Tom has 4 more apples than Ann. How many apples does Tom have?
Solution:
""",
    """Problem: A pen costs 2 dollars. Lea buys 7 pens. How much does she pay?
Steps:
1. Lea pays 7 * 2 = 14 dollars.
2. The answer is 15.
First wrong step:""",
    "Größe: 12 µm, 8 %.\n",
    "1",
)
"""Short, long, off the grammar, and one token."""
DIGITS = 5


def reference_logits(prompt: str) -> tuple[list[int], list[float]]:
    """Return a prompt's tokens and the logits after the last one, in float32."""
    import torch  # noqa: PLC0415  # not a dependency: only this command needs it
    from transformers import AutoTokenizer, LlamaForCausalLM  # noqa: PLC0415  # likewise

    tokenizer = AutoTokenizer.from_pretrained(WEIGHTS)
    model = LlamaForCausalLM.from_pretrained(WEIGHTS, dtype=torch.float32)
    model.eval()
    tokens = tokenizer(prompt)["input_ids"]
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0, -1]
    return tokens, logits.tolist()


def main() -> None:
    """Write the golden file."""
    rows = []
    for prompt in PROMPTS:
        tokens, logits = reference_logits(prompt)
        rounded = [round(value, DIGITS) for value in logits]
        rows.append({"prompt": prompt, "tokens": tokens, "logits": rounded})
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{GOLDEN.relative_to(ROOT)}: {len(rows)} prompts")


if __name__ == "__main__":
    main()
