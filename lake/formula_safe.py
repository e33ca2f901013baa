"""Texts that a spreadsheet cannot take for a formula.

A text that a spreadsheet would begin to compute (= + - @, a tab or a line end first, also after spaces or in full
width) gets one ' in front, and so does a text that begins with ' already: to undo it, take one leading ' off. What is a
number stays as it is. Do not put here: file formats (exports.py).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

MARK = "'"
# For Python's re and RE2 alike. Spreadsheets read the full-width signs of East Asian keyboards too.
_DANGEROUS = "^(?:'|[\\t\\r\\n]|[\\s\u00a0\u3000\ufeff]*[=+@＝＋－＠-])"
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
