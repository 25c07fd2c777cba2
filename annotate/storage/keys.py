"""Keys: the names of a run's files inside its store. Pure.

A key is a relative path with forward slashes, the same in every store. Parts that start with a dot
are the store's own (locks, half-written files) and are never listed.
"""

from schemas import InvalidArgumentError

HIDDEN = "."
"""First character of a part that the store keeps to itself."""


def check_key(key: str) -> str:
    """Return `key` if it may name a file in a store.

    Raises:
        InvalidArgumentError: If it is empty, absolute, climbs out of the store, or is hidden.
    """
    if "\\" in key or not all(key.split("/")) or is_hidden(key):
        raise InvalidArgumentError(
            f"{key!r} cannot name a file of a run: expected a relative path such as "
            "'tables/labels/0a1b.parquet', without parts that start with a dot."
        )
    return key


def is_hidden(key: str) -> bool:
    """Say whether a part of a path starts with a dot: it belongs to the store, or climbs out."""
    return key.startswith(HIDDEN) or f"/{HIDDEN}" in key
