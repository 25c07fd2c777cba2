"""Provenance ids: what asks or decides otherwise has another id, and nothing else has."""

import pytest

from annotate.jobs.provenance import gathering_of, labelling_of, method_identity
from annotate.methods import Method
from annotate.rules import RULES, Formal
from annotate.strategies import STRATEGIES, AskVerifiers
from schemas import Gathering, Labelling
from verifiers import PluginSource, load_plugin, parse_spec

DECIDES = """
from annotate.rules import RULES, Formal
from annotate.strategies import STRATEGIES, AskVerifiers
from dataclasses import dataclass
from typing import ClassVar

@RULES.register("{name}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Own(Formal):
    name: ClassVar[str] = "{name}"

@STRATEGIES.register("{name}")
@dataclass(frozen=True, slots=True, kw_only=True)
class OwnToo(AskVerifiers):
    name: ClassVar[str] = "{name}"
# {edit}
"""
CHECKS = """
from dataclasses import dataclass
from typing import ClassVar
from verifiers import VERIFIERS

@VERIFIERS.register("{name}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    name: ClassVar[str] = "{name}"
    version: ClassVar[str] = "1"
    backend: ClassVar[str | None] = None

    def check(self, problem, solution):
        return []
# {edit}
"""


def plugin(text: str, name: str, edit: str = "") -> PluginSource:
    """Return a loaded plug-in that registers `name`."""
    source = PluginSource(name="own.py", text=text.format(name=name, edit=edit))
    load_plugin(source)
    return source


def labelling(rule: str) -> Labelling:
    """Return the labelling of a rule over nothing."""
    method = Method(name=rule, summary="", strategies=(), rule=parse_spec(rule), source="")
    return labelling_of(method, (), named=False)


def gathering(strategy: AskVerifiers, *plugins: PluginSource) -> Gathering:
    """Return the gathering of a strategy."""
    return gathering_of(strategy, plugins)


def test_an_edited_rule_file_is_another_labelling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels of the old source are not taken for those of the new; the name stays the name."""
    seen = []
    for edit in ("one", "two"):
        for registry in (RULES, STRATEGIES):  # as in a new process
            monkeypatch.setattr(registry, "_factories", {})
        source = plugin(DECIDES, "own_rule", edit)
        made = labelling("own_rule")
        seen.append(made.labelling_id)
        assert made.rule == "own_rule"
        assert source.sha256[:16] in made.arguments

    assert seen[0] != seen[1]


def test_a_version_is_part_of_both_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule or strategy that was changed decides or asks anew."""
    before = labelling("formal").labelling_id, gathering(AskVerifiers()).gathering_id
    monkeypatch.setattr(Formal, "version", "2")
    monkeypatch.setattr(AskVerifiers, "version", "2")

    assert labelling("formal").labelling_id != before[0]
    assert gathering(AskVerifiers()).gathering_id != before[1]
    assert labelling("formal").rule == "formal"


def test_a_plugin_that_defines_none_of_it_changes_no_id() -> None:
    """A file given beside, for something else, does not make a run another one."""
    alone = gathering(AskVerifiers())
    beside = gathering(AskVerifiers(), plugin(CHECKS, "beside"))

    assert alone == beside


def test_the_file_of_a_verifier_is_part_of_the_gathering() -> None:
    """Only that one; the verifier may be loaded by this very call."""
    text = CHECKS.format(name="own_check", edit="")
    source = PluginSource(name="own.py", text=text)
    made = gathering(
        AskVerifiers(verifier_names=("arithmetic", "own_check")), plugin(CHECKS, "other"), source
    )

    assert [name for name in made.sources if "plugin" in name] == [
        f"plugin own.py {source.sha256[:16]}"
    ]
    assert source.sha256[:16] not in made.arguments


def test_the_identity_of_a_run_knows_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job is not gone on with by another version of its rule."""
    method = Method(name="m", summary="", strategies=(), rule=parse_spec("formal"), source="")
    before = method_identity(method, ())
    monkeypatch.setattr(Formal, "version", "2")

    assert method_identity(method, ()) != before
