"""Request: what the demo asks of the job `label`."""

from annotate.inputs import ReadOptions
from annotate.jobs import LabelRequest
from annotate.policies import PolicyChoice
from examples.demo.methods import demo_methods
from schemas import Role
from verifiers.spec import parse_spec

SHARD_SIZE = 10
"""Problems that are committed together, and are one Prefect task."""


def demo_request(problems: str, out: str, policy: str) -> LabelRequest:
    """Return what the demo asks of the job: one policy draws, continues and judges.

    It is not tried first, as a server has to be: nothing of the shipped one is to be set up.
    """
    asked = PolicyChoice(spec=parse_spec(policy))
    return LabelRequest(
        inputs=(problems,),
        out=out,
        methods=demo_methods(),
        options=ReadOptions(),
        shard_size=SHARD_SIZE,
        policy_check=False,
        policies=dict.fromkeys((Role.GENERATOR, Role.COMPLETER, Role.JUDGE), asked),
    )
