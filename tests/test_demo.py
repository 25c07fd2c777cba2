"""The demo: its problems, its panel, its methods, and all of it with a quick policy."""

import asyncio
import contextlib
import io
import json
import os
import pickle
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.console import Console

from annotate.executors import Inline
from annotate.inputs import ReadOptions, read_rows
from annotate.jobs import Silent, label
from annotate.methods import METHODS
from annotate.policies import POLICIES, Completion, Policy, PolicyChoice, Request, policy_row
from annotate.policies.embedded.profile import EMBEDDED_PROFILE
from annotate.prompts import Profile
from annotate.reports import evaluate, given_label_set
from annotate.storage import RunFolder, connect, open_store
from annotate.worlds.stories import (
    Dice,
    StepVerdict,
    Story,
    check_chain,
    draw_problem,
    first_error,
    write_flawed,
)
from examples.demo.methods import SCREEN, demo_methods
from examples.demo.page import go_on, show_chain, show_queries
from examples.demo.panel import Panel, Phase, Standing, frame
from examples.demo.problems import FIRST_SEED, write_problems
from examples.demo.request import demo_request
from examples.demo.scores import score_caption, score_methods, score_table
from examples.demo.truth import CheckedChain, check_chains, truth_of, write_truth
from schemas import FirstErrorVerdict, PolicyRow, Role, Seeding
from tests.running import REPOSITORY, Waymark, environment
from verifiers.spec import Spec

N = 12
_MARK = "WAYMARK_TEST_OF_THE_DEMO"
STORIES = {story.text: story for story in (draw_problem(FIRST_SEED + i) for i in range(N))}


class Teller:
    """Solves the demo's problems two times out of three from a sound prefix; judges without fault.

    Not frozen: a policy.
    """

    @property
    def row(self) -> PolicyRow:
        """What its id stands for."""
        return policy_row(
            "teller",
            model="teller",
            fingerprint="1",
            profile=EMBEDDED_PROFILE,
            seeding=Seeding.PER_ROLLOUT,
            reproducible=True,
        )

    @property
    def profile(self) -> Profile:
        """As the embedded policy is spoken to."""
        return EMBEDDED_PROFILE

    async def complete(self, request: Request) -> Sequence[Completion]:
        """Return `request.n` completions."""
        text = request.prompt.text or ""
        return [
            Completion(text=one, finish_reason="stop", prompt_tokens=9, tokens=len(one.split()))
            for one in (_answer(text, request.seed + i) for i in range(request.n))
        ]

    async def aclose(self) -> None:
        """Hold nothing."""


@POLICIES.register("teller")
@dataclass(frozen=True, slots=True, kw_only=True)
class TellerFactory:
    """The policy before it is open."""

    async def open(self, *, cores: int) -> Policy:
        """Open it; cores are of no use."""
        del cores
        return Teller()


def _answer(prompt: str, seed: int) -> str:
    head, _, rest = prompt.partition("\n")
    story = STORIES[head.removeprefix("Problem: ")]
    if rest.startswith("Steps:"):
        steps = [line.split(". ", 1)[1] for line in rest.splitlines()[1:-1]]
        at = first_error(check_chain(story.text, steps))
        return " none" if at is None else f" {at + 1}"
    return _continue(story, rest.splitlines()[1:], Dice("teller", prompt, seed))


def _continue(story: Story, steps: Sequence[str], dice: Dice) -> str:
    n = len(steps)
    if first_error(check_chain(story.text, steps)) is not None:
        lines = [*story.solution[n:-1], f"The answer is {int(story.answer) + 1}."]
    elif dice.chance(2 / 3) or n > story.steps:
        lines = list(story.solution[n:])
    else:
        lines = list(write_flawed(story, dice, dice.between(n, story.steps))[n:])
    return "\n".join(lines)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's folder after its labelling, done inline by the quick policy."""
    folder = tmp_path_factory.mktemp("demo")
    write_problems(folder / "problems.jsonl", N)
    request = demo_request(str(folder / "problems.jsonl"), str(folder / "run"), "embedded")
    teller = PolicyChoice(spec=Spec(name="teller"))
    request = replace(request, policies=dict.fromkeys(request.policies, teller), policy_check=False)
    asyncio.run(label(request, Inline(workers=1), Silent()))
    return folder


def test_problems_are_the_same_each_time_and_have_their_answers(tmp_path: Path) -> None:
    """The file holds the stories of the demo's seeds, none twice."""
    write_problems(tmp_path / "a" / "one.jsonl", N)
    rows = [json.loads(line) for line in (tmp_path / "a" / "one.jsonl").read_text().splitlines()]

    assert [row["problem"] for row in rows] == list(STORIES)
    assert [row["answer"] for row in rows] == [story.answer for story in STORIES.values()]
    assert len({row["id"] for row in rows}) == N


