"""What a file's rows mean for the vault: a deleted person's identity goes, a stamp to come counts for nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest

from lake.identity import FIELDS
from lake.settings import Settings
from lake.sources.mapped_files import ReadContext, read
from lake.sources.mapping import parse_mapping
from lake.vault import open_vault

KEY = bytes(range(32))
NUMBER = "980906-9123456"
Deliver = Callable[..., dict[str, str | None]]
MAPPING = {
    "table": "seekers",
    "pattern": "a.csv",
    "format": "csv",
    "deleted": {"from": "삭제여부", "values": ["Y"]},
    "columns": {
        "seeker_key": {"from": "주민등록번호", "pseudonym": True},
        "registered_date": "등록일",
        "updated_at": "수정",
    },
    "vault": {"resident_number": "주민등록번호", "name": "성명"},
}


@pytest.fixture
def deliver(settings: Settings) -> Deliver:
    """Land rows of one person (수정, 삭제여부, 성명) as delivered on a day; what the vault then knows of the person."""

    def deliver_rows(*rows: tuple[str, str, str], day: date = date(2026, 3, 2)) -> dict[str, str | None]:
        file = settings.lake_dir.parent / "a.csv"
        lines = [f"{NUMBER},2026-01-02,{stamp},{mark},{name}\n" for stamp, mark, name in rows]
        file.write_text("주민등록번호,등록일,수정,삭제여부,성명\n" + "".join(lines), encoding="utf-8")
        with open_vault(settings) as vault:
            context = ReadContext(KEY, day, keep=vault.put)
            table = pa.Table.from_batches(
                list(read(parse_mapping(MAPPING, "m.toml"), file, base=file.parent, context=context))
            )
            return vault.get(table.column("seeker_key")[0].as_py())

    return deliver_rows


def test_a_deleted_persons_identity_goes_and_older_rows_do_not_bring_it_back(deliver: Deliver) -> None:
    """P10."""
    assert deliver(("2026-03-01 09:00:00", "N", "김가나"))["name"] == "김가나"
    nothing = dict.fromkeys(FIELDS)
    assert deliver(("2026-03-02 09:00:00", "Y", "김가나")) == nothing
    assert deliver(("2026-03-01 12:00:00", "N", "김가나")) == nothing
    assert deliver(("2026-03-02 10:00:00", "N", "김다라"))["name"] == "김다라"


def test_an_older_delete_mark_takes_nothing(deliver: Deliver) -> None:
    known = deliver(("2026-03-01 09:00:00", "N", "김가나"), ("2026-02-01 09:00:00", "Y", ""))
    assert (known["name"], known["resident_number"]) == ("김가나", NUMBER)


@pytest.mark.parametrize(
    ("stamp", "name"),
    [
        ("2999-01-01 00:00:00", "김가나"),
        ("2026-03-04 00:00:00", "김가나"),
        ("2026-03-03T15:00:00Z", "김가나"),
        ("2026-03-03 23:59:59", "김다라"),
        ("2026-03-03T14:59:59Z", "김다라"),
        ("20260303", "김다라"),
    ],
)
def test_a_stamp_to_come_does_not_count(deliver: Deliver, stamp: str, name: str) -> None:
    """P10: the year 2999 would win over every correction to come."""
    assert deliver(("2026-03-01 09:00:00", "N", "김가나"), (stamp, "N", "김다라"))["name"] == name
