"""What no sentence for a person may do: name a cause, promise, advise on a protected trait, run on, use jargon.

Do not put here: numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LONGEST_SENTENCE = 72
PROTECTED = re.compile(
    "성별|남성|여성|남자|여자|나이|연령|고령|청년층|장애|외국인|국적|결혼|혼인|미혼|임신|출산|육아휴직|자녀|가족|종교|인종|출신|병력|신앙"
)
_CAUSAL = re.compile(
    "원인|효과|보장|덕분|때문에|영향으로|높아집|올라갑|높입니다|늘어납|취업하게 됩|취업이 됩|취업할 수 있습"
)
_DENIED = re.compile("아닙니다|안 됩니다|없습니다|않습니다|약속이 아")
_JARGON = re.compile(r"[A-Za-z]{2,}|로짓|모수|피처|배치|스키마|임계|가중치")
_ALLOWED_LATIN = {"AI", "km"}


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [found for found in re.split(r"(?<=[.?!])\s+", text) if found]


def claims(text: str) -> list[str]:
    """Sentences that name a cause or promise, and do not deny it in the same breath."""
    return [one for one in sentences(text) if _CAUSAL.search(one) and not _DENIED.search(one)]


def jargon(text: str) -> list[str]:
    """Latin words and words of the trade that a seeker need not know."""
    return [word for word in _JARGON.findall(text) if word not in _ALLOWED_LATIN]


def strings(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(where, text) of every text of a file."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, inner in node.items():
            yield from strings(inner, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for place, inner in enumerate(node):
            yield from strings(inner, f"{path}[{place}]")
