"""Fixtures of the flows: one real Prefect server for the session, in a home of its own."""

import gc
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

# Before Prefect is imported by a test module: it reads its settings, and makes its home, then.
_HOME = tempfile.mkdtemp(prefix="waymark-prefect-")
os.environ |= {
    "PREFECT_HOME": _HOME,
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
}
os.environ.pop("PREFECT_API_URL", None)

OPEN_SOCKETS = "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
"""Prefect's clients leave the closing of some connections to the garbage collector."""

# The extra `flows` is optional.
collect_ignore_glob = [] if importlib.util.find_spec("prefect") else ["test_*.py"]


@pytest.fixture(scope="session", autouse=True)
def home() -> Iterator[None]:
    """Remove Prefect's home afterwards."""
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """Find what a flow run left open while its test lasts: see `OPEN_SOCKETS`."""
    yield
    if "server" in request.fixturenames:
        gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let Prefect leave sockets open in the tests that talk to its server."""
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.filterwarnings(OPEN_SOCKETS))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the API's URL of a Prefect server, which this process uses."""
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415  # optional

    from flows.ending import end_quietly  # noqa: PLC0415  # optional
    from flows.server import own_server  # noqa: PLC0415  # optional

    end_quietly()
    with own_server() as url, temporary_settings({PREFECT_API_URL: url}):
        yield url
