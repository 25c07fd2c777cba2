"""The journal: segments that survive, that are damaged, and that go."""

from dataclasses import replace
from pathlib import Path

import pytest

from annotate.storage import RunFolder, journal, open_store
from schemas import Rollout, StoreError
from tests.annotate.storage.sample_run import sample_rows


def rollouts(n: int) -> list[Rollout]:
    """Return completions of one key."""
    (one,) = sample_rows()["rollouts"]
    assert isinstance(one, Rollout)
    return [replace(one, rollout_id=f"r{number:02}", ordinal=number) for number in range(n)]


def test_segments_are_unioned_by_id_and_belong_to_their_shard(tmp_path: Path) -> None:
    """The same completion in two segments counts once; clearing one shard leaves the others'."""
    store = open_store(str(tmp_path))
    journal.append(store, "a", rollouts(3))
    journal.append(store, "a", rollouts(5)[1:])
    journal.append(store, "b", rollouts(7)[6:])

    assert journal.read_segments(store, "a") == rollouts(5)
    assert journal.read_segments(store) == [*rollouts(5), rollouts(7)[6]]
    journal.clear(store, "a")
    assert journal.read_segments(store) == rollouts(7)[6:]


@pytest.mark.parametrize("damage", ["cut", "empty", "letter"])
def test_damage_is_one_line_that_says_what_to_do(tmp_path: Path, damage: str) -> None:
    """A changed letter too, which Parquet would read as another completion; nothing is removed."""
    run = RunFolder.create_or_open(open_store(str(tmp_path)), {})
    journal.append(run.store, "a", rollouts(40))
    (path,) = (tmp_path / "journal" / "a").iterdir()
    content = path.read_bytes()
    damaged = {
        "cut": content[: len(content) // 2],
        "empty": b"",
        "letter": content.replace(b"So 5.", b"So 6.", 1),
    }[damage]
    assert damaged != content
    path.write_bytes(damaged)

    with pytest.raises(StoreError, match=r"journal/a/.*is damaged .*Remove the file") as caught:
        journal.recover(run, lambda _: [])
    assert "\n" not in str(caught.value)
    assert path.exists()
