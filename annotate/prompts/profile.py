"""Profile: everything about how a policy is spoken to, one file of data per kind of model. Pure."""

from dataclasses import asdict, dataclass

from annotate.prompts.prompt import ChatTurn, Sampling
from schemas import canonical_json

DEFAULT_SAMPLING = Sampling()
"""How a model draws where its profile does not say."""

_UNWRITTEN = ("sampling", "judge_sampling", "example", "answer_cue")
# Sampling and a cue are part of a request's key, and an example is asked by checks alone.


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How problems, prefixes and judge questions are written for one kind of model."""

    name: str
    """Name, as in `--profile`."""
    raw: bool
    """Whether prompts are one text (completions API) instead of chat turns."""
    system: str = ""
    """System message (chat) or first lines (raw); empty for none."""
    shots: tuple[ChatTurn, ...] = ()
    """Worked examples before the problem, as turns of user and assistant."""
    shot_separator: str = "\n\n"
    """Raw only: stands after the system lines and after each worked example."""
    problem_template: str = "{problem}"
    """The user's message, or the raw text before the solution; `{problem}` stands for the problem.
    """
    delimiter: str = "\n\n"
    """What stands between two steps of this model's solutions."""
    stop: tuple[str, ...] = ()
    """Stop strings of solutions."""
    thinking: tuple[str, str] | None = None
    """Tags around thought; None for a model that does not think aloud."""
    strip_end: bool = False
    """Whether white space at the end of a prefix is left off: templates that strip it would shift
    the tokens."""
    sampling: Sampling = DEFAULT_SAMPLING
    """Defaults for solutions and rollouts."""
    judge: str = "first_error_boxed"
    """Name of the judge prompt (a text file of `annotate.judges`)."""
    judge_template: str = "{prompt}"
    """Raw only: text around the judge prompt, `{prompt}`, where the model wants a chat template."""
    judge_sampling: Sampling = DEFAULT_SAMPLING
    """How it judges; at temperature 0, several opinions on one solution are drawn at 1."""
    answer_cue: str = "The final answer is \\boxed{{answer}}."
    """What a step is followed by where the final answer is wanted at once, `{answer}`."""
    extra_body: str = "{}"
    """JSON object sent along with each request, as `chat_template_kwargs`."""
    continue_body: str = '{"add_generation_prompt":false,"continue_final_message":true}'
    """JSON object sent along where the assistant's last message is to be continued: what vLLM and
    SGLang need so that they do not start another one."""

    example: str = ""
    """A problem of the kind that the model is for, where it is for one kind: what checks ask."""

    @property
    def canonical(self) -> str:
        """Canonical JSON of all fields that shape what is written: part of the policy's id."""
        kept = {k: v for k, v in asdict(self).items() if k not in _UNWRITTEN}
        return canonical_json(kept)
