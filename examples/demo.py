"""The demo: labels real model solutions by formal evidence and shows the result.

Runs the commands that a user would type, and prints each before its output.
"""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

DATA = Path("examples", "data")
RUN = "out/demo"
SOLUTIONS = (str(DATA / "gsm8k_model_solutions.jsonl"), str(DATA / "human_labelled.jsonl"))

QUERIES = {
    "Which steps were refuted, and how? Every refutation has its certificate.": """
        SELECT source_id, step_index AS step, certificate.claim AS claim,
               certificate.values[2].value AS computed
        FROM evidence e JOIN solutions USING (solution_id)
        WHERE e.outcome = 'INCORRECT' AND step_index IS NOT NULL ORDER BY ALL LIMIT 8
    """,
    "How do final answers compare, by who wrote them?": """
        SELECT generator, outcome, count(*) AS solutions FROM solutions GROUP BY ALL ORDER BY ALL
    """,
    "What does a refuted step say of the final answer?": """
        SELECT first_error IS NOT NULL AS has_refuted_step, outcome, count(*) AS solutions
        FROM first_errors JOIN solutions USING (solution_id) GROUP BY ALL ORDER BY ALL
    """,
}


def main() -> None:
    """Run the demo from an empty run folder."""
    shutil.rmtree(RUN, ignore_errors=True)
    say("Label 540 real solutions: no model is called, every label has its evidence.")
    waymark("label", *SOLUTIONS, "--out", RUN, "--method", "formal")
    for title, sql in QUERIES.items():
        say(title)
        waymark("query", RUN, " ".join(sql.split()))
    say("One solution step by step, with the evidence behind each label.")
    waymark("show", RUN, first_refuted())
    say("Against the first errors that humans found: what equations alone can and cannot see.")
    waymark("evaluate", RUN, "--truth", SOLUTIONS[1], "--by", "set")
    say(f"The run folder is {RUN}: Parquet files, open to any tool. Next: waymark query {RUN}")


def say(text: str) -> None:
    """Print a heading."""
    sys.stdout.write(f"\n== {text}\n")
    sys.stdout.flush()


def waymark(*arguments: str) -> None:
    """Print a command as a user would type it, and run it."""
    sys.stdout.write(f"$ {shlex.join(('waymark', *arguments))}\n")
    sys.stdout.flush()
    subprocess.run((_tool(), *arguments), check=True)  # noqa: S603  # our own command


def first_refuted() -> str:
    """Return the id of a solution with a refuted step after some sound ones."""
    sql = "SELECT solution_id FROM first_errors WHERE first_error >= 2 ORDER BY 1 LIMIT 1"
    command = (_tool(), "query", RUN, sql, "--format", "csv")
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own command
    return found.stdout.splitlines()[1]


def _tool() -> str:
    return str(Path(sys.executable).with_name("waymark"))


if __name__ == "__main__":
    main()