def test_methods_are_the_shipped_ones_on_one_screen() -> None:
    """Each gathers as the method of its name does, in other sizes, and survives pickling."""
    for method in demo_methods():
        shipped = METHODS[method.name]
        screen, *gathers = method.strategies

        assert str(screen) == str(demo_methods()[0].strategies[0])
        assert screen.name == SCREEN.partition("(")[0]
        assert [one.name for one in gathers] == [
            one.name for one in shipped.strategies if one.name != "screen"
        ]
        assert method.rule.name == shipped.rule.name
        assert pickle.loads(pickle.dumps(method)) == method  # noqa: S301  # our own bytes
        method.build_strategies()
        method.build_rule()


def test_one_policy_has_all_roles() -> None:
    """Whoever is named draws, continues and judges."""
    request = demo_request("p.jsonl", "run", "embedded(processes=2)")

    assert {role: one.spec.name for role, one in request.policies.items()} == dict.fromkeys(
        (Role.GENERATOR, Role.COMPLETER, Role.JUDGE), "embedded"
    )


def test_a_phase_knows_when_it_will_end() -> None:
    """Time to go follows from the rate so far; there is none before the first unit."""
    phase = Phase(name="scan", unit="problems", total=40, begun=100.0)

    assert phase.left_s(110.0) is None
    phase.done = 10
    assert phase.left_s(120.0) == pytest.approx(60.0)
    phase.ended = 130.0
    assert phase.left_s(140.0) is None


def test_rates_are_those_of_the_last_seconds_and_sums_those_of_all_phases() -> None:
    """A window of five seconds; workers count from zero in each phase."""
    standing = Standing()
    standing.begin(Phase(name="one", unit="problems", total=2, begun=0.0))
    for second in range(11):
        rollouts = 10 * second + max(0, second - 5) * 90
        standing.look(float(second), rollouts=rollouts, tokens=2 * rollouts, in_flight=7)

    assert standing.words() == (
        "100 rollouts/s · 200 tokens/s · 7 in flight · 550 rollouts, 1,100 tokens so far"
    )
    standing.begin(Phase(name="two", unit="problems", total=2, begun=11.0))
    standing.look(13.0, rollouts=4, tokens=6, in_flight=1)
    assert standing.words() == (
        "2 rollouts/s · 3 tokens/s · 1 in flight · 554 rollouts, 1,106 tokens so far"
    )


def test_the_panel_shows_what_it_was_told() -> None:
    """Phases with their counts and times, and a note that stays."""
    now, notes = [0.0], list[str]()
    shown = list[Standing]()
    panel = Panel(lambda standing, _: shown.append(standing), notes.append, lambda: now[0])
    panel.start("reading", total=None, unit="rows")
    panel.advance(200)
    now[0] = 2.0
    panel.start("omegaprm:", total=200, unit="problems")
    now[0] = 12.0
    panel.advance(50)
    panel.live(rollouts=500, tokens=40_000, in_flight=64)
    panel.note("a row was set aside")

    page = io.StringIO()
    Console(file=page, width=120).print(frame(shown[-1], now[0]))
    assert "200 rows" in page.getvalue()
    assert "50 of 200 problems" in page.getvalue()
    assert "ETA 30 s" in page.getvalue()
    assert "50 rollouts/s · 4,000 tokens/s · 64 in flight" in page.getvalue()
    assert notes == ["a row was set aside"]


def test_a_chain_off_the_grammar_before_its_error_has_no_known_truth() -> None:
    """It is left out of the scores, and so is one that says nothing readable."""
    story = next(iter(STORIES.values()))
    steps = ("Let us see.", f"The answer is {int(story.answer) + 1}.")
    chain = CheckedChain(
        content_id="c", question=story.text, steps=steps, truths=check_chain(story.text, steps)
    )

    assert chain.mark.verdict is FirstErrorVerdict.UNDECIDED
    assert truth_of([chain]).rows == {}


def test_every_method_labels_the_same_chains_and_a_faultless_judge_confirms(folder: Path) -> None:
    """All chains of the screen are scored; where judge and rollouts agree, they are right."""
    with connect(RunFolder.open(open_store(str(folder / "run")))) as con:
        chains = check_chains(con)
        scored = score_methods(con, demo_methods(), truth_of(chains.values()))

    scores = {report.name: report.scores for report in scored.evaluation.sets}
    assert list(scores) == [
        "omegaprm",
        "scan",
        "qwen_consensus",
        "waymark",
        "waymark_judge",
        "formal",
    ]
    assert scored.evaluation.n_paired == scored.labelled[1] == scored.labelled[-1]
    assert scored.evaluation.n_paired >= N
    assert scores["qwen_consensus"].precision.value == 1.0
    assert scores["qwen_consensus"].n_with_error > 0
    assert (scores["omegaprm"].exact.value or 0) > (scores["formal"].exact.value or 0)
    page = io.StringIO()
    Console(file=page, width=160).print(score_table(scored))
    assert "qwen_consensus" in page.getvalue()
    assert f"{scored.drawn:,} were drawn" in score_caption(scored)
    assert 0 < scored.drawn < scored.counted


