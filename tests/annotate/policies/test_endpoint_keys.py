"""Policy `endpoint`: keys are sent and never shown, addresses are checked."""

import logging
import pickle

import pytest

from annotate.policies.endpoint import Endpoint
from schemas import ConfigError, PolicyError
from tests.annotate.policies.endpoints import asked, endpoint, request, row_of
from tests.openai_server import KEY, Faults, serve


def test_it_travels_to_other_processes_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen dataclass of primitives that knows only where the key is."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    policy = Endpoint(base_url="http://localhost:1")
    packed = pickle.dumps(policy)

    assert pickle.loads(packed) == policy  # noqa: S301  # written two lines above
    assert KEY.encode() not in packed
    assert KEY not in repr(policy)


def test_a_key_is_sent_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the error, though the server repeats it, and not in a log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("MY_KEY", KEY)
    with serve(faults=Faults(key=KEY)) as server:
        (made,) = asked(endpoint(server.url, api_key_env="MY_KEY"), request())
    with serve(faults=Faults(key="another")) as server:
        with pytest.raises(PolicyError, match=r"refuses the key.*'MY_KEY'") as refused:
            asked(endpoint(server.url, api_key_env="MY_KEY"), request())
        with pytest.raises(PolicyError, match=r"wants a key.*'NO_KEY'"):
            asked(endpoint(server.url, api_key_env="NO_KEY"), request())

    assert made[0].text
    assert "***" in str(refused.value)
    assert KEY not in str(refused.value) + repr(refused.value) + caplog.text


def test_a_key_in_the_address_is_refused_and_not_shown() -> None:
    """It would be stored with the run's settings."""
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as error:
        Endpoint(base_url=f"http://user:{KEY}@localhost/v1")

    assert KEY not in str(error.value)


def test_a_broken_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no header can hold."""
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\nü")
    with pytest.raises(ConfigError, match="OPENAI_API_KEY") as error:
        row_of(endpoint("http://localhost:1"))

    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://x/v1", "", "http://", "http://[::1", "http://x:99999"]
)
def test_what_is_no_address_is_told(address: str) -> None:
    """With one that is."""
    with pytest.raises(ConfigError, match="http://localhost:8000/v1"):
        Endpoint(base_url=address)
