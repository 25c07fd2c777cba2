"""Where shards run: in this process, or on Ray. Equal results either way."""

from annotate.executors.base import Crew, Executor, ShardWorker
from annotate.executors.inline import Inline, available_cores
from annotate.executors.ray import OnRay
from annotate.executors.window import through

__all__ = ["Crew", "Executor", "Inline", "OnRay", "ShardWorker", "available_cores", "through"]
