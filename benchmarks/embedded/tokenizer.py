"""Tokenizer of the embedded policy: byte-level BPE, one token per digit, words apart from signs.

Trained on stories of the grammar; the same seed range gives the same file. Lossless on any text.
"""

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from annotate.worlds.stories.dice import Dice
from annotate.worlds.stories.drawing import draw_problem
from annotate.worlds.stories.forms import STATEMENTS
from annotate.worlds.stories.mistakes import write_flawed

VOCABULARY = 704
"""Tokens: 2 special, 256 bytes, the rest merges."""
PAD, EOS = "<pad>", "<eos>"
SPLIT = r" ?[A-Za-z]+| ?[0-9]| ?[^\sA-Za-z0-9]|\s"
"""What no token crosses: a word, a digit or a sign with the space before it, or one white space."""

_FIRST_SEED = 900_000_000
_STORIES = 20_000


def train_tokenizer() -> Tokenizer:
    """Return a tokenizer trained on 20,000 stories with their chains."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(), trainer)
    return tokenizer


def _texts() -> list[str]:
    texts: list[str] = [phrase for form in STATEMENTS for phrase in form.phrases]
    for seed in range(_FIRST_SEED, _FIRST_SEED + _STORIES):
        story = draw_problem(seed)
        dice = Dice("tokenizer", seed)
        chain = write_flawed(story, dice, dice.below(story.steps))
        texts.append(f"Problem: {story.text}\nSolution:\n" + "\n".join(chain))
        texts.append("Steps:\nWait, step 2 is wrong.\nFirst wrong step: none\n")
    return texts
