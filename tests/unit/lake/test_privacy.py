"""Pseudonyms are stable, keyed and one-way; personal data is taken out of text."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from lake.privacy import (
    SecretError,
    analysis_keys,
    is_personal_header,
    load_master_key,
    pseudonyms,
    redact,
    redact_texts,
    sha256_texts,
)
from lake.settings import Settings

KEY = bytes(range(32))


def make(*values: str | None, key: bytes = KEY, purpose: str = "seeker_key") -> list[str | None]:
    return pseudonyms(pa.array(values, pa.string()), key, purpose=purpose).to_pylist()


def test_a_pseudonym_is_the_first_32_digits_of_hmac_sha256_under_the_key_of_its_purpose() -> None:
    key = hmac.digest(KEY, b"goyong pseudonym seeker_key", "sha256")
    assert make("900101-1234567") == [hmac.digest(key, b"9001011234567", "sha256").hex()[:32]]


@pytest.mark.parametrize(
    "spelling",
    ["9001011234567", " 900101-1234567 ", "900101 1234567", "９００１０１－１２３４５６７", "900101-\u200b1234567"],
)
def test_one_resident_number_has_one_pseudonym_however_it_is_written(spelling: str) -> None:
    assert make(spelling) == make("900101-1234567")


def test_other_identifiers_keep_their_separators() -> None:
    assert make("A-11") != make("A1-1")


def test_case_does_not_make_another_person() -> None:
    assert make("u00606") == make("U00606")


def test_null_and_blank_have_no_pseudonym() -> None:
    assert make(None, "", "  ") == [None, None, None]


def test_equal_values_in_a_column_stay_equal_and_in_place() -> None:
    first, second, third = make("A", "B", "A")
    assert first == third != second


def test_no_values_give_no_pseudonyms() -> None:
    assert make() == []


def test_another_key_or_purpose_gives_an_unrelated_pseudonym() -> None:
    assert len({*make("A"), *make("A", key=bytes(32)), *make("A", purpose="company_id")}) == 3


def test_keys_for_analysis_cannot_be_joined_with_those_of_the_tables() -> None:
    service = pa.array([*make("900101-1234567", "900101-1234568"), None])
    analysis = analysis_keys(service, KEY).to_pylist()
    assert len(set(analysis[:2])) == 2
    assert not set(analysis[:2]) & set(service.to_pylist())
    assert analysis[2] is None
    assert analysis_keys(service, KEY).to_pylist() == analysis
    assert analysis_keys(service, bytes(32)).to_pylist()[:2] != analysis[:2]


def test_sha256_texts_is_sha256() -> None:
    assert sha256_texts(pa.array(["abc", "가"])).to_pylist() == [
        hashlib.sha256(text.encode()).hexdigest() for text in ("abc", "가")
    ]


def test_the_key_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path / "lake")
    first = load_master_key(settings)
    assert load_master_key(settings) == first
    assert len(first) == 32
    assert stat.S_IMODE(settings.key_path.stat().st_mode) == 0o600
    assert os.listdir(settings.key_path.parent) == [settings.key_path.name]  # noqa: PTH208 - no temporary file stays


def test_two_lakes_have_two_keys(tmp_path: Path) -> None:
    assert load_master_key(Settings(lake_dir=tmp_path / "a")) != load_master_key(Settings(lake_dir=tmp_path / "b"))


def test_a_lost_key_of_a_lake_with_tables_is_not_replaced(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path)
    (settings.tables_dir / "bronze").mkdir(parents=True)
    with pytest.raises(SecretError, match="restore the key file"):
        load_master_key(settings)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path)
    load_master_key(settings)
    settings.key_path.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        load_master_key(settings)


def test_a_damaged_key_is_refused_without_showing_it(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path)
    load_master_key(settings)
    settings.key_path.write_text("deadbeef")
    with pytest.raises(SecretError, match="not a master key") as caught:
        load_master_key(settings)
    assert "deadbeef" not in str(caught.value)


@pytest.mark.parametrize(
    "personal", ["900101-1234567", "9001011234567", "010-1234-5678", "01012345678", "02-123-4567", "hong@mail.go.kr"]
)
def test_personal_data_is_removed_from_text(personal: str) -> None:
    assert redact(f"문의 {personal} 까지") == "문의 [삭제] 까지"
    assert redact_texts(pa.array([f"문의 {personal} 까지", None])).to_pylist() == ["문의 [삭제] 까지", None]


@pytest.mark.parametrize(
    "harmless", ["20010105;20010106", "2026-03-02", "9,140,160", "K1512345678901234", "line 1,234"]
)
def test_codes_dates_and_amounts_stay_in_text(harmless: str) -> None:
    assert redact(harmless) == harmless


@pytest.mark.parametrize(
    "name",
    ["주민등록번호", "성명", "휴대폰 번호", "contact_telno", "e-mail", "last_name", "담당자", "Contact Phone Number"],
)
def test_columns_that_name_somebody_are_known_by_their_header(name: str) -> None:
    assert is_personal_header(name, about_people=False)


def test_an_address_is_personal_only_where_rows_are_people() -> None:
    assert is_personal_header("주소", about_people=True)
    assert not is_personal_header("주소", about_people=False)


@pytest.mark.parametrize("name", ["과정명", "telescope", "hope_salary", "company_name_kind", "정원"])
def test_ordinary_headers_are_not_personal(name: str) -> None:
    assert not is_personal_header(name, about_people=True)
