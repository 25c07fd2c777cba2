"""Tokens per second of the embedded policy: by rollouts in flight, and by processes.

Run it with `python -m benchmarks.engine`.

Each row asks for groups of eight rollouts of story problems (`annotate.worlds`), so many at a time,
through the policy as a search uses it: in the parent's event loop, with the prefix cache. Parent is
the CPU time of this process per rollout. With `--singles` each rollout has a prompt of its own.
Where `transformers` is installed, its `generate` is measured beside it, on the same prompts at the
same batch sizes.
"""

import argparse
import asyncio
import importlib.util
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from annotate.policies import Completion, Policy, Request
from annotate.policies.embedded import EMBEDDED_PROFILE, WEIGHTS, EmbeddedFactory
from annotate.prompts import Prompt, Sampling
from annotate.worlds.stories import draw_problem

GROUP = 8
"""Rollouts of one prompt."""
MAX_TOKENS = 160
"""Longest rollout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One row of the table."""

    engine: str
    """What was measured."""
    in_flight: int
    """Rollouts under way at once."""
    rollouts: int
    """Rollouts completed."""
    tokens: int
    """Tokens written."""
    seconds: float
    """Wall time."""
    parent_s: float
    """CPU seconds of this process; 0 where it does the work itself."""


def requests(seed: int, *, groups: int, size: int) -> Iterator[Request]:
    """Yield requests for `size` rollouts each: a problem from the start, then after its steps."""
    for index in range(groups):
        story = draw_problem(seed + index // 4)
        prompt = EMBEDDED_PROFILE.problem_template.format(problem=story.text)
        prompt += "".join(f"{step}\n" for step in story.solution[: index % 4])
        yield Request(
            prompt=Prompt(text=prompt),
            sampling=Sampling(max_tokens=MAX_TOKENS),
            seed=seed + index * size,
            n=size,
            affinity=str(index // 4),
        )


async def measure(processes: int, in_flight: int, asked: Sequence[Request]) -> Speed:
    """Run requests, at most `in_flight` rollouts at a time."""
    policy = await EmbeddedFactory(processes=processes).open(cores=1)
    gate = asyncio.Semaphore(max(1, in_flight // asked[0].n))
    try:
        await policy.complete(next(requests(0, groups=1, size=1)))
        started, cpu = time.perf_counter(), time.process_time()
        answers = await asyncio.gather(*(_through(gate, policy, request) for request in asked))
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    finally:
        await policy.aclose()
    written = [completion for answer in answers for completion in answer]
    return Speed(
        engine=f"{processes} process{'es' if processes > 1 else ''}" if processes else "a thread",
        in_flight=in_flight,
        rollouts=len(written),
        tokens=sum(completion.tokens for completion in written),
        seconds=seconds,
        parent_s=cpu if processes else 0.0,
    )


async def _through(
    gate: asyncio.Semaphore, policy: Policy, request: Request
) -> Sequence[Completion]:
    async with gate:
        return await policy.complete(request)


def measure_transformers(in_flight: int, asked: Sequence[Request], seed: int) -> Speed:
    """Run the same prompts through `generate` of Transformers, `in_flight` rollouts at a time."""
    import torch  # noqa: PLC0415  # not a dependency: measured where it is installed
    from transformers import AutoTokenizer, LlamaForCausalLM  # noqa: PLC0415  # likewise

    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(WEIGHTS, padding_side="left")
    model = LlamaForCausalLM.from_pretrained(WEIGHTS, dtype=torch.float32).eval()
    texts = [request.prompt.text or "" for request in asked for _ in range(request.n)]
    tokens = 0
    started = time.perf_counter()
    for start in range(0, len(texts), in_flight):
        batch = tokenizer(texts[start : start + in_flight], return_tensors="pt", padding=True)
        batch.pop("token_type_ids", None)
        with torch.no_grad():
            written = model.generate(**batch, do_sample=True, max_new_tokens=MAX_TOKENS)
        tokens += int((written[:, batch["input_ids"].shape[1] :] != tokenizer.pad_token_id).sum())
    seconds = time.perf_counter() - started
    return Speed(
        engine="Transformers",
        in_flight=in_flight,
        rollouts=len(texts),
        tokens=tokens,
        seconds=seconds,
        parent_s=0.0,
    )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--in-flight", type=int, nargs="+", default=[1, 16, 64, 256])
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=4, help="rollouts are rounds * in-flight")
    parser.add_argument("--singles", action="store_true", help="no two rollouts share a prompt")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    table = Table(title=f"embedded policy, seed {asked.seed}")
    for name in ("engine", "in flight", "rollouts", "tokens", "tokens/s", "parent us/rollout"):
        table.add_column(name, justify="right")
    for in_flight in asked.in_flight:
        size = 1 if asked.singles else min(GROUP, in_flight)
        groups = max(1, in_flight * asked.rounds // size)
        work = list(requests(asked.seed, groups=groups, size=size))
        rows = [asyncio.run(measure(n, in_flight, work)) for n in asked.processes]
        if importlib.util.find_spec("transformers"):
            rows.append(measure_transformers(in_flight, work, asked.seed))
        for row in rows:
            table.add_row(
                row.engine,
                str(row.in_flight),
                str(row.rollouts),
                str(row.tokens),
                f"{row.tokens / row.seconds:,.0f}",
                f"{row.parent_s / row.rollouts * 1e6:.1f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
