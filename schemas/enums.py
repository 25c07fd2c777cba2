"""Enums: every value that is not a number or a text, one sentence per member.

Stored by member name. Compare with `is`: a member is always true, so `if verdict` is a bug.
"""

from enum import Enum, auto, unique


@unique
class Outcome(Enum):
    """How a completion (a rollout, or a whole solution) ended, by one checker of final answers."""

    CORRECT = auto()
    """The final answer equals an accepted one."""
    INCORRECT = auto()
    """A final answer was found and equals no accepted one."""
    NO_ANSWER = auto()
    """The completion ended by itself without a final answer."""
    TRUNCATED = auto()
    """The completion was cut by a length limit: censored, never counted as wrong."""
    CHECK_TIMEOUT = auto()
    """The comparison was stopped by its limit: censored, never counted as wrong."""
    FAILED = auto()
    """The completion could not be made or checked: censored, never counted as wrong."""
    NOT_CHECKED = auto()
    """There is no accepted answer to compare with."""


@unique
class FindingVerdict(Enum):
    """What a model-free check says of a step or a solution."""

    CORRECT = auto()
    """Proved."""
    INCORRECT = auto()
    """Refuted; the certificate lets a reader check it."""
    NO_OBJECTION = auto()
    """Something was checked and nothing was wrong: no proof of the step."""
    NOT_APPLICABLE = auto()
    """There is nothing in the text that this check can judge."""
    UNKNOWN = auto()
    """Asked and undecided; the reason says why (a time limit among others)."""


@unique
class LabelVerdict(Enum):
    """What a rule decides of a step."""

    CORRECT = auto()
    """The step is right, in the sense of the label's semantics."""
    INCORRECT = auto()
    """The step is wrong, in the sense of the label's semantics."""
    UNKNOWN = auto()
    """Evidence was gathered and does not decide."""
    NOT_CHECKED = auto()
    """No evidence that the rule can use bears on the step."""


@unique
class FirstErrorVerdict(Enum):
    """What a rule decides of a solution's first wrong step."""

    FOUND = auto()
    """The first wrong step is at `step_index`."""
    NONE_FOUND = auto()
    """Every step is held to be right."""
    UNDECIDED = auto()
    """The evidence does not say whether or where."""


@unique
class Visibility(Enum):
    """Which errors the evidence behind a decision could have shown."""

    ALL_ERRORS = auto()
    """Those that its source can find: a judge, a check, or rollouts of a chain that ends wrong."""
    VISIBLE_ERRORS_ONLY = auto()
    """Those that lower success: the chain ends right, and rollouts see no error that it recovers
    from. Only judges or checks would."""


@unique
class StepKind(Enum):
    """What part of a chain a step belongs to."""

    THOUGHT = auto()
    """Reasoning between thinking tags, or in a server's separate field."""
    RESPONSE = auto()
    """The answer as shown to a reader."""
    ACTION = auto()
    """A call of a tool."""
    OBSERVATION = auto()
    """What a tool answered: context, never labelled."""


@unique
class Scope(Enum):
    """What an observation is about."""

    PROBLEM = auto()
    """The problem alone."""
    PREFIX = auto()
    """The text up to and including a step: what rollouts start from."""
    STEP = auto()
    """One step, given those before it."""
    SOLUTION = auto()
    """The solution as a whole."""


@unique
class ValueKind(Enum):
    """What the number in a label means."""

    PROBABILITY_CORRECT = auto()
    """P(no error up to and including this step), in [0, 1]."""
    SUCCESS_RATE = auto()
    """Share of completions from here that reach an accepted answer, in [0, 1]."""
    ADVANTAGE = auto()
    """Success rate after the step minus before it, in [-1, 1]."""
    PROGRESS = auto()
    """Success, or potential, after the step relative to before it or to the root; may be negative.
    """
    DISTANCE = auto()
    """Steps still to go, weighted by the method that defines it, >= 0."""
    VOTE_SHARE = auto()
    """Share of opinions that hold the step to be right, in [0, 1]."""
    SCORE = auto()
    """A number on a scale of the rule's own: the higher, the better the step."""


@unique
class Semantics(Enum):
    """What a label's verdict refers to."""

    FIRST_ERROR = auto()
    """CORRECT means: no error up to and including this step. Once INCORRECT, always INCORRECT."""
    LOCAL = auto()
    """CORRECT means: this step follows from those before it, right or wrong."""


@unique
class Basis(Enum):
    """Where a label comes from."""

    OBSERVED = auto()
    """Evidence about this very step or prefix."""
    INFERRED = auto()
    """Evidence about other steps, carried here by the semantics."""


