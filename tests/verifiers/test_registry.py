"""Plug-ins: found by name, never guessed, built from text, loaded from files."""

import keyword
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import RegistryError, canonical_json
from verifiers import (
    PluginSource,
    Registry,
    Spec,
    arguments_of,
    build,
    load_plugin,
    parse_spec,
    read_plugin,
)
from verifiers.plugins import plugin_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeter:
    """A plug-in."""

    words: tuple[str, ...] = ("hello",)
    times: int = 1
    volume: float = 0.5
    to: str | None = None


@pytest.fixture
def registry() -> Registry[Greeter]:
    """Return a registry with one plug-in."""
    made: Registry[Greeter] = Registry("greeter", group="waymark.no_such_group")
    made.register("greeter")(Greeter)
    return made


def test_an_unknown_name_is_an_error_that_names_the_nearest(registry: Registry[Greeter]) -> None:
    """A slip of the pen is told as one."""
    with pytest.raises(RegistryError, match="did you mean 'greeter'"):
        registry.get("greetre")


def test_two_plugins_of_one_name_are_an_error(registry: Registry[Greeter]) -> None:
    """Ambiguity fails; registering the same one again does not."""
    registry.register("greeter")(Greeter)

    with pytest.raises(RegistryError, match="two plug-ins"):
        registry.register("greeter")(lambda: Greeter(times=2))


def test_arguments_reach_the_plugin_and_come_back(registry: Registry[Greeter]) -> None:
    """What was written on the command line is what provenance stores."""
    made = build(registry, parse_spec("greeter(words=('a', 'b'), times=3)"))

    assert made == Greeter(words=("a", "b"), times=3)
    assert arguments_of(made) == '{"times":3,"to":null,"volume":0.5,"words":["a","b"]}'


def test_an_argument_that_it_does_not_take_is_an_error(registry: Registry[Greeter]) -> None:
    """The message lists what it takes."""
    with pytest.raises(RegistryError, match="words, times"):
        build(registry, parse_spec("greeter(loud=True)"))


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("times='3'", "times='3' must be int"),
        ("times=True", "times=True must be int"),
        ("times=2.5", "times=2.5 must be int"),
        ("volume='loud'", "volume='loud' must be float"),
        ("to=7", r"to=7 must be str \| None"),
        ("words='hello'", r"words='hello' must be tuple\[str, \.\.\.\]: write \('hello',\)"),
    ],
)
def test_an_argument_of_another_type_is_refused_by_name(
    registry: Registry[Greeter], argument: str, expected: str
) -> None:
    """The message shows the argument, its value and the type that it must have."""
    with pytest.raises(RegistryError, match=expected):
        build(registry, parse_spec(f"greeter({argument})"))


def test_one_number_written_two_ways_is_one_argument(registry: Registry[Greeter]) -> None:
    """`1` for a float is `1.0`, so that both have one provenance."""
    whole, decimal = (build(registry, parse_spec(f"greeter(volume={v})")) for v in ("1", "1.0"))

    assert arguments_of(whole) == arguments_of(decimal)


def test_types_that_nothing_can_check_are_left_to_the_plugin() -> None:
    """A factory without annotations, or with some that do not resolve, takes what it gets."""
    made: Registry[object] = Registry("thing", group="waymark.no_such_group")
    made.register("bare")(lambda **words: words)

    def unresolved(size: "Absent") -> object:  # type: ignore[name-defined]  # noqa: F821  # on purpose
        return size

    made.register("unresolved")(unresolved)

    assert build(made, parse_spec("bare(size=[1])")) == {"size": (1,)}
    assert build(made, parse_spec("unresolved(size=1)")) == 1


@pytest.mark.parametrize(
    "text", ["", "a b", "f(1)", "f(x=y)", "f(x=[)", "1 + 1", "f(**{})", "__import__('os')"]
)
def test_anything_but_a_call_with_literals_is_refused(text: str) -> None:
    """Arguments are read, never evaluated."""
    with pytest.raises(RegistryError, match="not of the form"):
        parse_spec(text)


LITERALS = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(0, 1)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,6}", fullmatch=True).filter(lambda n: n not in ("is", "if", "in")),
        LITERALS,
        max_size=3,
    )
)
def test_a_spec_is_read_back_from_its_text(arguments: dict[str, object]) -> None:
    """Text and data are two forms of one thing."""
    legal = {name: value for name, value in arguments.items() if not keyword.iskeyword(name)}
    spec = Spec(name="thing", arguments=canonical_json(legal))  # type: ignore[arg-type]  # literals

    assert parse_spec(str(spec)) == spec


def test_a_plugin_file_is_loaded_once_and_under_its_hash(tmp_path: Path) -> None:
    """The same source in two files is one module; another source is another."""
    for name, text in (("a.py", "X = []"), ("b.py", "X = []"), ("c.py", "X = [1]")):
        (tmp_path / name).write_text(text)
    first, same, other = (load_plugin(read_plugin(tmp_path / f"{n}.py")) for n in "abc")

    assert first is same
    assert first is not other


def test_a_plugin_that_fails_on_import_is_told_in_one_line(tmp_path: Path) -> None:
    """The file and its error; a second try fails alike."""
    (tmp_path / "bad.py").write_text("1 / 0")

    for _ in range(2):
        with pytest.raises(RegistryError, match=r"'bad\.py' fails on import: ZeroDivisionError"):
            load_plugin(read_plugin(tmp_path / "bad.py"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import sys; sys.exit('bye')", "SystemExit: bye"),
        ("raise SystemExit", "SystemExit"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
    ],
)
def test_a_plugin_that_ends_the_process_or_its_line_does_not(source: str, message: str) -> None:
    """`sys.exit` on import is a fault of the file like any other, told in one line."""
    with pytest.raises(RegistryError, match=rf"'bad\.py' fails on import: {message}\.$"):
        load_plugin(PluginSource(name="bad.py", text=source))


def test_what_a_plugin_defines_is_known_by_its_hash() -> None:
    """Provenance names the file that decides, whatever it is called, and no other."""
    source = PluginSource(name="a.py", text="class Made: pass")
    other = PluginSource(name="b.py", text="class Made: x = 1")

    assert plugin_hash(load_plugin(source).Made()) == source.sha256[:16]
    assert plugin_hash(load_plugin(other).Made()) == other.sha256[:16]
    assert plugin_hash(Greeter()) is None
