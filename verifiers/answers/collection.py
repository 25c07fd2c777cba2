r"""Tuples, sets, intervals and bare lists: cut at top-level commas. Pure; linear in the length."""

import re
from dataclasses import dataclass
from enum import Enum, auto, unique

MAX_ITEMS = 32
"""Items of a collection that is compared item by item."""


@unique
class Order(Enum):
    """Whether the items of a collection have places."""

    ORDERED = auto()
    """A tuple, vector or interval."""
    UNORDERED = auto()
    """A set."""
    OPEN = auto()
    """A bare list: the other side says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Items with what encloses them."""

    opening: str
    """`(`, `[`, `{`, empty, or for a matrix its number of rows in words."""
    closing: str
    """`)`, `]`, `}` or empty."""
    items: tuple[str, ...]
    """As written, at least one."""

    @property
    def order(self) -> Order:
        """Whether the items have places."""
        if not self.opening:
            return Order.OPEN
        return Order.UNORDERED if self.opening == "{" else Order.ORDERED


_PAIRS = {"(": ")", "[": "]", "{": "}"}
_SET_BRACES = re.compile(r"\\([{}])")
_JOINERS = re.compile(r"\s*(?:,\s*)?(?:(?<![a-zA-Z])(?:and|or)(?![a-zA-Z])|,|;)\s*")
_PREFIX = re.compile(r"^\\?[a-zA-Z](?:_\w)?\s*(?:=|\\in(?![a-zA-Z]))\s*")
_MATRIX = re.compile(
    r"\\begin\s*\{[pbBvV]?(?:small)?matrix\}(.*)\\end\s*\{[pbBvV]?(?:small)?matrix\}", re.DOTALL
)
_ROW_END = re.compile(r"\\\\")
_PLUS_MINUS = re.compile(r"\\pm(?![a-zA-Z])")


def read_collection(text: str) -> Collection | None:
    r"""Return the items of a normalised answer, or None if it is a single item.

    `(1, 2)`, `\{1, 2\}`, `[0, 1)`, `1, 2`, `x = 1 or x = 2`, `1 \pm \sqrt{2}` (two items).
    """
    text = _PREFIX.sub("", text).strip()
    if not text:
        return None
    matrix = _MATRIX.fullmatch(text)
    if matrix is not None:
        return _read_matrix(matrix[1])
    # Escaped braces are sets; private-use characters keep them apart from LaTeX groups.
    text = _SET_BRACES.sub(lambda m: "\ue000" if m[1] == "{" else "\ue001", text)
    opening, closing, inner = "", "", text
    if _enclosed(text):
        opening, closing, inner = _plain(text[0]), _plain(text[-1]), text[1:-1]
    items = [item for part in _cut(inner) for item in _expand(_restore(part))]
    if len(items) < (1 if opening == "{" else 2) or not all(items):
        return None
    return Collection(opening=opening, closing=closing, items=tuple(items))


def _read_matrix(body: str) -> Collection | None:
    rows = [row for row in _ROW_END.split(body) if row.strip()]
    items = [item.strip() for row in rows for item in row.split("&")]
    if not all(items):
        return None
    return Collection(opening=f"matrix of {len(rows)}", closing="", items=tuple(items))


def _plain(character: str) -> str:
    return {"\ue000": "{", "\ue001": "}"}.get(character, character)


def _restore(text: str) -> str:
    return text.replace("\ue000", r"\{").replace("\ue001", r"\}").strip()


def _enclosed(text: str) -> bool:
    """Return whether the first bracket closes at the very end: `(1, 2)`, not `(0, 1) + (1, 2)`."""
    if text[0] not in "([\ue000" or text[-1] not in ")]\ue001":
        return False
    level = 0
    for index, character in enumerate(text):
        if character in "([{\ue000":
            level += 1
        elif character in ")]}\ue001":
            level -= 1
            if level == 0:
                return index == len(text) - 1
    return False


def _cut(text: str) -> list[str]:
    """Return the parts between top-level commas and words such as `and`."""
    parts, level, start, position = [], 0, 0, 0
    while position < len(text):
        character = text[position]
        if character in "([{\ue000":
            level += 1
        elif character in ")]}\ue001":
            level -= 1
        elif level == 0 and (match := _JOINERS.match(text, position)) is not None:
            parts.append(text[start:position])
            start = position = match.end()
            continue
        position += 1
    return [*parts, text[start:]]


def _expand(item: str) -> list[str]:
    item = _PREFIX.sub("", item)
    if len(_PLUS_MINUS.findall(item)) != 1:
        return [item]
    return [_PLUS_MINUS.sub(sign, item).strip() for sign in "+-"]
