"""When: Prefect flows over the jobs of `annotate`. Holds no algorithm, and no flow yet."""
