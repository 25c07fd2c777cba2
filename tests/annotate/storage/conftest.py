"""Fixtures of the storage tests: a small run, and a local S3 server."""

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotate.storage import RunFolder, open_store
from tests.annotate.storage.sample_run import write_sample


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run with rows in every table."""
    return write_sample(open_store(str(tmp_path / "run")))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Address of moto's S3 server on the loopback device, without its log."""
    moto = pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_url(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """URL of an empty bucket, reachable through the environment as a user would set it."""
    fsspec = pytest.importorskip("fsspec")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # fsspec reads FSSPEC_S3_ENDPOINT_URL once, when it is imported.
    monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": s3_server})
    bucket = uuid.uuid4().hex
    fsspec.filesystem("s3").mkdir(bucket)
    yield f"s3://{bucket}"
    fsspec.filesystem("s3").clear_instance_cache()
