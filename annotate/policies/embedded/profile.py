"""How the embedded policy is spoken to. Data."""

from annotate.prompts import Profile, Sampling

EMBEDDED_PROFILE = Profile(
    name="embedded",
    raw=True,
    problem_template="Problem: {problem}\nSolution:\n",
    delimiter="\n",
    sampling=Sampling(temperature=1.0, max_tokens=320),
    judge="first_error_line",
    judge_sampling=Sampling(temperature=1.0, max_tokens=8),
)
"""The formats that the shipped weights were trained on. A prompt ends with a line break, so that a
longer prefix of the same chain begins with the same tokens."""
