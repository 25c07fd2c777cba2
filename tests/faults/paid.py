"""What rollouts were paid for, by the simulated policy's own log, and what of it is durable."""

from dataclasses import dataclass, field
from pathlib import Path

from annotate.storage import RunFolder, connect, journal, open_store, query


@dataclass(frozen=False, slots=True, kw_only=True)
class Account:
    """Completions of one run, looked at after each kill. Mutable: it counts."""

    run: Path
    """The run folder."""
    log: Path
    """Log of the policy: a line for each answered call, its seed and its number."""
    lost: list[int] = field(default_factory=lambda: [0])
    """Completions that were paid for and are not durable, after each kill, all kills together."""

    @property
    def paid(self) -> int:
        """Completions that the policy has answered with."""
        if not self.log.exists():
            return 0
        return sum(int(line.split()[1]) for line in self.log.read_text().splitlines())

    @property
    def durable(self) -> int:
        """Completions that a journal or a commit holds."""
        if not (self.run / "run.json").exists():
            return 0
        run = RunFolder.open(open_store(str(self.run)))
        with connect(run) as con:
            held = {row[0] for row in query(con, "SELECT rollout_id FROM rollouts").rows}
        return len(held | {one.rollout_id for one in journal.read_segments(run.store)})

    def look(self) -> None:
        """Note what a kill has lost."""
        self.lost.append(self.paid - self.durable)

    @property
    def most_at_once(self) -> int:
        """What one kill lost at most: what was in flight or not flushed yet."""
        return max((b - a for a, b in zip(self.lost, self.lost[1:], strict=False)), default=0)

    @property
    def paid_twice(self) -> int:
        """What was paid for beyond the completions that the run holds in the end."""
        return self.paid - self.durable
