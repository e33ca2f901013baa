"""Texts that a spreadsheet cannot take for a formula.

A text that a spreadsheet would begin to compute (= + - @, a tab or a line end first, also after what shows as nothing,
in full width or small) gets one ' in front, and so does a text that begins with ' already: to undo it, take one leading
' off. What is a number stays as it is. Do not put here: file formats (exports.py).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

MARK = "'"
# What shows as nothing: control characters, blanks, joiners, marks of direction, fillers. Readers drop some of them.
_UNSEEN = (
    "\\x00-\\x20\\x7f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800"
    "\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
# Spreadsheets read the full-width and small signs of East Asian keyboards too, and the minus of mathematics.
_SIGNS = "=+@＝＋＠－﹦﹢﹫﹣−-"
# For Python's re and RE2 alike.
_DANGEROUS = f"^(?:'|[\\t\\r\\n]|[{_UNSEEN}]*[{_SIGNS}])"
_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
_STARTS = re.compile(_DANGEROUS)
_IS_NUMBER = re.compile(_NUMBER)


def guard(text: str) -> str:
    """The text, with ' in front where a spreadsheet might compute it."""
    return MARK + text if _STARTS.match(text) and not _IS_NUMBER.fullmatch(text) else text


def guard_texts(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """``guard`` for a column of texts; null stays null."""
    dangerous = pc.and_not(pc.match_substring_regex(values, _DANGEROUS), pc.match_substring_regex(values, _NUMBER))
    if not pc.any(dangerous).as_py():
        return values
    return pc.if_else(dangerous, pc.binary_join_element_wise(pa.scalar(MARK), values, ""), values)


def unguard(text: str) -> str:
    """What stood there before ``guard``."""
    return text.removeprefix(MARK)
