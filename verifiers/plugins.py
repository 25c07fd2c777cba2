"""Plug-in files: Python source given by `--plugin`, loaded under its hash in every process."""

import contextlib
import hashlib
import sys
import types
from dataclasses import dataclass
from pathlib import Path

from schemas import RegistryError

_MODULE = "waymark_plugin_"


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
    def digits(self) -> str:
        """First 16 hexadecimal digits of the hash, as provenance states it."""
        return self.sha256[:16]

    @property
    def module(self) -> str:
        """Name under which the source is imported."""
        return f"{_MODULE}{self.digits}"


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
        RegistryError: If the source raises or exits; the message names the file and the error.
    """
    if source.module in sys.modules:
        return sys.modules[source.module]
    module = types.ModuleType(source.module)
    module.__file__ = source.name
    sys.modules[source.module] = module  # before executing: dataclasses look their module up
    try:
        exec(compile(source.text, source.name, "exec"), module.__dict__)  # noqa: S102  # the user's own file, named on the command line
    except (Exception, SystemExit) as error:
        del sys.modules[source.module]
        raise RegistryError(
            f"--plugin {source.name!r} fails on import: {one_line(error).rstrip('.')}."
        ) from error
    return module


def plugin_hash(built: object) -> str | None:
    """Return the hash of the plug-in file that defines the class of `built`: 16 digits.

    None where no plug-in file does: it ships with Waymark or another distribution.
    """
    module = type(built).__module__
    return module.removeprefix(_MODULE) if module.startswith(_MODULE) else None


def one_line(error: BaseException) -> str:
    """Return the class and message of what foreign code raised, in one line of valid Unicode."""
    text = ""
    with contextlib.suppress(Exception):  # its own `__str__` may raise: the class is told at least
        text = " ".join(str(error).split())
    line = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return line.encode("utf-8", "backslashreplace").decode("utf-8")
