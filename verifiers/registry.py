"""Registries of plug-ins: names to factories, from this project, entry points and `--plugin` files.

A name that two plug-ins claim is an error, never a choice.
"""

import importlib.metadata
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from schemas import RegistryError, nearest

T = TypeVar("T")
Factory = TypeVar("Factory", bound=Callable[..., object])


class Registry(Generic[T]):
    """Factories of one kind of plug-in, by name."""

    def __init__(self, kind: str, *, group: str) -> None:
        """Make an empty registry.

        Args:
            kind: What it holds, for messages (`verifier`).
            group: Entry-point group through which other distributions add theirs.
        """
        self.kind = kind
        self.group = group
        self._factories: dict[str, Callable[..., T]] = {}
        self._loaded = False

    def register(self, name: str) -> Callable[[Factory], Factory]:
        """Return a decorator that registers a class or function under `name`.

        Raises:
            RegistryError: If another factory already has the name.
        """

        def add(factory: Factory) -> Factory:
            taken = self._factories.get(name)
            if taken is not None and _origin(taken) != _origin(factory):
                raise RegistryError(
                    f"two plug-ins are called {name!r} as a {self.kind}: {_origin(taken)} and "
                    f"{_origin(factory)}. Rename one of them."
                )
            self._factories[name] = factory  # type: ignore[assignment]  # bound checks callability
            return factory

        return add

    def get(self, name: str) -> Callable[..., T]:
        """Return the factory registered under `name`.

        Raises:
            RegistryError: If there is none; the message names the nearest ones.
        """
        self._load_entry_points()
        if name not in self._factories:
            raise RegistryError(f"there is no {self.kind} called {name!r}: {nearest(name, self)}")
        return self._factories[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, sorted."""
        self._load_entry_points()
        return iter(sorted(self._factories))

    def _load_entry_points(self) -> None:
        if self._loaded:
            return
        self._loaded = True
        for point in importlib.metadata.entry_points(group=self.group):
            try:
                self.register(point.name)(point.load())
            except ImportError as error:
                raise RegistryError(
                    f"{self.kind} {point.name!r} from {point.value!r} does not import: {error}. "
                    "Reinstall or remove the distribution that provides it."
                ) from error


def _origin(factory: object) -> str:
    return f"{getattr(factory, '__module__', '?')}.{getattr(factory, '__qualname__', factory)}"
