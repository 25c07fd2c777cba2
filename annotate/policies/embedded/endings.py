"""Endings: which completions end with the token just drawn, and what they wrote."""

import numpy as np
import numpy.typing as npt

from annotate.policies.embedded.group import Group
from annotate.policies.embedded.sampler import Ints
from annotate.policies.embedded.vocabulary import Vocabulary
from annotate.policies.embedded.wire import Written


class Endings:
    """End-of-text tokens, stop strings and the limit of tokens."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Use the end-of-text tokens of `vocabulary`."""
        self._vocabulary = vocabulary
        self._completing: dict[tuple[str, ...], npt.NDArray[np.bool_]] = {}

    def of(
        self, group: Group, tokens: Ints, stop: tuple[str, ...], limit: int
    ) -> list[tuple[int, Written]]:
        """Return the place in the group of each completion that ends, ascending, and its text.

        Args:
            group: Completions, `tokens` already appended.
            tokens: The last token of each. Shape [group.n].
            stop: Stop strings.
            limit: Tokens that a completion has at most.
        """
        at_end = self._vocabulary.ends[tokens]
        over = group.written >= limit
        suspects = at_end | self._may_stop(stop)[tokens] if stop else at_end
        indices = range(group.n) if over else np.flatnonzero(suspects).tolist()
        ended = []
        for index in indices:
            written = self._look(group, index, stop, is_end=bool(at_end[index]), is_over=over)
            if written is not None:
                ended.append((index, written))
        return ended

    def _look(
        self, group: Group, index: int, stop: tuple[str, ...], *, is_end: bool, is_over: bool
    ) -> Written | None:
        n = group.written
        content = self._vocabulary.content(group.tokens[index, : n - is_end].tolist())
        # UTF-8 is self-synchronizing: bytes are found where characters are.
        cuts = [cut for text in stop if (cut := content.find(text.encode())) >= 0]
        if not (cuts or is_end or is_over):
            return None
        text = content[: min(cuts, default=len(content))].decode(errors="replace")
        return Written(text, "stop" if cuts or is_end else "length", n)

    def _may_stop(self, stop: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        if stop not in self._completing:
            self._completing[stop] = self._vocabulary.holding(text.encode() for text in stop)
        return self._completing[stop]
