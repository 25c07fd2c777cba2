"""The embedded policy: a small real language model, shipped with the project, on the CPU."""

from annotate.policies.embedded.files import WEIGHTS
from annotate.policies.embedded.policy import Embedded, EmbeddedFactory
from annotate.policies.embedded.profile import EMBEDDED_PROFILE

__all__ = ["EMBEDDED_PROFILE", "WEIGHTS", "Embedded", "EmbeddedFactory"]
