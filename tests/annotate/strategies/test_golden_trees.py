"""Trees of the simulated world, node by node, against the reviewed file."""

import json

from tests.annotate.strategies.golden_trees import GOLDEN, trees


def test_trees_grow_as_reviewed() -> None:
    """Same seed, same states, same questions, same order: `golden_trees` says how to renew them."""
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))

    assert expected == json.loads(json.dumps(trees()))
