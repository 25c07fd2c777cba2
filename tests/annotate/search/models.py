"""Rate models for tests."""

from hypothesis import strategies as st

from annotate.search import DRIFT, RECOVERY, SUCCESS, RateModel


def flat(n: int) -> tuple[float, ...]:
    """Return equal shares."""
    return (1 / n,) * n


def model(  # the fields of a model, each with a default
    *,
    decay: float = 0.8,
    sound_spread: float | None = 20.0,
    wrong_spread: float | None = 5.0,
    misjudged: float = 0.05,
    retracted: float = 0.1,
    followed: float = 0.1,
    hidden: float = 0.1,
) -> RateModel:
    """Return a model with all rates alike."""
    return RateModel(
        success=flat(len(SUCCESS)),
        recovery=flat(len(RECOVERY)),
        drift=flat(len(DRIFT)),
        decay=decay,
        sound_spread=sound_spread,
        wrong_spread=wrong_spread,
        misjudged=misjudged,
        retracted=retracted,
        followed=followed,
        behind_two=0.03,
        hidden=hidden,
    )


MODELS = st.builds(
    model,
    decay=st.sampled_from([0.5, 0.9, 1.0]),
    sound_spread=st.sampled_from([None, 4.0, 50.0]),
    wrong_spread=st.sampled_from([None, 1.0, 10.0]),
    misjudged=st.sampled_from([0.0, 0.1]),
    retracted=st.sampled_from([0.0, 0.3]),
    followed=st.sampled_from([0.0, 0.4]),
    hidden=st.sampled_from([0.01, 0.3]),
)
"""Models of all kinds."""
