"""Policy `endpoint` before it is open: where the server is and how it is spoken to.

Pickles; holds no key. The key is read from the environment of the process that opens it.
"""

import os
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from annotate.policies.base import POLICIES, Policy
from annotate.prompts import get_profile
from schemas import ConfigError

_EXAMPLE = "--base-url http://localhost:8000/v1"


@POLICIES.register("endpoint")
@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A server that speaks the OpenAI protocol: vLLM, SGLang, llama.cpp, a hosted API."""

    base_url: str
    """Address up to and including `/v1`."""
    model: str = ""
    """Model name as the server knows it; empty takes the only one that it serves."""
    profile: str = "chat"
    """How the model is spoken to: a profile's name, or the path of a TOML file."""
    concurrency: int = 64
    """Requests under way at once, >= 1."""
    timeout_s: float = 600.0
    """Seconds that one attempt of a request may take, > 0."""
    max_retries: int = 6
    """Attempts after the first, >= 0, with growing pauses or those that the server asks for."""
    seeds: bool = True
    """Whether seeds are sent, which the server then must honour."""
    api_key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key, if any."""

    def __post_init__(self) -> None:
        """Refuse what cannot work before anything is opened.

        Raises:
            ConfigError: If an argument is outside its range. What may hold a key is not shown.
        """
        parts = self._parts()
        if parts.username or parts.password or parts.query:
            raise ConfigError(
                "the base URL holds a user, a password or a query: give the address alone and put "
                f"the key into the environment variable {self.api_key_env!r}."
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise self._no_address()
        for name, least in (("concurrency", 1), ("max_retries", 0)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name}={getattr(self, name)!r} must be at least {least}.")
        if self.timeout_s <= 0:
            raise ConfigError(f"timeout_s={self.timeout_s!r} must be above 0.")

    def _parts(self) -> SplitResult:
        try:
            parts = urlsplit(self.base_url)
            _ = parts.port  # read to be checked
        except ValueError as error:
            raise self._no_address() from error
        return parts

    def _no_address(self) -> ConfigError:
        return ConfigError(
            f"base URL {self.base_url!r} is no http(s) address: write it as in {_EXAMPLE}."
        )

    @property
    def url(self) -> str:
        """The address that paths are added to: `/v1` stands for a missing path."""
        bare = self.base_url.rstrip("/")
        return bare if urlsplit(bare).path else f"{bare}/v1"

    def _key(self) -> str:
        key = os.environ.get(self.api_key_env, "").strip()
        if not (key.isascii() and key.isprintable()):
            raise ConfigError(
                f"the environment variable {self.api_key_env!r} holds characters that no key has: "
                "set it again."
            )
        return key

    async def open(self, *, cores: int) -> Policy:
        """Connect, and see that the server has the model.

        Args:
            cores: Of no use: the server has its own.

        Raises:
            ConfigError: If there is no such profile.
            PolicyError: If the server cannot be reached, refuses the key or lacks the model.
        """
        from annotate.policies.endpoint.connection import Connection  # noqa: PLC0415  # HTTP client
        from annotate.policies.endpoint.policy import open_endpoint  # noqa: PLC0415  # is slow to import

        del cores
        profile = get_profile(self.profile)
        connection = Connection(
            url=self.url,
            key=self._key(),
            key_env=self.api_key_env,
            concurrency=self.concurrency,
            timeout_s=self.timeout_s,
            max_retries=self.max_retries,
        )
        try:
            return await open_endpoint(connection, self.model, profile, seeds=self.seeds)
        except BaseException:
            await connection.aclose()
            raise