def test_the_truth_file_scores_itself_as_perfect(folder: Path) -> None:
    """What is written for `waymark evaluate` pairs with the run's chains, step by step."""
    with connect(RunFolder.open(open_store(str(folder / "run")))) as con:
        chains = check_chains(con)
    write_truth(chains.values(), folder / "truth.jsonl")
    rows = read_rows(str(folder / "truth.jsonl"), options=ReadOptions())

    evaluation = evaluate([given_label_set("itself", rows)], truth_of(chains.values()))
    (report,) = evaluation.sets
    assert evaluation.n_paired == len(truth_of(chains.values()).rows)
    assert report.scores.precision.value == 1.0


def test_the_pages_show_queries_and_a_wrong_chain_with_its_truth(folder: Path) -> None:
    """Three queries with rows, then a chain whose located first error is the true one."""
    page = io.StringIO()
    console = Console(file=page, width=140)
    with connect(RunFolder.open(open_store(str(folder / "run")))) as con:
        chains = check_chains(con)
        show_queries(con, console, "out/demo/run")
        chosen = show_chain(con, console, chains)

    assert page.getvalue().count("waymark query out/demo/run") == 3
    assert "screen" in page.getvalue()
    assert chosen is not None
    assert StepVerdict.WRONG in {truth.verdict for truth in chains[chosen].truths}
    assert (
        f"first error by qwen_consensus: step {chains[chosen].mark.step_index}" in page.getvalue()
    )


def test_the_commands_to_go_on_with_run(folder: Path, waymark: Waymark) -> None:
    """Each command that the demo ends with does what it says."""
    with connect(RunFolder.open(open_store(str(folder / "run")))) as con:
        chains = check_chains(con)
    write_truth(chains.values(), folder / "truth.jsonl")
    commands = go_on(str(folder / "run"), str(folder / "truth.jsonl"), min(chains))

    for command in commands:
        name, *arguments = shlex.split(command, comments=True)
        assert name == "waymark"
        waymark(*arguments, text="")
    assert (folder / "train.jsonl").stat().st_size > 0


@pytest.mark.slow
@pytest.mark.service
def test_the_demo_runs_for_real_and_leaves_nothing_running(tmp_path: Path) -> None:
    """Prefect, Ray and the shipped model; it ends with the table and the commands to go on."""
    pytest.importorskip("prefect", reason="the extra `flows` is not installed")
    with _started(tmp_path, "--problems", "6") as demo:
        said, _ = demo.communicate(timeout=400)

    assert demo.returncode == 0, said
    assert "waymark export" in said
    assert _marked() == []


@pytest.mark.slow
@pytest.mark.service
def test_ctrl_c_ends_all_processes_and_the_demo_goes_on_from_there(tmp_path: Path) -> None:
    """The signal reaches the whole group, as from a terminal; --resume finishes the folder."""
    pytest.importorskip("prefect", reason="the extra `flows` is not installed")
    with _started(tmp_path, "--problems", "30") as demo:
        _await(lambda: any((tmp_path / "demo" / "run" / "live").glob("*.json")), limit_s=300)
        os.killpg(demo.pid, signal.SIGINT)
        said, _ = demo.communicate(timeout=120)

    assert demo.returncode == 130, said
    assert "--resume" in said
    assert "Traceback" not in said
    assert _marked() == []
    with _started(tmp_path, "--problems", "30", "--resume") as demo:
        said, _ = demo.communicate(timeout=500)
    assert demo.returncode == 0, said


def _started(folder: Path, *flags: str) -> subprocess.Popen[str]:
    """Start the demo as the head of a process group of its own, marked in its environment."""
    command = [sys.executable, "-m", "examples.demo", "--out", str(folder / "demo"), *flags]
    return subprocess.Popen(  # noqa: S603  # our own command
        command,
        cwd=REPOSITORY,
        env=environment() | {_MARK: "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _marked() -> list[str]:
    """Return the commands that the demo left running, after a moment to end."""
    time.sleep(3)
    left = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if f"{_MARK}=1".encode() in environ.read_bytes():
                left.append(environ.with_name("cmdline").read_text().replace("\0", " "))
    return left


def _await(is_so: Callable[[], bool], *, limit_s: float) -> None:
    ends = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.2)
