"""The tree: flat rows, each text once."""

from annotate.search import ROOT, Tree


def test_a_state_is_found_by_its_text_and_names_its_parent() -> None:
    """Rows are in the order in which they were added."""
    tree = Tree()
    root = tree.add(parent=None, text="", successes=3, trials=8)
    child = tree.add(parent=root, text="a", successes=0, trials=8)

    assert (root, child) == (ROOT, 1)
    assert (tree.find(""), tree.find("a"), tree.find("b")) == (0, 1, None)
    assert [(s.parent, s.value) for s in tree.states] == [(None, 0.375), (0, 0.0)]


def test_a_state_of_which_nothing_counts_has_no_success_and_no_trial() -> None:
    """It is told apart from a failing one by its trials."""
    tree = Tree()
    index = tree.add(parent=None, text="", successes=0, trials=0)

    assert (tree.states[index].value, tree.states[index].trials) == (0.0, 0)
