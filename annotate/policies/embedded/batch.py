"""Engine: many jobs at once, one pass over all of them at a time.

Rows of a pass are completions under way, one token each, and prompts to be read; of a prompt that
is to be scored, the logits of many rows are looked at, and nothing is written. A completion that
ends frees its row, which another one takes in the next pass. What is written depends on the job
alone. Not thread safe: one thread calls `submit` and `step`.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from annotate.policies.embedded.attention import Attention
from annotate.policies.embedded.cache import Prefix, PrefixCache
from annotate.policies.embedded.checkpoint import Checkpoint, Floats
from annotate.policies.embedded.endings import Endings
from annotate.policies.embedded.group import Group
from annotate.policies.embedded.invariance import GROUP_ROWS, Tiling, find_tiling
from annotate.policies.embedded.model import Model
from annotate.policies.embedded.sampler import Draws, Ints, draw
from annotate.policies.embedded.scoring import first_scored, scores_of
from annotate.policies.embedded.vocabulary import Vocabulary
from annotate.policies.embedded.wire import Answer, Job, Written

ROWS = 96
"""Completions under way at once, at most. From 64 on, more of them make a token no cheaper."""
CACHE_BYTES = 256 << 20
"""Prefixes kept, per engine."""
_READ = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an engine holds."""

    rows: int = ROWS
    """Completions under way at once, >= 8."""
    cache_bytes: int = CACHE_BYTES
    """Keys and values of prompts kept."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Task:  # mutable: it is what changes while a job is worked on
    job: Job
    prefix: Prefix
    limit: int
    first: int = 0  # the first token that is scored; 0 where completions are wanted
    begun: int = 0
    written: dict[int, Written] = field(default_factory=dict)
    logits: Floats = field(default_factory=lambda: np.empty(0, np.float32))


class Engine:
    """A model at work."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        vocabulary: Vocabulary,
        *,
        limits: Limits = Limits(),  # immutable
        tiling: Tiling | None = None,
    ) -> None:
        """Make an engine without work; without `tiling`, find out what this machine allows.

        Linear algebra of the whole process runs in one thread from then on: a product that is split
        over threads may sum in another order.
        """
        threadpool_limits(1, "blas")
        shape = checkpoint.config
        self.tiling = find_tiling(checkpoint) if tiling is None else tiling
        """At which sizes products run."""
        self.cache = PrefixCache(shape, limit_bytes=limits.cache_bytes)
        """Prompts already read."""
        self._context = shape.context
        self._rows = limits.rows
        self.vocabulary = vocabulary
        """Its tokens."""
        rows = limits.rows + _READ + self._context
        self._model = Model(checkpoint, tiling=self.tiling, rows=rows)
        self._attention = Attention(shape, rows=limits.rows)
        self._waiting: deque[Job] = deque()
        self._ready: deque[_Task] = deque()
        self._live: list[tuple[Group, _Task]] = []
        self._answers: list[Answer] = []
        self._endings = Endings(vocabulary)

    @property
    def is_busy(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._waiting or self._ready or self._live or self._answers)

    def submit(self, job: Job) -> None:
        """Take a job; its answer comes from a later `step`."""
        self._waiting.append(job)

    def step(self) -> list[Answer]:
        """Run one pass and return the jobs that it completed."""
        with np.errstate(over="ignore"):  # a gate far below zero is zero
            reading = self._admit()
            if self._live or reading:
                logits = self._pass(reading)
                begun = [task for task in reading if not task.first]
                if self._live or self._ready or begun:
                    self._write(logits, begun)
            elif self._ready:
                self._write(np.empty((0, len(self.vocabulary.ends)), np.float32), ())
        answers, self._answers = self._answers, []
        return answers

    def _admit(self) -> list[_Task]:
        free = self._rows - sum(group.n for group, _ in self._live)
        promised = sum(task.job.n - task.begun for task in self._ready)
        reading: list[_Task] = []
        rows = 0
        while self._waiting and promised < free and rows < _READ:
            job = self._waiting.popleft()
            tokens = self.vocabulary.encode(job.text)
            if not 0 < len(tokens) < self._context:
                self._refuse(job, len(tokens))
                continue
            task = self._task(job, tokens)
            reading.append(task)
            promised += 0 if task.first else job.n
            rows += len(tokens) - task.prefix.known
        return reading

    def _task(self, job: Job, tokens: Ints) -> _Task:
        limit = min(job.max_tokens, self._context - len(tokens))
        if job.scored_from < 0:
            return _Task(job=job, prefix=self.cache.open(tokens), limit=limit)
        first = first_scored(self.vocabulary.reach(tokens), job.scored_from)
        needed = min(first, len(tokens)) - 1  # the row before a token is what it was drawn from
        prefix = self.cache.open(tokens, needed=needed)
        return _Task(job=job, prefix=prefix, limit=limit, first=first)

    def _pass(self, reading: Sequence[_Task]) -> Floats:
        groups = [group for group, _ in self._live]
        prompts = [task.prefix for task in reading]
        tokens = [group.last for group in groups]
        tokens += [prefix.tokens[prefix.known :] for prefix in prompts]
        positions = [np.full(group.n, group.position) for group in groups]
        positions += [np.arange(prefix.known, len(prefix.tokens)) for prefix in prompts]
        for group in groups:
            group.make_room()
        self._attention.groups, self._attention.prompts = groups, prompts
        n_live = sum(group.n for group in groups)
        ends = n_live + np.cumsum([len(part) for part in tokens[len(groups) :]], dtype=np.int64)
        wanted = np.concatenate([np.arange(n_live), *map(_wanted, reading, ends)])
        logits = self._model.logits(
            np.concatenate(tokens), np.concatenate(positions), self._attention.attend, wanted
        )
        for group in groups:
            group.length += 1
        row = n_live
        for task, end in zip(reading, ends, strict=True):
            rows = logits[row : (row := row + len(_wanted(task, end)))]
            if task.first:
                self._score(task, rows)
            else:
                task.logits = rows[0].copy()
            self.cache.store(task.prefix)
        return logits[:n_live]

    def _score(self, task: _Task, logits: Floats) -> None:
        tokens = task.prefix.tokens
        ends = self.vocabulary.reach(tokens) - task.job.scored_from
        scores = scores_of(logits, tokens[task.first :], ends[task.first :])
        self._answers.append(
            Answer(number=task.job.number, prompt_tokens=len(tokens), written=[], scores=scores)
        )

    def _write(self, logits: Floats, reading: Sequence[_Task]) -> None:
        self._ready.extend(reading)
        parts = [logits]
        begun = self._begin()
        parts += [np.broadcast_to(task.logits, (group.n, logits.shape[1])) for group, task in begun]
        self._live += begun
        tokens = draw(np.concatenate(parts), self._draws())
        row = 0
        for group, task in self._live:
            n = group.n
            group.append(tokens[row : row + n])
            self._end(group, task, tokens[row : row + n])
            row += n
        self._live = [(group, task) for group, task in self._live if group.n]

    def _begin(self) -> list[tuple[Group, _Task]]:
        free = self._rows - sum(group.n for group, _ in self._live)
        begun: list[tuple[Group, _Task]] = []
        while self._ready:
            task = self._ready[0]
            n = min(GROUP_ROWS, task.job.n - task.begun)
            # Full groups or none: a shared prefix is multiplied for eight rows, however few run.
            if n > free:
                break
            ordinals = range(task.begun, task.begun + n)
            group = Group(task.prefix, ordinals=ordinals, seed=task.job.seed, max_tokens=task.limit)
            begun.append((group, task))
            task.begun += n
            free -= n
            if task.begun == task.job.n:
                self._ready.popleft()
        return begun

    def _draws(self) -> Draws:
        counts = [group.n for group, _ in self._live]

        jobs = [task.job for _, task in self._live]
        written = np.array([group.written for group, _ in self._live])
        temperature = np.array([job.temperature for job in jobs], np.float32)
        top_p = np.array([job.top_p for job in jobs], np.float32)
        return Draws(
            seeds=np.concatenate([group.seeds[: group.n] for group, _ in self._live]),
            ordinals=np.repeat(written, counts),
            temperature=np.repeat(temperature, counts),
            top_p=np.repeat(top_p, counts),
            top_k=np.repeat(np.array([job.top_k for job in jobs]), counts),
        )

    def _end(self, group: Group, task: _Task, tokens: Ints) -> None:
        ended = self._endings.of(group, tokens, task.job.stop, task.limit)
        if not ended:
            return
        for index, written in ended:
            task.written[int(group.ordinals[index])] = written
        group.drop([index for index, _ in ended])
        if len(task.written) == task.job.n:
            in_order = [task.written[ordinal] for ordinal in range(task.job.n)]
            answer = Answer(
                number=task.job.number, prompt_tokens=len(task.prefix.tokens), written=in_order
            )
            self._answers.append(answer)

    def _refuse(self, job: Job, length: int) -> None:
        reason = f"error: prompt of {length} tokens, the context has {self._context}"
        written = [Written("", reason, 0)] * job.n
        self._answers.append(Answer(number=job.number, prompt_tokens=length, written=written))


def _wanted(task: _Task, end: int) -> Ints:
    """Return the rows of a pass whose logits a prompt needs, given the row after its last one."""
    if not task.first:
        return np.array([end - 1])
    n = len(task.prefix.tokens)
    return np.arange(end - n + task.first - 1, end - 1)
