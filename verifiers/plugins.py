"""Plug-in files: Python source given by `--plugin`, loaded under its hash in every process."""

import hashlib
import sys
import types
from dataclasses import dataclass
from pathlib import Path

from schemas import RegistryError


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginSource:
    """The source of one plug-in file. It travels to workers, and its hash is part of a run."""

    name: str
    """File name, for messages."""
    text: str
    """Python source: registers what it adds when executed."""

    @property
    def sha256(self) -> str:
        """Hash of the source."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def module(self) -> str:
        """Name under which the source is imported."""
        return f"waymark_plugin_{self.sha256[:16]}"


def read_plugin(path: Path) -> PluginSource:
    """Read a plug-in file.

    Raises:
        RegistryError: If the file cannot be read as text.
    """
    try:
        return PluginSource(name=path.name, text=path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RegistryError(f"--plugin {str(path)!r} cannot be read: {error}.") from error


def load_plugin(source: PluginSource) -> types.ModuleType:
    """Execute a plug-in's source as a module, once per process.

    Raises:
        RegistryError: If the source raises; the message names the file and the error.
    """
    if source.module in sys.modules:
        return sys.modules[source.module]
    module = types.ModuleType(source.module)
    module.__file__ = source.name
    sys.modules[source.module] = module  # before executing: dataclasses look their module up
    try:
        exec(compile(source.text, source.name, "exec"), module.__dict__)  # noqa: S102  # the user's own file, named on the command line
    except Exception as error:
        del sys.modules[source.module]
        raise RegistryError(
            f"--plugin {source.name!r} fails on import: {type(error).__name__}: {error}."
        ) from error
    return module
