"""Spec: a plug-in by name with its arguments, as text, as data, and as an object in any process."""

import ast
import dataclasses
import functools
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, get_origin, get_type_hints

import msgspec

from schemas import RegistryError, canonical_json
from verifiers.registry import Registry

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """The name of a plug-in and the arguments to build it with."""

    name: str
    """Registered name."""
    arguments: str = "{}"
    """Canonical JSON object of keyword arguments."""

    def __str__(self) -> str:
        """Return the form that `parse_spec` reads: `name(key=value)`."""
        pairs = json.loads(self.arguments).items()
        return f"{self.name}({', '.join(f'{k}={v!r}' for k, v in pairs)})" if pairs else self.name


@functools.cache
def parse_spec(text: str) -> Spec:
    """Read `name` or `name(key=value, ...)` with literal values.

    Raises:
        RegistryError: If the text has another form.
    """
    fault = f"{text!r} is not of the form name or name(key=value, ...) with literal values."
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise RegistryError(fault) from error
    if isinstance(call, ast.Name):
        return Spec(name=call.id)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
        raise RegistryError(fault)
    if any(word.arg is None for word in call.keywords):
        raise RegistryError(fault)
    try:
        arguments = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
        return Spec(name=call.func.id, arguments=canonical_json(arguments))
    except (ValueError, TypeError) as error:
        raise RegistryError(fault) from error


def build(registry: Registry[T], spec: Spec) -> T:
    """Return the plug-in that `spec` names, built with its arguments.

    Raises:
        RegistryError: If there is no such plug-in, it does not take the arguments, or one has
            another type than the factory declares.
    """
    factory = registry.get(spec.name)
    types = _types(factory)
    arguments = {
        name: _typed(name, value, types[name], registry.kind, spec)
        if name in types
        else _frozen(value)
        for name, value in json.loads(spec.arguments).items()
    }
    try:
        return factory(**arguments)
    except TypeError as error:
        raise RegistryError(
            f"{registry.kind} {str(spec)!r} does not take these arguments: {error}. "
            f"It takes: {', '.join(_parameters(factory)) or 'none'}."
        ) from error


def arguments_of(plugin: object) -> str:
    """Return the canonical JSON of all arguments of a built plug-in, defaults included."""
    if not dataclasses.is_dataclass(plugin) or isinstance(plugin, type):
        return "{}"
    fields = (f for f in dataclasses.fields(plugin) if f.init)
    return canonical_json({f.name: getattr(plugin, f.name) for f in fields})


@functools.cache
def _parameters(factory: object) -> tuple[str, ...]:
    if isinstance(factory, type) and dataclasses.is_dataclass(factory):
        return tuple(f.name for f in dataclasses.fields(factory) if f.init)
    return ()


@functools.cache
def _types(factory: object) -> Mapping[str, object]:
    """Return the declared types of arguments; none where they cannot be told."""
    try:
        return get_type_hints(factory)
    except (NameError, TypeError):  # a name that is not there at run time; no annotations at all
        return {}


def _typed(name: str, value: object, expected: object, kind: str, spec: Spec) -> object:
    """Return an argument as the type that is declared for it, a list as the tuple it stood for."""
    try:
        return msgspec.convert(value, expected, strict=True)
    except msgspec.ValidationError as error:
        alone = get_origin(expected) is tuple and not isinstance(value, list)
        raise RegistryError(
            f"{kind} {str(spec)!r}: {name}={value!r} must be {inspect.formatannotation(expected)}"
            + (f": write {(value,)!r}." if alone else ".")
        ) from error
    except TypeError:  # not a type of data: the factory must see to it
        return _frozen(value)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
