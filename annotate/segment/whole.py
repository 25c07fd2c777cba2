r"""Stretches of a text that stay whole: mathematics, environments and code. Pure, linear time.

Whole are fenced code, inline code, `$..$`, `$$..$$`, `\(..\)`, `\[..\]`, `\begin{x}..\end{x}` and
`[asy]..[/asy]`. An opening without its closing protects nothing. As in TeX and Markdown, inline
forms end with their paragraph, and a dollar sign opens mathematics only before a character that is
no space and closes it only after one and before no digit: "$5 and $6" is money.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

Span = tuple[int, int]

PARAGRAPH_END = re.compile(r"\n\s*\n")
"""A blank line; the match ends where the next line begins."""

# Begins with a plain character class, which the regex engine searches for five times as fast.
_TOKEN = re.compile(
    r"[\\$`~\[](?:"
    r"(?<=\\)(?:(?P<escape>[\\$])|(?P<math>[\[\]()])"
    r"|(?P<side>begin|end)\{(?P<environment>[a-zA-Z]{1,40}\*?)\})"
    r"|(?<=\$)(?:(?P<display>\$)|(?P<dollar>))"
    r"|(?P<fence>(?:(?<=`)``+|(?<=~)~~+)[^`\n]*$)"
    r"|(?P<tick>(?<=`)(?<!``)(?!`))"
    r"|(?<=\[)(?P<asy>/?asy)\])",
    re.MULTILINE,
)
_CLOSING = {"[": "]", "(": ")", "asy": "/asy"}
_INLINE = frozenset({"dollar", "tick", "("})
_FENCE = re.compile(r"(`+|~+)[ \t]*(.*)")
_INDENT = 3
"""Spaces before a fence, at most, as in CommonMark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    start: int
    end: int
    width: int = 0


def whole_spans(text: str) -> list[Span]:
    """Return the stretches that must not be cut, outermost only, in order of their start."""
    tokens = [_token(match) for match in _TOKEN.finditer(text) if _is_token(text, match)]
    if not tokens:
        return []
    ends = _Closings(text, tokens)
    spans: list[Span] = []
    reached = 0
    for token in tokens:
        if token.start < reached:
            continue
        end = ends.after(token)
        if end is not None:
            spans.append((token.start, end))
            reached = end
    return spans


def outside(cuts: list[int], spans: list[Span]) -> list[int]:
    """Return the offsets of `cuts` that lie strictly inside no span. Both ascend."""
    kept = []
    position = 0
    for offset in cuts:
        while position < len(spans) and spans[position][1] <= offset:
            position += 1
        if position == len(spans) or offset <= spans[position][0]:
            kept.append(offset)
    return kept


def _is_token(text: str, match: re.Match[str]) -> bool:
    """Tell whether a match is what it looks like: a fence stands alone on its line."""
    if match.lastgroup != "fence":
        return True
    before = text[max(0, match.start() - _INDENT - 1) : match.start()]
    indent = before.rpartition("\n")[2]
    return not indent.strip() and len(indent) <= _INDENT


def _token(match: re.Match[str]) -> _Token:
    kind = str(match.lastgroup)
    start, end = match.span()
    if kind == "environment":
        kind = f"{match['side']} {match['environment']}"
    elif kind in {"math", "asy"}:
        kind = match[kind]
    elif kind == "fence":
        fence = _FENCE.fullmatch(match[0])
        mark, info = ("", "") if fence is None else fence.groups()
        kind = f"fence {mark[:1]}{' info' if info.strip() else ''}"
        return _Token(kind=kind, start=start, end=end, width=len(mark))
    return _Token(kind=kind, start=start, end=end)


class _Closings:
    """Where each opening token of one text closes. Mutable: remembers fences that never close."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._blank_lines = [match.start() for match in PARAGRAPH_END.finditer(text)]
        self._closers: dict[str, list[_Token]] = defaultdict(list)
        for token in tokens:
            if token.kind != "dollar" or _may_close(text, token):
                self._closers[token.kind].append(token)
        self._starts = {kind: [t.start for t in found] for kind, found in self._closers.items()}
        self._environments = _environments(tokens)
        self._openers = {t.start for t in tokens if t.kind != "dollar" or _may_open(text, t)}
        self._paired_displays = len(self._closers["display"]) % 2 == 0
        self._open_fence: dict[str, int] = {}

    def after(self, token: _Token) -> int | None:
        """Return the end of what `token` opens, or None where it opens nothing."""
        if token.start not in self._openers:
            return None
        if token.kind.startswith("begin "):
            return self._environments.get(token.start)
        if token.kind.startswith("fence "):
            return self._after_fence(token)
        closer = self._next(_CLOSING.get(token.kind, token.kind), token.end)
        if token.kind not in {"display", "dollar", "tick", *_CLOSING} or closer is None:
            return None
        bounded = token.kind in _INLINE or (token.kind == "display" and not self._paired_displays)
        if bounded and self._paragraph_end(token.end) < closer.start:
            return None
        return closer.end

    def _next(self, kind: str, offset: int) -> _Token | None:
        index = bisect_right(self._starts.get(kind, []), offset - 1)
        found = self._closers.get(kind, [])
        return found[index] if index < len(found) else None

    def _paragraph_end(self, offset: int) -> float:
        index = bisect_right(self._blank_lines, offset - 1)
        return self._blank_lines[index] if index < len(self._blank_lines) else float("inf")

    def _after_fence(self, token: _Token) -> int | None:
        kind = token.kind.removesuffix(" info")
        # Once a fence of some width has no closing, no later one at least as wide has:
        # the search below stays linear on a text full of fences that never close.
        if token.width >= self._open_fence.get(kind, token.width + 1):
            return None
        found = self._closers.get(kind, [])
        first = bisect_right(self._starts.get(kind, []), token.end - 1)
        for index in range(first, len(found)):
            if found[index].width >= token.width:
                return found[index].end
        self._open_fence[kind] = token.width
        return None


def _may_open(text: str, token: _Token) -> bool:
    return token.end < len(text) and not text[token.end].isspace()


def _may_close(text: str, token: _Token) -> bool:
    after = text[token.end : token.end + 1]
    return not text[token.start - 1 : token.start].isspace() and not after.isdigit()


def _environments(tokens: list[_Token]) -> dict[int, int]:
    """Return the end of each closed environment by the start of its opening."""
    closed = {}
    stack: list[_Token] = []
    depth: dict[str, int] = defaultdict(int)
    for token in tokens:
        side, _, name = token.kind.partition(" ")
        if side == "begin":
            stack.append(token)
            depth[name] += 1
        elif side == "end" and depth[name]:
            while True:
                opened = stack.pop()
                opened_name = opened.kind.partition(" ")[2]
                depth[opened_name] -= 1
                if opened_name == name:
                    closed[opened.start] = token.end
                    break
    return closed
