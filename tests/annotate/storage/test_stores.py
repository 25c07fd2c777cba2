"""Tests of the stores: the contract for each, and what is particular to a local folder."""

import errno
import os
import resource
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from annotate.storage import FsspecStore, LocalStore, RunStore, open_store
from schemas import StoreError
from tests.contracts.store_contract import StoreContract


class TestLocalStore(StoreContract):
    """A local folder."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> RunStore:
        """A folder that does not exist yet."""
        return open_store(str(tmp_path / "a run's [folder]"))


class TestLocalStoreWithoutLinks(StoreContract):
    """A local folder on a file system that has no hard links."""

    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
        """A folder where linking is refused as exFAT refuses it."""

        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        return open_store(str(tmp_path / "run"))


class TestMemoryStore(StoreContract):
    """fsspec's memory file system."""

    @pytest.fixture
    def store(self) -> Iterator[RunStore]:
        """A place of its own in this process's memory."""
        url = f"memory://{uuid.uuid4().hex}/run"
        yield open_store(url)
        fsspec.filesystem("memory").store.clear()


def test_put_if_absent_looks_first_where_creation_is_not_exclusive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a file system without exclusive creation a taken key is still kept."""
    whole = MemoryFileSystem.pipe_file

    def refuse(fs: object, path: str, value: bytes, mode: str = "overwrite") -> None:
        if mode == "create":
            raise NotImplementedError
        whole(fs, path, value)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", refuse)
    store = open_store(f"memory://{uuid.uuid4().hex}")

    assert store.put_if_absent("a", b"1")
    assert not store.put_if_absent("a", b"2")
    assert store.read("a") == b"1"


@pytest.mark.service
class TestS3Store(StoreContract):
    """S3, as moto's server speaks it."""

    @pytest.fixture
    def store(self, s3_url: str) -> RunStore:
        """A prefix of its own in a bucket."""
        return open_store(f"{s3_url}/run")


class StoreMachine(RuleBasedStateMachine):
    """A store behaves as a dict from keys to bytes."""

    keys = st.sampled_from(["a", "b/c", "b/d", "tables/x/1.parquet"])

    def __init__(self) -> None:
        """Start with an empty folder."""
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(self.folder.name)
        self.model: dict[str, bytes] = {}

    @rule(key=keys, data=st.binary(max_size=64))
    def put(self, key: str, data: bytes) -> None:
        """Put in place of what is there."""
        self.store.put_atomic(key, data)
        self.model[key] = data

    @rule(key=keys, data=st.binary(max_size=64))
    def put_if_absent(self, key: str, data: bytes) -> None:
        """Put unless the key is taken."""
        assert self.store.put_if_absent(key, data) is (key not in self.model)
        self.model.setdefault(key, data)

    @rule(key=keys)
    def delete(self, key: str) -> None:
        """Delete, present or not."""
        self.store.delete(key)
        self.model.pop(key, None)

    @invariant()
    def agrees(self) -> None:
        """The listing and every file are those of the dict, and nothing half-written stays."""
        assert tuple(sorted(self.model)) == self.store.list()
        assert self.model == {key: self.store.read(key) for key in self.model}
        assert self.store.leftovers() == ()

    def teardown(self) -> None:
        """Remove the folder."""
        self.folder.cleanup()


TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


KILLS = """
import os, signal, sys, time
from annotate.storage import LocalStore
store = LocalStore(root=sys.argv[1])
parts = [letter * 1_000_000 for letter in (b"a", b"b")]
for kill in range(24):
    child = os.fork()
    if child == 0:
        while True:
            for part in parts:
                store.put_atomic("tables/x", part)
                store.put_if_absent(f"commits/{time.monotonic_ns()}", part)
    while len(store.list("commits/")) <= kill:
        time.sleep(0.001)
    time.sleep(kill * 0.0007)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for key in store.list():
        assert store.read(key) in parts, (kill, key, len(store.read(key)))
print(len(store.list("commits/")), len(store.leftovers()))
"""


def test_kill_leaves_a_file_whole_or_absent(tmp_path: Path) -> None:
    """Of a writer killed at any moment, readers see whole files only; the rest is found as such."""
    done = subprocess.run(  # noqa: S603  # our own script
        [sys.executable, "-c", KILLS, str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    commits, leftovers = map(int, done.stdout.split())
    assert commits >= 24
    store = open_store(str(tmp_path))
    assert len(store.leftovers()) == leftovers
    for name in store.leftovers():
        store.remove_leftover(name)
    assert store.leftovers() == ()


@pytest.mark.parametrize("stage", ["write", "fsync"])
def test_a_full_disk_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    """It says what is full, how much was needed, what is kept and what to do; nothing is left."""
    store = open_store(str(tmp_path / "run"))
    store.put_atomic("tables/kept", b"before")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, stage, full)
        for put in (store.put_atomic, store.put_if_absent):
            with pytest.raises(
                StoreError,
                match=r"tables/new.*No space left.* 12,345 bytes were needed .* kept.*Free some",
            ) as caught:
                put("tables/new", b"x" * 12_345)
            assert "\n" not in str(caught.value)

    assert store.list() == ("tables/kept",)
    assert store.leftovers() == ()


def test_a_file_size_limit_is_told_like_a_full_disk(tmp_path: Path) -> None:
    """A real refusal by the kernel in the middle of a write leaves nothing behind."""
    store = open_store(str(tmp_path))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        with pytest.raises(StoreError, match="File too large: 3,000,000 bytes were needed"):
            store.put_atomic("tables/big", b"x" * 3_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert store.list() == store.leftovers() == ()


def test_a_folder_without_access_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing permission is one line that says what to do."""

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(StoreError, match=r"Permission denied.*give yourself access"):
        open_store(str(tmp_path)).put_atomic("a", b"")


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    """A path through a plain file is a user's mistake, not a bug."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreError, match="Not a directory"):
        open_store(str(tmp_path / "file" / "run")).put_atomic("a", b"")


def test_hidden_files_are_not_listed(tmp_path: Path) -> None:
    """Locks and half-written files are the store's own."""
    (tmp_path / ".lock").write_text("")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("")
    (tmp_path / "seen").write_text("")

    assert open_store(str(tmp_path)).list() == ("seen",)


def test_open_store_knows_paths_and_urls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths become absolute local folders, `file://` too; anything else is a file system's URL."""
    monkeypatch.chdir(tmp_path)

    assert open_store("run") == LocalStore(root=str(tmp_path / "run"))
    assert open_store(f"file://{tmp_path}/run") == LocalStore(root=str(tmp_path / "run"))
    assert open_store("memory://x/run/") == FsspecStore(url="memory://x/run")


def test_an_unknown_file_system_is_told() -> None:
    """A URL that no installed driver knows is refused by name, with those that are."""
    with pytest.raises(StoreError, match=r"'nosuch://x' cannot be opened.*Expected a local path"):
        open_store("nosuch://x")
