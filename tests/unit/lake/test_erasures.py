"""The erasure list: says who was erased, without naming anybody, and cannot be changed or lost unnoticed."""

from __future__ import annotations

import json
from datetime import date

import pyarrow as pa
import pytest

from lake.erasures import ErasureListDamaged, add_erasures, load_erasures
from lake.settings import Settings

GONE, NAMESAKE, OTHER = "ab12" + "0" * 28, "ab12" + "1" * 28, "cd34" + "0" * 28
DAY = date(2026, 11, 26)


@pytest.fixture
def listed(settings: Settings) -> Settings:
    """A lake in which one person was erased."""
    add_erasures(settings, [GONE], erased_on=DAY)
    return settings


def test_in_a_lake_without_erasures_nobody_is_erased(settings: Settings) -> None:
    erased = load_erasures(settings)
    assert (len(erased), erased.digest) == (0, "")
    assert erased.includes(pa.array([GONE, None])).to_pylist() == [False, False]


def test_only_the_erased_person_is_included_also_among_keys_that_begin_alike(listed: Settings) -> None:
    keys = pa.array([GONE, NAMESAKE, None, OTHER, "", GONE])
    assert load_erasures(listed).includes(keys).to_pylist() == [True, False, False, False, False, True]


def test_rows_of_the_erased_are_left_out_whatever_column_names_them(listed: Settings) -> None:
    rows = pa.record_batch({"first_key": [GONE, OTHER, None], "second_key": [OTHER, GONE, None], "n": [1, 2, 3]})
    erased = load_erasures(listed)
    assert erased.leave_out(rows, ["first_key"])["n"].to_pylist() == [2, 3]
    assert erased.leave_out(rows, ["first_key", "second_key"])["n"].to_pylist() == [3]
    assert erased.leave_out(rows, ["absent"]).num_rows == 3
    table = pa.Table.from_batches([rows, rows])
    assert erased.leave_out(table, ["first_key"])["n"].to_pylist() == [2, 3, 2, 3]


def test_the_first_day_is_kept_and_adding_twice_adds_nothing(listed: Settings) -> None:
    before = load_erasures(listed).digest
    add_erasures(listed, [GONE, OTHER, OTHER], erased_on=date(2027, 1, 1))
    erased = load_erasures(listed)
    assert len(erased) == 2
    assert (erased.erased_on(GONE), erased.erased_on(OTHER)) == ("2026-11-26", "2027-01-01")
    assert erased.digest != before


def test_the_file_names_nobody_and_only_its_owner_can_read_it(listed: Settings) -> None:
    file = listed.vault_dir / "erasures.json"
    assert GONE not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert listed.vault_dir.stat().st_mode & 0o777 == 0o700


def test_another_master_key_cannot_tell_who_was_erased(listed: Settings) -> None:
    listed.key_path.write_text("0" * 64)
    with pytest.raises(ErasureListDamaged, match="not the erasure list"):
        load_erasures(listed)


@pytest.mark.parametrize("change", ["drop", "day", "ruin"])
def test_a_changed_list_is_noticed(listed: Settings, change: str) -> None:
    file = listed.vault_dir / "erasures.json"
    content = json.loads(file.read_text())
    if change == "drop":
        content["erased"] = []
    elif change == "day":
        content["erased"][0]["erased_on"] = "2020-01-01"
    file.write_text("{" if change == "ruin" else json.dumps(content))
    with pytest.raises(ErasureListDamaged, match=r"Do: restore"):
        load_erasures(listed)


def test_a_lost_list_is_noticed_where_certificates_say_that_people_were_erased(listed: Settings) -> None:
    (listed.audit_dir / "certificates").mkdir(parents=True)
    (listed.audit_dir / "certificates" / "1.json").write_text("{}")
    (listed.vault_dir / "erasures.json").unlink()
    with pytest.raises(ErasureListDamaged, match="erased people come back"):
        load_erasures(listed)
