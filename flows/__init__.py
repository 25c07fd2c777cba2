"""When: Prefect flows over the jobs of `annotate`. Holds no algorithm.

Nothing is re-exported here, for a reason: Prefect is an optional extra whose import takes a second,
and `flows.cli` has to be there to say so where it is missing.
"""
