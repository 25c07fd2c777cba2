"""SeenIds against a plain counter."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from annotate.jobs.seen_ids import seen_ids

IDS = st.lists(st.text(max_size=3), max_size=30)


@given(st.lists(IDS, max_size=6), IDS)
def test_it_counts_as_a_counter_does(batches: list[list[str]], asked: list[str]) -> None:
    """Whatever was added in whatever batches, each id was seen as often as it occurred."""
    expected: Counter[str] = Counter()
    with seen_ids() as seen:
        for batch in batches:
            seen.add(batch)
            expected.update(batch)
        found = seen.counts(asked)

    assert found == {key: expected[key] for key in set(asked) if expected[key]}


def test_more_ids_than_one_statement_takes_are_counted() -> None:
    """SQLite bounds the parameters of a statement; a segment has thousands of ids."""
    ids = [str(number) for number in range(5000)]
    with seen_ids() as seen:
        seen.add(ids)

        assert len(seen.counts(ids)) == 5000
