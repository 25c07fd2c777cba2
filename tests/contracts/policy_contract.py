"""The suite that every policy inherits."""

import asyncio
import pickle
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from annotate.policies import (
    Completion,
    Policy,
    PolicyFactory,
    Request,
    ScoreRequest,
    TokenScores,
    policy_row,
    scorer_of,
)
from annotate.prompts import Sampling, render
from schemas import Problem, Seeding, text_problem

T = TypeVar("T")


class PolicyContract:
    """Inherit and implement `make`."""

    def make(self) -> PolicyFactory:
        """Return the policy under test, before it is open."""
        raise NotImplementedError

    def problem(self) -> Problem:
        """Return a problem that the policy can be asked."""
        return text_problem("Tom has 3 pens and buys 4. How many pens does he have?")

    def use(self, ask: Callable[[Policy], Awaitable[T]]) -> T:
        """Open the policy, use it and close it."""

        async def run() -> T:
            policy = await self.make().open(cores=1)
            try:
                return await ask(policy)
            finally:
                await policy.aclose()

        return asyncio.run(run())

    def request(self, policy: Policy, *, seed: int, n: int) -> Request:
        """Return a request of a few tokens."""
        prompt = render(self.problem(), "", policy.profile)
        return Request(prompt=prompt, sampling=Sampling(max_tokens=12), seed=seed, n=n)

    def test_it_travels_to_other_processes(self) -> None:
        """A frozen dataclass of primitives pickles to an equal one."""
        factory = self.make()

        assert isinstance(factory, PolicyFactory)
        assert pickle.loads(pickle.dumps(factory)) == factory  # noqa: S301  # written in this line

    def test_its_row_is_what_its_parts_say(self) -> None:
        """The id is the hash of kind, model, fingerprint and profile, the same each time."""

        async def ask(policy: Policy) -> Policy:
            assert isinstance(policy, Policy)
            row = policy.row
            assert row == policy_row(
                row.kind,
                model=row.model,
                fingerprint=row.fingerprint,
                profile=policy.profile,
                seeding=row.seeding,
                reproducible=row.reproducible,
            )
            return policy

        assert self.use(ask).row == self.use(ask).row

    def test_it_gives_as_many_as_asked_for(self) -> None:
        """Each with its counts and a reason why it ended, within the limit of tokens."""

        async def ask(policy: Policy) -> Sequence[Completion]:
            return await policy.complete(self.request(policy, seed=11, n=5))

        made = self.use(ask)

        assert len(made) == 5
        assert all(0 <= completion.tokens <= 12 for completion in made)
        assert all(completion.finish_reason for completion in made)

    def test_ordinals_may_be_asked_for_apart(self) -> None:
        """What was drawn first stays what it is when more are drawn, where seeds are promised."""

        async def ask(policy: Policy) -> tuple[bool, list[str], list[str]]:
            asked = [self.request(policy, seed=11, n=4)]
            asked += [self.request(policy, seed=11 + i, n=1) for i in range(4)]
            together, *apart = await asyncio.gather(*map(policy.complete, asked))
            promised = policy.row.seeding is Seeding.PER_ROLLOUT
            return promised, [c.text for c in together], [c.text for one in apart for c in one]

        promised, together, apart = self.use(ask)

        assert together == apart or not promised

    def test_what_it_scores_is_told_token_by_token(self) -> None:
        """Where it can score at all: ends rise up to the text's; numbers keep their ranges."""
        text = "3 + 4 = 7 pens.\n"

        async def ask(policy: Policy) -> TokenScores | None:
            scorer = scorer_of(policy)
            prompt = render(self.problem(), "", policy.profile)
            return await scorer.score(ScoreRequest(prompt=prompt, text=text)) if scorer else None

        told = self.use(ask)

        if told is not None:
            assert told.error == ""
            assert len(told.ends) == len(told.logprobs) == len(told.entropies) > 1
            assert list(told.ends) == sorted(told.ends)
            assert told.ends[-1] == len(text)
            assert max(told.logprobs) <= 0 <= min(told.entropies)
