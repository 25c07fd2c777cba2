"""Where shards run: in this process, or on Ray. Equal results either way."""

from annotate.executors.base import Executor, ShardWorker
from annotate.executors.inline import Inline, available_cores
from annotate.executors.ray import OnRay

__all__ = ["Executor", "Inline", "OnRay", "ShardWorker", "available_cores"]
