"""Policy `endpoint`: any server that speaks the OpenAI protocol."""

from annotate.policies.endpoint.factory import Endpoint

__all__ = ["Endpoint"]
