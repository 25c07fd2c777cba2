"""The shipped checkpoint in vLLM: does it write what the embedded engine writes?

Two commands, since vLLM has an environment of its own (one for the CPU is enough):
`python -m benchmarks.engine_vllm texts FILE` in the project's writes the likeliest solutions of
fresh problems, `python -m benchmarks.engine_vllm compare FILE` in vLLM's generates them again and
prints how many are equal to the last character.
"""

import argparse
import json
import os
from pathlib import Path

WEIGHTS = Path(__file__).parents[1] / "annotate" / "policies" / "embedded" / "weights"
FIRST = 9_000_000_000
"""Seed of the first problem; training draws none of these."""
MAX_TOKENS = 160
"""Longest solution."""

_SETTINGS = {
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "TORCH_COMPILE_DISABLE": "1",
}


def write_texts(file: Path, problems: int) -> None:
    """Write prompts and the engine's likeliest completions."""
    import asyncio  # noqa: PLC0415  # these need the project's environment

    from annotate.policies import Request  # noqa: PLC0415  # likewise
    from annotate.policies.embedded import EMBEDDED_PROFILE, EmbeddedFactory  # noqa: PLC0415  # too
    from annotate.prompts import Prompt, Sampling  # noqa: PLC0415  # likewise
    from annotate.worlds.stories import draw_problem  # noqa: PLC0415  # likewise

    template = EMBEDDED_PROFILE.problem_template
    prompts = [template.format(problem=draw_problem(FIRST + i).text) for i in range(problems)]
    sampling = Sampling(temperature=0.0, max_tokens=MAX_TOKENS)

    async def run() -> list[str]:
        policy = await EmbeddedFactory().open(cores=1)
        asked = [Request(prompt=Prompt(text=p), sampling=sampling, seed=0, n=1) for p in prompts]
        found = await asyncio.gather(*map(policy.complete, asked))
        await policy.aclose()
        return [one[0].text for one in found]

    file.write_text(json.dumps(list(zip(prompts, asyncio.run(run()), strict=True))))
    print(f"{file}: {problems} solutions")


def compare(file: Path) -> None:
    """Generate the same with vLLM, and print how many agree."""
    os.environ.update({name: os.environ.get(name, value) for name, value in _SETTINGS.items()})
    import vllm  # noqa: PLC0415  # not a dependency: only this command needs it

    rows = json.loads(file.read_text())
    engine = vllm.LLM(
        model=str(WEIGHTS), dtype="float32", enforce_eager=True, max_model_len=1024, block_size=32
    )
    greedy = vllm.SamplingParams(temperature=0.0, max_tokens=MAX_TOKENS)
    outputs = engine.generate([prompt for prompt, _ in rows], greedy)
    texts = [output.outputs[0].text for output in outputs]
    equal = sum(ours == text for (_, ours), text in zip(rows, texts, strict=True))
    for (prompt, ours), text in zip(rows, texts, strict=True):
        if ours != text:
            print(f"{prompt}\nengine: {ours!r}\nvLLM:   {text!r}")
    print(f"vLLM {vllm.__version__}: {equal} of {len(rows)} solutions equal")


def main() -> None:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["texts", "compare"], help="which half to run")
    parser.add_argument("file", type=Path, help="the solutions, as JSON")
    parser.add_argument("--problems", type=int, default=100, help="how many to solve")
    flags = parser.parse_args()
    if flags.part == "texts":
        write_texts(flags.file, flags.problems)
    else:
        compare(flags.file)


if __name__ == "__main__":
    main()
