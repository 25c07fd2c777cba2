"""Profiles and rendering: what a policy is shown. Pure, but for reading a profile's file."""

from annotate.prompts.answer_cue import AnswerCue, answer_cue
from annotate.prompts.profile import Profile
from annotate.prompts.profiles import PROFILES, get_profile
from annotate.prompts.prompt import ChatTurn, Prompt, Sampling
from annotate.prompts.render import problem_text, render, render_question

__all__ = [
    "PROFILES",
    "AnswerCue",
    "ChatTurn",
    "Profile",
    "Prompt",
    "Sampling",
    "answer_cue",
    "get_profile",
    "problem_text",
    "render",
    "render_question",
]
