"""How the embedded policy is spoken to. Data."""

from annotate.prompts import Profile, Sampling

EMBEDDED_PROFILE = Profile(
    name="embedded",
    raw=True,
    problem_template="Problem: {problem}\nSolution:\n",
    delimiter="\n",
    sampling=Sampling(temperature=1.0, max_tokens=320),
    judge="first_error_line",
    answer_cue="The answer is {answer}.",
    judge_sampling=Sampling(temperature=0.0, max_tokens=8),
    example="A doll costs 7 dollars. A pen costs 18 dollars more than a doll. A lamp is 10 dollars "
    "cheaper than a pen. Emma buys 4 lamps. How much does Emma pay in all?",
)
"""The formats that the shipped weights were trained on. A prompt ends with a line break, so that a
longer prefix of the same chain begins with the same tokens."""
