"""Records as plain JSON values."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.reports import plain
from schemas import NamedValue, Outcome

values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(Outcome)
    ),
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.text(), inner),
        st.builds(NamedValue, name=st.text(), value=st.text()),
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(values)
def test_what_is_plain_survives_json(value: object) -> None:
    """Plain values are what strict JSON gives back, and are plain already."""
    once = plain(value)

    assert json.loads(json.dumps(once, allow_nan=False)) == once
    assert plain(once) == once


def test_members_are_names_and_nan_is_null() -> None:
    """An enum is written by name, as key and as value; what is not finite is null."""
    assert plain({Outcome.CORRECT: (Outcome.FAILED, float("nan"))}) == {"CORRECT": ["FAILED", None]}


def test_other_things_are_refused() -> None:
    """What has no JSON form is a bug, not a text."""
    with pytest.raises(TypeError, match="no JSON form"):
        plain({1, 2})
