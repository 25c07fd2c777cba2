"""Cut a text into pieces that give it back when joined. Pure, linear time.

Delimiters stay at the end of the piece before them, no piece is blank unless the whole text is, and
no cut falls inside mathematics or code (see `annotate.segment.whole`).
"""

import re
from collections.abc import Callable, Mapping

from annotate.segment import boundaries
from annotate.segment.pieces import merge
from annotate.segment.segmentation import Cutter, Segmentation
from annotate.segment.think import Part, think_parts
from annotate.segment.whole import outside, whole_spans
from schemas import Piece, StepKind

_LEAST_HEADINGS = 2
"""One line headed "Step 1" may be prose; two are a structure."""
_NOT_BLANK = re.compile(r"\S")

Boundaries = Callable[[str], list[int]]


def _auto(text: str) -> list[int]:
    tags = boundaries.paragraph_tags(text)
    if tags:
        return tags
    headings = boundaries.step_headings(text)
    if len(headings) >= _LEAST_HEADINGS:
        return headings
    blank = boundaries.blank_lines(text)
    return blank if len(_split(text, blank)) > 1 else boundaries.lines(text)


_BOUNDARIES: Mapping[Cutter, Boundaries] = {
    Cutter.BLANK_LINE: boundaries.blank_lines,
    Cutter.LINE: boundaries.lines,
    Cutter.STEP_N: boundaries.step_headings,
    Cutter.SENTENCE: boundaries.sentences,
    Cutter.PARAGRAPH_TAGS: boundaries.paragraph_tags,
}


def cut(text: str, how: Segmentation) -> tuple[Piece, ...]:
    """Return the pieces of `text`, at least one; joined they are `text`.

    Pieces of thought are marked THOUGHT by the ways AUTO, THINK and PIECES, which look for thinking
    tags; everything else is RESPONSE. PIECES never merges thought with response, so that it may
    give one piece per part where it is asked for fewer.
    """
    if how.cutter in _BOUNDARIES:
        return _pieces(_split(text, _BOUNDARIES[how.cutter](text)), StepKind.RESPONSE)
    found = tuple(piece for part in think_parts(text) for piece in _cut_part(part))
    return found if how.n_pieces is None else merge(found, how.n_pieces)


def _cut_part(part: Part) -> tuple[Piece, ...]:
    if part.kind is not StepKind.THOUGHT:
        return _pieces(_split(part.text, _auto(part.text)), part.kind)
    # A tag alone is no step: cuts inside the tags only.
    first, last = part.inner
    filled = _next_text(part.text, first)
    inside = [c for c in boundaries.blank_lines(part.text) if filled < c < last]
    if inside and _next_text(part.text, inside[-1]) >= last:
        inside.pop()
    return _pieces(_split(part.text, inside), part.kind)


def _split(text: str, cuts: list[int]) -> list[str]:
    """Return the text cut at the offsets, but inside nothing whole and leaving no piece blank."""
    kept: list[int] = []
    begun = 0
    filled = _next_text(text, 0)
    end = len(text.rstrip())
    for offset in outside(cuts, whole_spans(text)) if cuts else ():
        if offset >= end:
            break
        if filled >= offset:
            # Only white space since the last cut: it belongs to the piece before.
            if kept:
                kept[-1] = begun = offset
            continue
        kept.append(offset)
        begun = offset
        filled = _next_text(text, begun)
    return [text[a:b] for a, b in zip([0, *kept], [*kept, len(text)], strict=True)]


def _next_text(text: str, offset: int) -> int:
    match = _NOT_BLANK.search(text, offset)
    return len(text) if match is None else match.start()


def _pieces(texts: list[str], kind: StepKind) -> tuple[Piece, ...]:
    return tuple(Piece(text=text, kind=kind) for text in texts)
