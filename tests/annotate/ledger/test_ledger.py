"""The ledger: what is asked for once is paid for once, and is there after a kill."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from annotate.ledger import (
    Budget,
    Ledger,
    Purse,
    Spent,
    base_seed,
    make_seat,
    request_id,
    rollout_id,
)
from annotate.ledger.keys import MAX_ORDINALS
from annotate.policies import Completion, Request, policy_row
from annotate.prompts import Profile, Prompt, Sampling
from annotate.storage import RunFolder, RunStore, journal, open_store, read_table
from schemas import (
    TABLES,
    BudgetError,
    PolicyRow,
    Role,
    Rollout,
    Seeding,
    StoreError,
    from_arrow,
    text_problem,
)

PROBLEM = text_problem("1 + 1?", answers=("2",))
PROFILE = Profile(name="echo", raw=True)


@dataclass
class Echo:
    """A policy that answers with its seeds, and remembers what it was asked."""

    requests: list[Request] = field(default_factory=list)
    short: int = 0

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        return policy_row(
            "echo",
            model="echo",
            fingerprint="",
            profile=PROFILE,
            seeding=Seeding.PER_ROLLOUT,
            reproducible=True,
        )

    @property
    def profile(self) -> Profile:
        """How it is spoken to."""
        return PROFILE

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return the seeds."""
        self.requests.append(request)
        await asyncio.sleep(0.001)
        return [
            Completion(text=str(request.seed + i), finish_reason="stop", prompt_tokens=3, tokens=5)
            for i in range(request.n - self.short)
        ]

    async def aclose(self) -> None:
        """Hold nothing."""


@dataclass
class Bench:
    """A ledger over a folder."""

    folder: Path
    policy: Echo = field(default_factory=Echo)
    budget: Budget = field(default_factory=Budget)
    spent: Spent = field(default_factory=Spent)

    def ledger(self, known: Sequence[Rollout] = ()) -> Ledger:
        """Open one, as after a start."""
        store = open_store(str(self.folder))
        purse = Purse(store, "job", self.budget)
        return Ledger(store=store, shard="s0", purse=purse, spent=self.spent, known=known)

    async def draw(self, ledger: Ledger, n: int, text: str = "1 + 1?") -> list[Rollout]:
        """Ask for the first n completions of a text."""
        seat = make_seat(self.policy, Sampling(max_tokens=10))
        return await ledger.draw(seat, Role.COMPLETER, PROBLEM, Prompt(text=text), "prefix", n)


def test_more_of_the_same_asks_for_the_rest_only(tmp_path: Path) -> None:
    """Asking for 8 after 3 pays for 5, whose seeds follow on."""
    bench = Bench(folder=tmp_path)

    async def run() -> tuple[list[Rollout], list[Rollout]]:
        ledger = bench.ledger()
        first, more = await bench.draw(ledger, 3), await bench.draw(ledger, 8)
        await ledger.aclose()
        return first, more

    first, more = asyncio.run(run())
    assert more[:3] == first
    assert [request.n for request in bench.policy.requests] == [3, 5]
    base = bench.policy.requests[0].seed
    assert [int(one.text) for one in more] == list(range(base, base + 8))
    assert [one.ordinal for one in more] == list(range(8))


def test_concurrent_asks_for_one_key_are_one_request(tmp_path: Path) -> None:
    """A hundred searches that reach the same prefix at once pay for it once."""
    bench = Bench(folder=tmp_path)

    async def run() -> list[list[Rollout]]:
        ledger = bench.ledger()
        found = await asyncio.gather(*(bench.draw(ledger, 4) for _ in range(100)))
        await ledger.aclose()
        return found

    found = asyncio.run(run())
    assert len(bench.policy.requests) == 1
    assert all(one == found[0] for one in found)
    assert bench.spent == Spent(rollouts=4, tokens=20, in_flight=0)


def test_what_was_journalled_is_not_paid_for_again(tmp_path: Path) -> None:
    """A worker that comes after a dead one goes on from its segments."""
    bench = Bench(folder=tmp_path)

    async def run() -> tuple[list[Rollout], list[Rollout]]:
        dead = bench.ledger()
        before = await bench.draw(dead, 5)
        await dead.aclose()
        heir = bench.ledger()
        after = await bench.draw(heir, 5)
        assert heir.fresh == before
        await heir.aclose()
        return before, after

    before, after = asyncio.run(run())
    assert after == before
    assert len(bench.policy.requests) == 1


