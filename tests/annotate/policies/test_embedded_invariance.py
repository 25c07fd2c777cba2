"""A completion's bits depend on its prompt, seed and sampling alone."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.policies.embedded.batch import Limits
from annotate.policies.embedded.checkpoint import Floats, load_checkpoint
from annotate.policies.embedded.files import WEIGHTS
from annotate.policies.embedded.invariance import Tiling, find_tiling
from annotate.policies.embedded.wire import Answer, Job
from tests.annotate.policies.embedded_checkpoint import job, open_engine, run, write_checkpoint
from tests.annotate.policies.embedded_spy import Spy

PROBLEM = (
    "Problem: Ann has {} apples. Tom has 3 times as many apples as Ann, and Bob has 12 more than "
    "Tom. How many apples do all of them have together?\nSolution:\n"
)
STEP = "Tom has 3 times as many apples as Ann, so 3 * {} = {}.\n"


def _prompt(number: int) -> str:
    steps = "".join(STEP.format(k, 3 * k) for k in range(number % 4))
    return PROBLEM.format(number // 4) + steps


def _jobs(numbers: Sequence[int], **changes: object) -> list[Job]:
    return [
        job(k, _prompt(k), **({"n": 1 + 5 * k % 9, "max_tokens": 8 + 11 * k % 40} | changes))
        for k in numbers
    ]


def test_bits_of_logits_are_the_same_alone_and_in_any_company(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Alone, with twenty others, in other order, arriving late, in fewer rows, without a cache."""
    spy = Spy(monkeypatch)
    numbers = range(21)
    together = run(open_engine(), _jobs(numbers))
    expected = spy.bits()
    alone: dict[int, Answer] = {}
    for k in (0, 6, 13, 20):
        alone |= run(open_engine(), _jobs([k]))
    seen = spy.bits()
    assert seen.items() <= expected.items()
    assert len(seen) > 100
    assert all(together[k] == answer for k, answer in alone.items())

    one_step = Limits(rows=24)
    companies = [
        run(open_engine(), _jobs(numbers[::-1])),
        run(open_engine(), _jobs(numbers), every=3),
        run(open_engine(limits=one_step), _jobs(numbers)),
        run(open_engine(limits=Limits(cache_bytes=0)), _jobs(numbers)),
    ]

    assert spy.bits() == expected
    assert all(company == together for company in companies)


def test_a_prompt_found_in_the_cache_gives_the_bits_of_one_that_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each prompt after a shorter and after a longer one of the same problem, and after itself."""
    spy = Spy(monkeypatch)
    warm = open_engine()
    for k in (3, 1, 2, 0, 3, 2):
        answers = run(warm, _jobs([k]))
        found = spy.bits()
        assert answers == run(open_engine(), _jobs([k]))
        assert spy.bits() == found
    assert warm.cache.tokens_known > warm.cache.tokens_read / 2


def test_sample_i_of_a_request_is_the_first_sample_of_the_request_with_its_seed() -> None:
    """Eleven at once, which end one after the other, are those asked for one by one."""
    engine = open_engine()
    asked = {"stop": ("m", "7", ")"), "temperature": 1.5, "max_tokens": 60}

    whole = run(engine, [job(1, _prompt(2), n=11, seed=40, **asked)])[1].written
    apart = [
        run(engine, [job(1, _prompt(2), seed=40 + i, **asked)])[1].written[0] for i in range(11)
    ]
    parts = run(
        engine,
        [job(1, _prompt(2), n=6, seed=40, **asked), job(2, _prompt(2), n=5, seed=46, **asked)],
    )

    assert whole == apart
    assert whole == parts[1].written + parts[2].written
    assert len({written.tokens for written in whole}) > 3


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    asked=st.lists(
        st.tuples(
            st.text("abc\n ü", min_size=1, max_size=60),
            st.integers(1, 19),
            st.integers(1, 40),
            st.sampled_from([0.0, 0.5, 1.0, 3.0]),
            st.sampled_from([(), ("\n",), ("ab", "c c")]),
            st.sampled_from([(1.0, 0), (0.7, 0), (0.9, 5)]),
        ),
        min_size=1,
        max_size=9,
    ),
    rows=st.sampled_from([8, 9, 21, 64]),
    every=st.integers(0, 4),
    tiling=st.sampled_from([None, Tiling(step=64, tile=64, proven=True)]),
)
def test_any_mixture_of_requests_is_answered_as_each_alone(
    tmp_path: Path,
    asked: list[tuple[str, int, int, float, tuple[str, ...], tuple[float, int]]],
    rows: int,
    every: int,
    tiling: Tiling | None,
) -> None:
    """Whatever rows there are and whenever requests come, each gets what it gets alone."""
    folder = tmp_path / "weights"
    if not folder.exists():
        write_checkpoint(folder)
    jobs = [
        job(k, text, n=n, max_tokens=limit, temperature=heat, stop=stop, top_p=p, top_k=top_k)
        for k, (text, n, limit, heat, stop, (p, top_k)) in enumerate(asked)
    ]

    together = run(open_engine(folder, limits=Limits(rows=rows), tiling=tiling), jobs, every=every)

    for k, asked_job in enumerate(jobs):
        alone = run(open_engine(folder, tiling=tiling), [asked_job])
        assert together[k] == alone[k]
        assert len(alone[k].written) == asked_job.n


def test_this_machine_proves_its_products_invariant() -> None:
    """The trial at the start finds a safe size here, and says so."""
    tiling = find_tiling(load_checkpoint(WEIGHTS))

    assert tiling.proven
    assert all(tiling.padded(rows) % tiling.step == 0 for rows in range(1, 300))
    assert all(tiling.padded(rows) >= rows for rows in range(1, 300))


def test_a_library_that_looks_at_the_size_of_a_product_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Products whose sums run in another order when they are small are not taken for safe."""
    checkpoint = load_checkpoint(WEIGHTS)
    plain = np.matmul

    def fickle(left: Floats, right: Floats) -> Floats:
        product: Floats = plain(left, right)
        if len(left) < 64:
            half = left.shape[1] // 2
            product = plain(left[:, :half], right[:half]) + plain(left[:, half:], right[half:])
        return product

    monkeypatch.setattr(np, "matmul", fickle)
    tiling = find_tiling(checkpoint)

    assert tiling == Tiling(step=64, tile=64, proven=True)
