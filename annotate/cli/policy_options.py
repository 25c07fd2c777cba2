"""Options that say who is asked: policies by role, and how they draw."""

import dataclasses
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import click

from annotate.policies import POLICIES, PolicyChoice
from annotate.prompts import PROFILES
from schemas import ConfigError, Role, canonical_json
from verifiers.spec import Spec, parse_spec

F = TypeVar("F", bound=Callable[..., Any])  # Any: click decorates functions of any signature

_OF_ROLE = {
    Role.GENERATOR: "generator",
    Role.COMPLETER: "completer",
    Role.PROVER: "prover",
    Role.JUDGE: "judge",
    Role.REFERENCE: "reference",
}
_FOR = {
    Role.GENERATOR: "writes the solutions",
    Role.COMPLETER: "writes the rollouts",
    Role.PROVER: "writes the prover's rollouts",
    Role.JUDGE: "judges the steps",
    Role.REFERENCE: "gives the reference's probabilities",
}
_SHARED = ("base_url", "model", "profile")
_SPEC = "NAME or NAME(key=value)"

_CONNECTION = (
    click.option(
        "--profile", help=f"How the model is spoken to: {', '.join(PROFILES)}, or a file."
    ),
    click.option("--model", help="Model name as the server of --policy endpoint knows it."),
    click.option(
        "--base-url",
        metavar="URL",
        help="Server of --policy endpoint, as http://localhost:8000/v1. The key, if any, is read "
        "from OPENAI_API_KEY.",
    ),
    click.option(
        "--policy",
        metavar="NAME",
        help=f"Who is asked as anything: embedded, endpoint, or another {_SPEC}.",
    ),
)

_ROLES = tuple(
    click.option(f"--{flag}", metavar="NAME", help=f"Who {_FOR[role]}, instead of --policy.")
    for role, flag in reversed(_OF_ROLE.items())
)

_DRAWING = (
    click.option(
        "--no-policy-check",
        is_flag=True,
        help="Do not try the policies first; the run records that.",
    ),
    click.option(
        "--max-tokens-per-rollout",
        type=click.IntRange(min=1),
        help="Tokens of one completion at most, instead of the profile's.",
    ),
    click.option(
        "--top-p",
        type=click.FloatRange(min=0, max=1, min_open=True),
        help="Probability mass that rollouts are drawn from, instead of the profile's.",
    ),
    click.option(
        "--temperature",
        type=click.FloatRange(min=0),
        help="Temperature of rollouts, instead of the profile's.",
    ),
)


def connection_options(command: F) -> F:
    """Add the options that name one policy."""
    for option in _CONNECTION:
        command = option(command)
    return command


def policy_options(command: F) -> F:
    """Add the options that name policies by role, and how they draw."""
    for option in (*_DRAWING, *_ROLES):
        command = option(command)
    return connection_options(command)


def policies_of(
    settings: Mapping[str, Any],  # Any: values of click's parameters, of as many types
    needed: Collection[Role] = (),
) -> dict[Role, PolicyChoice]:
    """Return who is asked in each role, by the options of `policy_options`.

    Args:
        settings: By name of the command's parameter; absent ones count as not given.
        needed: Roles that somebody must be named for.

    Raises:
        ConfigError: If nobody is named for a needed role, or an option fits no policy named.
        RegistryError: If there is no such policy, or it does not take the arguments.
    """
    named = {role: settings.get(flag) or settings.get("policy") for role, flag in _OF_ROLE.items()}
    for role in _OF_ROLE:
        if role in needed and named[role] is None:
            raise _nobody(role)
    specs = _completed(
        {role: parse_spec(text) for role, text in named.items() if text is not None},
        {name: settings[name] for name in _SHARED if settings.get(name) is not None},
    )
    choices = {
        role: PolicyChoice(
            spec=spec,
            temperature=settings.get("temperature"),
            top_p=settings.get("top_p"),
            max_tokens=settings.get("max_tokens_per_rollout"),
        )
        for role, spec in specs.items()
    }
    for choice in choices.values():
        choice.factory()
    return choices


def _nobody(role: Role) -> ConfigError:
    alone = "" if role is Role.COMPLETER else f" (or --{_OF_ROLE[role]})"
    return ConfigError(
        f"--policy{alone} is missing: name what {_FOR[role]}, as --policy embedded (small, "
        "shipped, only for its own kind of problems) or --policy endpoint --base-url URL --model "
        "NAME"
    )


def _completed(specs: dict[Role, Spec], shared: Mapping[str, str]) -> dict[Role, Spec]:
    """Return the specs with the options that they take and do not state themselves.

    Raises:
        ConfigError: If an option fits none of them, or a server has no address.
    """
    fields = {spec.name: _fields(spec.name) for spec in specs.values()}
    for name, value in shared.items():
        if specs and not any(name in taken for taken in fields.values()):
            flag = f"--{name.replace('_', '-')}"
            raise ConfigError(
                f"{flag} {value!r} is for a policy that takes it, as --policy endpoint; "
                f"{', '.join(sorted(fields))} does not."
            )
    completed = {}
    for role, spec in specs.items():
        own = json.loads(spec.arguments)
        filled = {k: v for k, v in shared.items() if k in fields[spec.name]} | own
        if "base_url" in fields[spec.name] and "base_url" not in filled:
            raise ConfigError(
                f"--base-url is missing: name the server of --policy {spec.name}, as --base-url "
                "http://localhost:8000/v1."
            )
        completed[role] = Spec(name=spec.name, arguments=canonical_json(filled))
    return completed


def _fields(name: str) -> frozenset[str]:
    """Return the names of a policy's arguments; none where it is no dataclass."""
    factory = POLICIES.get(name)
    if not (isinstance(factory, type) and dataclasses.is_dataclass(factory)):
        return frozenset()
    return frozenset(field.name for field in dataclasses.fields(factory))
