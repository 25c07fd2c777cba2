"""Policies of this package that need nothing but themselves keep the contract."""

from collections.abc import Iterator

import pytest

from annotate.policies import PolicyFactory
from annotate.policies.endpoint import Endpoint
from annotate.policies.scripted import Scripted
from tests.contracts.policy_contract import PolicyContract
from tests.openai_server import serve


class TestScripted(PolicyContract):
    """From a script of a few lines."""

    def make(self) -> PolicyFactory:
        """Return a policy with one list for all prompts."""
        return Scripted(script='{"": ["7", "3 + 4 = 7", "I do not know."]}')


class TestScriptedScores(PolicyContract):
    """One that also says how likely words are."""

    def make(self) -> PolicyFactory:
        """Return a policy for which all words are alike."""
        return Scripted(script='{"": ["7"]}', scores='{"": [-0.5, 1.5]}')


class TestRawEndpoint(PolicyContract):
    """Over a real server, by the completions API, which scores too."""

    @pytest.fixture(autouse=True)
    def _served(self) -> Iterator[None]:
        with serve() as server:
            self.url = server.url
            yield

    def make(self) -> PolicyFactory:
        """Return the policy behind the server."""
        return Endpoint(base_url=self.url, profile="base")


class TestEndpoint(PolicyContract):
    """Over a real server on this machine."""

    @pytest.fixture(autouse=True)
    def _served(self) -> Iterator[None]:
        with serve() as server:
            self.url = server.url
            yield

    def make(self) -> PolicyFactory:
        """Return the policy behind the server."""
        return Endpoint(base_url=self.url, profile="qwen-instruct")