def test_a_gap_in_the_ordinals_is_filled(tmp_path: Path) -> None:
    """Only what a lost segment held is paid for again, and none is kept twice under an id."""
    bench = Bench(folder=tmp_path)

    async def run() -> list[Rollout]:
        ledger = bench.ledger()
        drawn = await bench.draw(ledger, 6)
        await ledger.aclose()
        journal.clear(ledger_store := open_store(str(tmp_path)), "s0")
        journal.append(ledger_store, "s0", [*drawn[:2], *drawn[4:]])
        heir = bench.ledger()
        again = await bench.draw(heir, 6)
        assert sorted(one.rollout_id for one in heir.fresh) == [one.rollout_id for one in again]
        await heir.aclose()
        return again

    again = asyncio.run(run())
    assert [request.n for request in bench.policy.requests] == [6, 2]
    assert len({one.rollout_id for one in again}) == 6


def test_recovery_commits_each_completion_once(tmp_path: Path) -> None:
    """What a killed job left in its journal becomes rows; what is committed already does not."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), {})
    bench = Bench(folder=tmp_path)

    async def leave() -> list[Rollout]:
        ledger = bench.ledger()
        drawn = await bench.draw(ledger, 4)
        await ledger.aclose()
        return drawn

    drawn = asyncio.run(leave())
    saved = journal.recover(run, lambda _: [drawn[0].rollout_id])
    assert saved == 3
    assert journal.recover(run, lambda _: []) == 0
    (entry,) = run.state().files["rollouts"]
    rows = from_arrow(Rollout, read_table(run.store, TABLES["rollouts"], entry))
    assert rows == drawn[1:]


def test_a_budget_is_never_overspent_and_nearly_used_up(tmp_path: Path) -> None:
    """Two workers draw from one purse until it is empty, at any interleaving."""
    first = Bench(folder=tmp_path, budget=Budget(rollouts=1000, tokens=None))
    second = Bench(folder=tmp_path, budget=first.budget)

    async def spend(bench: Bench) -> None:
        ledger = bench.ledger()
        try:
            for number in range(10_000):
                await bench.draw(ledger, 3, text=f"{bench is first} {number}")
        finally:
            await ledger.aclose()

    async def both() -> list[BaseException | None]:
        return list(await asyncio.gather(spend(first), spend(second), return_exceptions=True))

    assert all(isinstance(error, BudgetError) for error in asyncio.run(both()))
    drawn = first.spent.rollouts + second.spent.rollouts
    assert 1000 - 2 * (1000 // 256 + 3) <= drawn <= 1000


def test_tokens_are_reserved_at_their_most_and_settled_at_their_cost(tmp_path: Path) -> None:
    """With room for one request at a time, those that wait go on when others settle."""
    bench = Bench(folder=tmp_path, budget=Budget(tokens=100))

    async def run() -> int:
        ledger = bench.ledger()
        asks = [bench.draw(ledger, 2, text=str(number)) for number in range(20)]
        found = await asyncio.gather(*asks, return_exceptions=True)
        await ledger.aclose()
        return sum(isinstance(one, BudgetError) for one in found)

    refused = asyncio.run(run())
    # A request costs 10 of the 20 tokens that it may: the last must leave room for its most.
    assert bench.spent.tokens <= 100
    assert 20 - refused == bench.spent.rollouts // 2 >= 9


def test_too_few_completions_are_a_bug_that_shows(tmp_path: Path) -> None:
    """A policy that returns fewer than it was asked for is not taken for one that did."""
    bench = Bench(folder=tmp_path, policy=Echo(short=1))

    async def run() -> None:
        ledger = bench.ledger()
        try:
            await bench.draw(ledger, 3)
        finally:
            await ledger.aclose()

    with pytest.raises(RuntimeError, match="2 of 3"):
        asyncio.run(run())


def test_keys_depend_on_all_that_shapes_a_completion() -> None:
    """Policy, prompt, stop strings and sampling each make another key."""
    prompt, sampling = Prompt(text="a"), Sampling().canonical
    keys = {
        request_id("p", prompt, sampling),
        request_id("q", prompt, sampling),
        request_id("p", Prompt(text="b"), sampling),
        request_id("p", Prompt(text="a", stop=("\n",)), sampling),
        request_id("p", prompt, Sampling(temperature=0.5).canonical),
    }
    assert len(keys) == 5
    for key in keys:
        assert 0 <= base_seed(key) < 2**31 - MAX_ORDINALS
    one = rollout_id(PROBLEM.problem_id, min(keys), 255)
    assert len(one) == 32
    assert one.startswith(PROBLEM.problem_id[:12])
    assert one.endswith("0000ff")


def test_problems_of_one_wording_do_not_share_completions(tmp_path: Path) -> None:
    """They may accept other answers, and a shard of one of them alone must draw the same rows."""
    bench = Bench(folder=tmp_path)
    twin = text_problem("1 + 1?", answers=("two",))

    async def run() -> list[Rollout]:
        ledger = bench.ledger()
        first = await bench.draw(ledger, 2)
        seat = make_seat(bench.policy, Sampling(max_tokens=10))
        second = await ledger.draw(seat, Role.COMPLETER, twin, Prompt(text="1 + 1?"), "prefix", 2)
        await ledger.aclose()
        return [*first, *second]

    drawn = asyncio.run(run())
    assert [one.problem_id for one in drawn] == [PROBLEM.problem_id] * 2 + [twin.problem_id] * 2
    assert len({one.rollout_id for one in drawn}) == 4
    assert drawn[0].text == drawn[2].text


def test_what_a_stopped_search_had_under_way_is_kept(tmp_path: Path) -> None:
    """Its other asks go on when the budget refuses one: they are waited for, and journalled."""
    bench = Bench(folder=tmp_path, budget=Budget(rollouts=12))

    async def run() -> list[Rollout]:
        ledger = bench.ledger()
        with pytest.raises(BudgetError):
            await asyncio.gather(
                bench.draw(ledger, 4, text="a"),
                bench.draw(ledger, 4, text="b"),
                bench.draw(ledger, 13, text="c"),
            )
        await ledger.settle()
        await ledger.aclose()
        return ledger.fresh

    fresh = asyncio.run(run())
    assert len(fresh) == bench.spent.rollouts == 8
    assert len(journal.read_segments(open_store(str(tmp_path)))) == 8


def test_a_closed_ledger_asks_nothing(tmp_path: Path) -> None:
    """What is under way ends with it; what would be asked later is refused."""
    bench = Bench(folder=tmp_path)

    async def run() -> object:
        ledger = bench.ledger()
        late = asyncio.create_task(bench.draw(ledger, 4))
        await asyncio.sleep(0)
        await ledger.aclose()
        with pytest.raises(RuntimeError, match="after aclose"):
            await bench.draw(ledger, 1, text="b")
        return (await asyncio.gather(late, return_exceptions=True))[0]

    assert isinstance(asyncio.run(run()), asyncio.CancelledError)
    assert bench.spent.in_flight == 0


@pytest.mark.parametrize("turns", range(1, 5))
def test_a_close_that_is_cancelled_keeps_what_was_paid_for(tmp_path: Path, turns: int) -> None:
    """Whenever it happens: an impatient end of the event loop loses nothing."""
    bench = Bench(folder=tmp_path)

    async def run() -> None:
        ledger = bench.ledger()
        await bench.draw(ledger, 8)
        closing = asyncio.create_task(ledger.aclose())
        for _ in range(turns):
            await asyncio.sleep(0)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        assert len(journal.read_segments(open_store(str(tmp_path)))) == 8

    asyncio.run(run())


@dataclass(frozen=True)
class Full:
    """A store that takes no more segments."""

    store: RunStore

    def __getattr__(self, name: str) -> object:
        """Do all else as the store does."""
        return getattr(self.store, name)

    def put_atomic(self, key: str, data: bytes) -> None:
        """Refuse."""
        raise StoreError(f"{key} of {len(data)} bytes: the disk is full.")


def test_a_journal_that_cannot_be_written_stops_the_next_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing more is paid for that a kill would lose, and the reason is told."""
    monkeypatch.setattr("annotate.ledger.ledger.FLUSH_S", 0.01)
    bench = Bench(folder=tmp_path)
    store = Full(open_store(str(tmp_path)))

    async def run() -> None:
        ledger = Ledger(
            store=store,  # type: ignore[arg-type]  # delegates
            shard="s0",
            purse=Purse(open_store(str(tmp_path)), "job", Budget()),
            spent=bench.spent,
        )
        await bench.draw(ledger, 4)
        await asyncio.sleep(0.3)
        with pytest.raises(StoreError, match="disk is full"):
            await bench.draw(ledger, 4, text="b")
        with pytest.raises(StoreError, match="disk is full"):
            await ledger.aclose()

    asyncio.run(run())
    assert len(bench.policy.requests) == 1
