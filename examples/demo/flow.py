"""The flow: the job `label` as a Prefect flow run, whose shards are done by Ray actors.

As `waymark flow label`, but with methods in sizes of the demo's own. Importing this imports
Prefect.
"""

from prefect import flow

from annotate.executors import Executor, OnRay, available_cores
from annotate.jobs import LabelReport, label
from annotate.reports import summarise
from annotate.storage import RunFolder, connect, open_store
from examples.demo.panel import shown_panel
from examples.demo.request import demo_request
from flows.artifacts import leave_summary, progress_artifact
from flows.ending import end_quietly
from flows.on_prefect import OnPrefect
from flows.tally import Tally

SHARDS_IN_FLIGHT = 4
"""Shards under way on each actor: enough searches side by side to fill an engine's batches."""
MOST_WORKERS = 4
"""Ray actors at most: each holds an engine of half a gigabyte."""


def ray_executor() -> Executor:
    """Return the executor of the demo: an actor for each core, up to `MOST_WORKERS`."""
    return OnRay(workers=min(available_cores(), MOST_WORKERS), in_flight=SHARDS_IN_FLIGHT)


@flow(name="waymark-demo", persist_result=False)
async def demo_flow(problems: str, out: str, policy: str) -> LabelReport:
    """Label a file of problems in a run folder; what is done there already is not done again.

    Args:
        problems: Path of the file.
        out: Path of the run folder.
        policy: Who is asked, as `name` or `name(key=value)`.
    """
    end_quietly()
    with shown_panel() as panel:
        tally = Tally(panel)
        async with progress_artifact(tally):
            report = await label(
                demo_request(problems, out, policy), OnPrefect(inner=ray_executor()), tally
            )
    with connect(RunFolder.open(open_store(out))) as con:
        summary = summarise(con)
    await leave_summary(out, report, summary)
    return report
