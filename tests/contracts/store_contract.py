"""What every RunStore promises. A test class inherits this and gives the fixture `store`."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from annotate.storage import RunStore
from schemas import InvalidArgumentError, StoreError


class StoreContract:
    """Laws of a flat map from keys to whole files."""

    def test_what_was_put_is_read(self, store: RunStore) -> None:
        """A file comes back byte for byte, empty and large ones too, and has its size."""
        for key, data in (("a", b""), ("b/c.bin", bytes(range(256))), ("d/e/f", b"x" * 2_000_000)):
            store.put_atomic(key, data)

            assert data == store.read(key)
            assert len(data) == store.size(key)

    def test_putting_again_replaces(self, store: RunStore) -> None:
        """The last put wins, also where it is shorter."""
        store.put_atomic("a/b", b"the first")
        store.put_atomic("a/b", b"2nd")

        assert store.read("a/b") == b"2nd"
        assert store.list() == ("a/b",)

    def test_put_if_absent_keeps_what_is_there(self, store: RunStore) -> None:
        """Only the first put under a key succeeds, until the key is deleted."""
        assert store.put_if_absent("commits/0.json", b"first")
        assert not store.put_if_absent("commits/0.json", b"second")
        assert store.read("commits/0.json") == b"first"

        store.delete("commits/0.json")

        assert store.put_if_absent("commits/0.json", b"third")

    def test_one_of_many_writers_wins_a_key(self, store: RunStore) -> None:
        """Of threads that put under one absent key at once, exactly one is told that it won."""
        for attempt in range(5):
            key = f"commits/{attempt}.json"
            writers = [str(number).encode() for number in range(8)]
            with ThreadPoolExecutor(len(writers)) as pool:
                won = list(pool.map(lambda data, key=key: store.put_if_absent(key, data), writers))

            assert sum(won) == 1
            assert store.read(key) == writers[won.index(True)]

    def test_a_missing_file_is_an_error_that_names_it(self, store: RunStore) -> None:
        """Reading what is not there raises one line with the key; its size is null."""
        with pytest.raises(StoreError, match=r"no/such\.file.* does not exist") as caught:
            store.read("no/such.file")

        assert "\n" not in str(caught.value)
        assert store.size("no/such.file") is None

    def test_list_is_sorted_and_filters_by_prefix(self, store: RunStore) -> None:
        """A prefix is text, not a folder; keys come in order whatever order they were put in."""
        keys = ["tables/b/2", "commits/1", "tables/a/1", "run.json", "tables/ab", "tables/b/10"]
        for key in keys:
            store.put_atomic(key, b".")

        assert tuple(sorted(keys)) == store.list()
        assert store.list("tables/a") == ("tables/a/1", "tables/ab")
        assert store.list("tables/b/") == ("tables/b/10", "tables/b/2")
        assert store.list("run.json") == ("run.json",)
        assert store.list("nothing/") == ()

    def test_an_empty_store_lists_nothing(self, store: RunStore) -> None:
        """A place that does not exist yet is an empty store."""
        assert store.list() == ()
        assert store.leftovers() == ()

    def test_deleting_twice_is_as_good_as_once(self, store: RunStore) -> None:
        """Deleting what is not there does nothing."""
        store.put_atomic("a/b", b"1")
        store.delete("a/b")
        store.delete("a/b")
        store.delete("never/was")

        assert store.list() == ()
        assert store.size("a/b") is None

    def test_keys_stay_inside_the_store(self, store: RunStore) -> None:
        """A key that is empty, climbs out or is the store's own is refused by every method."""
        for key in ("", "/a", "../a", "a/../b", ".hidden", "a/.b/c", "a//b", "a/", "a\\b", "."):
            for use in (store.read, store.delete, store.size, store.uri):
                with pytest.raises(InvalidArgumentError, match="cannot name a file"):
                    use(key)
            for put in (store.put_atomic, store.put_if_absent):
                with pytest.raises(InvalidArgumentError, match="cannot name a file"):
                    put(key, b"")

    def test_it_pickles(self, store: RunStore) -> None:
        """A copy that went through pickle is the same place: what a worker writes, we read."""
        copy = pickle.loads(pickle.dumps(store))  # noqa: S301  # our own bytes
        copy.put_atomic("from/worker", b"hello")

        assert copy == store
        assert store.read("from/worker") == b"hello"
