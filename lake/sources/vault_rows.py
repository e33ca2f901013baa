"""Which people of a chunk go to the vault, and with what: nothing of a deleted one, nobody with a stamp to come.

Put here: what a file's rows mean for the vault. Not here: which columns they have (``mapped_files.py``), how the vault
keeps them (``lake/vault.py``).
"""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from lake.identity import FIELDS


def for_vault(people: pa.Table, is_deleted: pa.Array | None, *, day: date) -> tuple[pa.Table, ...]:
    """What the vault is to keep of `people` (seeker_key, maybe updated_at, fields), in this order.

    A row of a deleted person empties every field and keeps its stamp, so that older rows that come later bring nothing
    back. A row stamped later than the day after the delivery (`day`) is left out, as silver refuses it: no later
    correction would count against it.
    """
    stays = pa.array([True] * people.num_rows, pa.bool_())
    if "updated_at" in people.column_names:
        stays = pc.invert(_is_to_come(people.column("updated_at").combine_chunks(), day))
    if is_deleted is None or not pc.any(is_deleted).as_py():
        return (people.filter(stays),)
    gone = people.filter(pc.and_(stays, is_deleted))
    gone = gone.select([name for name in gone.column_names if name not in FIELDS])
    for field in FIELDS:
        gone = gone.append_column(field, pa.nulls(gone.num_rows, pa.string()))
    return people.filter(pc.and_not(stays, is_deleted)), gone


def _is_to_come(stamps: pa.Array, day: date) -> pa.Array:
    """Which stamps lie behind the day after `day` in Korea; a bare time is Korea's, one with Z is UTC's."""
    digits = pc.utf8_rpad(pc.replace_substring_regex(stamps, "[^0-9]", ""), 14, "0")
    korean = pc.greater_equal(digits, f"{day + timedelta(2):%Y%m%d}000000")
    utc = pc.greater_equal(digits, f"{day + timedelta(1):%Y%m%d}150000")
    return pc.fill_null(pc.if_else(pc.ends_with(stamps, "Z"), utc, korean), False)
