"""Times that name a zone, put into the forms that silver reads: the day in Korea, or UTC with Z.

Put here: zones. Not here: which texts are dates at all (``transforms/silver/conform.py`` refuses the others).
Concept: a birth date is a day. A tool that wrote it as an instant wrote midnight in Korea, which is the day before in
UTC; and Korea had summer time in 1987 and kept UTC+8:30 until 1961, so its own calendar decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from lake.settings import KST

_ZONED = r"[0-9T :.][0-9]{2}[ ]?(Z|[+-][0-9]{2}:?[0-9]{2})$"
_KOREA = timedelta(hours=9)


def as_korean_days(values: pa.Array) -> pa.Array:
    """Texts like 1990-05-04T15:00:00Z as the day in Korea (1990-05-05); all others as sent."""
    return _each_zoned(values, _korean_day)


def as_utc(values: pa.Array) -> pa.Array:
    """Texts like 2026-03-02T09:00:00+09:00 as UTC with Z; all others as sent."""
    return _each_zoned(values, lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"))


def _each_zoned(values: pa.Array, change: Callable[[datetime], str]) -> pa.Array:
    zoned = pc.fill_null(pc.match_substring_regex(values, _ZONED), False)
    if not pc.any(zoned).as_py():
        return values
    changed = [_changed(text, change) for text in values.filter(zoned).to_pylist()]
    return pc.replace_with_mask(values, zoned, pa.array(changed, values.type))


def _changed(text: str, change: Callable[[datetime], str]) -> str:
    try:
        at = datetime.fromisoformat(text)
        return change(at) if at.tzinfo else text
    except (ValueError, OverflowError):
        return text


def _korean_day(at: datetime) -> str:
    is_korean = at.utcoffset() == _KOREA
    return (at if is_korean else at.astimezone(KST)).date().isoformat()
