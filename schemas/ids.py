"""Ids: hashes of content, the same on any machine. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""What `json.loads` gives, immutable or not."""

# Made once: `json.dumps` makes one in every call, which takes longer than a short value does.
_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
)

ID_LENGTH = 32
"""Hexadecimal digits of an id: 128 bits, so 10^12 ids collide with probability under 10^-14."""


def canonical_json(value: Json) -> str:
    """Return JSON with sorted keys and no spaces: equal values give equal texts.

    Raises:
        ValueError: If the value holds NaN or an infinity.
    """
    return _ENCODER.encode(value)


def content_id(kind: str, value: Json) -> str:
    """Return the id of `value` as a thing of this `kind`: 32 hexadecimal digits.

    Two kinds never share an id, even where their contents are equal.
    """
    digest = hashlib.sha256(kind.encode() + b"\0" + canonical_json(value).encode())
    return digest.hexdigest()[:ID_LENGTH]


def prefix_id(problem_id: str, text: str) -> str:
    """Return the id of a prefix: a problem and the exact text so far, however it was cut."""
    # Plain concatenation instead of JSON: the ids of problems have one length, and this is asked
    # for every prefix of every solution.
    digest = hashlib.sha256(b"prefix\0" + problem_id.encode() + text.encode("utf-8"))
    return digest.hexdigest()[:ID_LENGTH]
