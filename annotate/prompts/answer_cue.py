"""AnswerCue: what makes a model state its final answer right away. Pure."""

from dataclasses import dataclass

from annotate.prompts.profile import Profile

ANSWER = "{answer}"
"""Stands for the answer in a profile's `answer_cue`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCue:
    """A profile's answer cue, in parts."""

    before: str
    """Follows a prefix; ends where the answer begins, without white space."""
    space: str
    """White space between the two: the answer's tokens begin with it."""
    after: str
    """Follows the answer."""


def answer_cue(profile: Profile) -> AnswerCue:
    """Return the answer cue of a profile."""
    before, _, after = profile.answer_cue.partition(ANSWER)
    kept = before.rstrip()
    return AnswerCue(before=kept, space=before[len(kept) :], after=after)