@unique
class AnswerType(Enum):
    """How a final answer is to be read."""

    AUTO = auto()
    """By its form."""
    NUMBER = auto()
    """A number, perhaps with a unit."""
    EXPRESSION = auto()
    """A mathematical expression, set, interval or tuple."""
    CHOICE = auto()
    """The letter of an option."""
    TEXT = auto()
    """A word or phrase."""
    NONE = auto()
    """No final answer can be compared (a proof)."""
    TESTS = auto()
    """Each accepted answer is a test program, which a program passes or does not."""


@unique
class PartKind(Enum):
    """What a content part holds."""

    TEXT = auto()
    """Text."""
    BLOB = auto()
    """Bytes kept beside the tables, by hash. Reserved: nothing writes it yet."""


@unique
class SourceKind(Enum):
    """Who made an observation."""

    VERIFIER = auto()
    """A model-free check."""
    ROLLOUTS = auto()
    """Completions of a policy from a prefix."""
    JUDGE = auto()
    """A model's opinion."""
    SCORES = auto()
    """A policy's probabilities of given text."""
    IMPORTED = auto()
    """A label or score read from a file: a human, a reward model, another tool."""


@unique
class ScoreKind(Enum):
    """What the number is that SCORES hold, by the name in `reason`."""

    MEAN_ENTROPY = auto()
    """Mean entropy of the distributions that a step's tokens were draws of, in nats, >= 0."""
    MEAN_LOGPROB = auto()
    """Mean log probability of a step's tokens, in nats, <= 0."""
    MAX_ENTROPY = auto()
    """Greatest of these entropies, in nats, >= 0."""
    LEAST_LOGPROB = auto()
    """Log probability of a step's least likely token, in nats, <= 0."""
    POTENTIAL = auto()
    """How sure of the right answer a policy is that must give it now, in [-1, 1]."""


@unique
class CertificateKind(Enum):
    """How a certificate shows that a claim is false (or proved)."""

    TWO_VALUES = auto()
    """The claim's two sides and the value of each."""
    COUNTEREXAMPLE = auto()
    """An assignment under which the claim fails."""
    UNSAT_CORE = auto()
    """The premises that contradict one another."""
    FAILED_ASSERTION = auto()
    """A program's assertion and the value found."""
    PROOF = auto()
    """The premises from which the claim follows."""


@unique
class UnknownReason(Enum):
    """Why a check was made and did not decide."""

    TIMEOUT = auto()
    """Stopped by its time limit, twice."""
    LIMIT = auto()
    """The expression is beyond a deterministic limit (size, exponent, operations)."""
    CRASHED = auto()
    """The check raised an error, or its process died twice."""
    UNSUPPORTED = auto()
    """A construct that the check cannot read."""
    BACKEND_UNKNOWN = auto()
    """The solver said that it does not know."""
    NO_SANDBOX = auto()
    """No sandbox passed its self-test, so nothing was run."""
    UNPARSABLE = auto()
    """A judge answered in a form that names no step."""
    TRUNCATED = auto()
    """A judge's answer was cut by a length limit before its verdict."""


@unique
class RejectReason(Enum):
    """Why an input row was set aside."""

    INVALID_JSON = auto()
    """The line is not JSON."""
    INVALID_UTF8 = auto()
    """The bytes are not UTF-8 text."""
    TOO_LARGE = auto()
    """The row is over the size limit."""
    NOT_AN_OBJECT = auto()
    """The row is JSON but not an object."""
    MISSING_FIELD = auto()
    """A field that is needed is absent or null."""
    WRONG_TYPE = auto()
    """A field holds a value of another type."""
    EMPTY_SOLUTION = auto()
    """The solution has no text in any step."""
    EMPTY_PROBLEM = auto()
    """The problem has no text."""
    ID_CONFLICT = auto()
    """The id stands for two contents within one input."""
    BAD_LABEL = auto()
    """A label does not fit the solution: out of range, or not one per step."""
    UNREADABLE = auto()
    """The container ended early or is damaged from here on."""


@unique
class Seeding(Enum):
    """What a policy promises of seeds."""

    PER_ROLLOUT = auto()
    """Each rollout has its own seed, whatever batch it is made in."""
    PER_REQUEST = auto()
    """A request has one seed; its samples follow from it."""
    NONE = auto()
    """Seeds are not honoured."""


@unique
class Role(Enum):
    """What a policy is asked to do."""

    GENERATOR = auto()
    """Writes whole solutions of a problem."""
    COMPLETER = auto()
    """Continues a prefix to a final answer: what rollouts are made with."""
    PROVER = auto()
    """Continues a prefix, where a method measures progress by another policy than the completer."""
    JUDGE = auto()
    """Says which step of a solution is the first wrong one."""
    REFERENCE = auto()
    """Gives the probabilities that another policy's are compared with."""
