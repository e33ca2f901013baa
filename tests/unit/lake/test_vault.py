"""The vault: what is put in comes out for the right key only, nothing stands in clear, and old keys go."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from dataclasses import replace

import pyarrow as pa
import pytest

from lake import vault as vault_module
from lake.identity import FIELDS
from lake.privacy import SecretError
from lake.settings import Settings
from lake.vault import Vault, VaultError, open_vault

SOMEBODY = {
    "seeker_key": "a" * 32,
    "name": "홍길동",
    "phone": "010-0123-4567",
    "email": "Hong@Example.com",
    "address": "가상시  합성로 1",
    "resident_number": "9001019234567",
}
KEPT = {
    "name": "홍길동",
    "phone": "01001234567",
    "email": "hong@example.com",
    "address": "가상시 합성로 1",
    "resident_number": "900101-9234567",
}
OLD, NEW = "old:" + "1" * 64, "new:" + "2" * 64


def rows(*people: dict[str, str | None]) -> pa.Table:
    """People as a table of text."""
    return pa.table({name: pa.array([one.get(name) for one in people], pa.string()) for name in people[0]})


def sealed(settings: Settings) -> list[tuple[str, str, bytes]]:
    """Every row as it lies in the file."""
    with closing(sqlite3.connect(settings.vault_file)) as database:
        return database.execute("select seeker_key, key_id, sealed from people order by seeker_key").fetchall()


def fill(settings: Settings, count: int) -> list[str]:
    """People with numbers for keys."""
    people = [SOMEBODY | {"seeker_key": f"{number:032}", "name": f"홍{number}"} for number in range(count)]
    with open_vault(settings) as vault:
        vault.put(rows(*people))
    return [str(person["seeker_key"]) for person in people]


def test_what_is_put_in_comes_out_cleaned(settings: Settings) -> None:
    with open_vault(settings) as vault:
        assert vault.put(rows(SOMEBODY)) == 1
        assert vault.get("a" * 32) == KEPT
        assert vault.get("b" * 32) == {}
        assert vault.count() == 1


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("phone", "+82 10-0123-4567", "01001234567"),
        ("phone", "０１０-0123-4567", "01001234567"),
        ("phone", "내선 12", "내선 12"),
        ("name", "홍길동", "홍길동"),
        ("name", " \x1f ", None),
        ("resident_number", "123", "123"),
        ("email", None, None),
    ],
)
def test_values_are_kept_in_one_spelling_and_impossible_ones_as_sent(
    settings: Settings, field: str, sent: str | None, kept: str | None
) -> None:
    with open_vault(settings) as vault:
        vault.put(rows(SOMEBODY | {field: sent}))
        assert vault.get("a" * 32) == KEPT | {field: kept}


def test_no_value_stands_in_the_file(settings: Settings) -> None:
    with open_vault(settings) as vault:
        vault.put(rows(SOMEBODY))
    content = settings.vault_file.read_bytes()
    assert not [
        value for value in (*SOMEBODY.values(), *KEPT.values()) if value != "a" * 32 and value.encode() in content
    ]
    assert settings.vault_file.stat().st_mode & 0o077 == 0


def test_unchanged_people_are_not_written_again(settings: Settings) -> None:
    with open_vault(settings) as vault:
        vault.put(rows(SOMEBODY))
        before = sealed(settings)
        assert vault.put(rows(SOMEBODY | {"phone": "01001234567"})) == 0
        assert sealed(settings) == before
        assert vault.put(rows(SOMEBODY | {"phone": "01007654321"})) == 1
    assert sealed(settings) != before


def test_same_values_do_not_look_the_same(settings: Settings) -> None:
    with open_vault(settings) as vault:
        vault.put(rows(SOMEBODY, SOMEBODY | {"seeker_key": "b" * 32}))
    first, second = sealed(settings)
    assert first[2] != second[2]


def test_a_field_without_a_column_stays_and_a_null_one_is_emptied(settings: Settings) -> None:
    with open_vault(settings) as vault:
        vault.put(rows(SOMEBODY))
        vault.put(rows({"seeker_key": "a" * 32, "email": None, "phone": "010-0000-0000"}))
        assert vault.get("a" * 32) == KEPT | {"email": None, "phone": "01000000000"}
        vault.put(rows({"seeker_key": "b" * 32, "name": "임꺽정"}))
        assert vault.get("b" * 32) == dict.fromkeys(FIELDS) | {"name": "임꺽정"}


def test_the_newest_row_counts_in_any_order(settings: Settings) -> None:
    new, old = ("2026-02-01 09:00:00Z", "새이름"), ("2026-01-01 09:00:00Z", "옛이름")
    with open_vault(settings) as vault:
        for stamps in ([new, old], [old]):
            vault.put(rows(*(SOMEBODY | {"updated_at": stamp, "name": name} for stamp, name in stamps)))
            assert vault.get("a" * 32)["name"] == "새이름"


def test_rows_without_a_key_are_left_out(settings: Settings) -> None:
    with open_vault(settings) as vault:
        assert vault.put(rows(SOMEBODY | {"seeker_key": None})) == 0


def put_and_fail(vault: Vault) -> None:
    """As when a file is refused after some of it was read."""
    vault.put(rows(SOMEBODY))
    raise ZeroDivisionError


def test_nothing_of_a_transaction_that_fails_stays(settings: Settings) -> None:
    with open_vault(settings) as vault:
        with pytest.raises(ZeroDivisionError), vault.transaction():
            put_and_fail(vault)
        assert vault.count() == 0


def test_a_message_moved_to_another_person_does_not_open(settings: Settings) -> None:
    fill(settings, 2)
    with closing(sqlite3.connect(settings.vault_file)) as database:
        database.execute("update people set sealed = (select sealed from people where seeker_key like '%1')")
        database.commit()
    with open_vault(settings) as vault:
        assert vault.get(f"{1:032}")["name"] == "홍1"
        with pytest.raises(VaultError, match="row of somebody does not open"):
            vault.get(f"{0:032}")


def test_of_the_forgotten_no_byte_remains(settings: Settings) -> None:
    keys = fill(settings, 500)
    gone = [message for key, _, message in sealed(settings) if key in keys[:100]]
    with open_vault(settings) as vault:
        assert vault.forget([*keys[:100], keys[0], "unknown"]) == 100
        assert vault.count() == 400
        assert vault.get(keys[0]) == {}
        assert vault.get(keys[100])["name"] == "홍100"
    content = settings.vault_file.read_bytes()
    assert not [message for message in gone if message[:24] in content]
    assert not [key for key in keys[:100] if key.encode() in content]
    assert [file.name for file in settings.vault_file.parent.iterdir()] == ["people.sqlite"]


def test_rotation_puts_everybody_under_a_new_key_and_drops_the_old(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "_BATCH", 7)
    keys, before = fill(settings, 50), sealed(settings)
    with open_vault(settings) as vault:
        assert vault.rotate() == 50
        assert [use.people for use in vault.key_use()] == [50]
        assert {person["name"] for person in vault.get_many(keys).values()} == {f"홍{number}" for number in range(50)}
    assert not {key_id for _, key_id, _ in before} & {key_id for _, key_id, _ in sealed(settings)}
    assert len(settings.vault_key_path.read_text().splitlines()) == 1


@pytest.mark.parametrize("stop", ["add_key", "first batch", "third batch", "drop_keys"])
def test_a_rotation_stopped_anywhere_is_finished_by_the_next_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    """As after a kill: what was committed stays, what was not is gone."""
    keys = fill(settings, 50)
    monkeypatch.setattr(vault_module, "_BATCH", 10)
    batches = {"add_key": 0, "first batch": 1, "third batch": 3, "drop_keys": 99}[stop]
    numbers, whole = itertools.count(1), Vault._sealed

    def stopping(self: Vault, people: list[str], texts: list[str]) -> list[bytes]:
        if next(numbers) > batches:
            raise KeyboardInterrupt
        return whole(self, people, texts)

    with monkeypatch.context() as patch, open_vault(settings) as vault:
        patch.setattr(Vault, "_sealed", stopping)
        if stop == "drop_keys":
            patch.setattr(vault_module, "drop_keys", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            vault.rotate()
    with open_vault(settings) as vault:
        assert len(vault.get_many(keys)) == 50
        newest = vault.key_use()[0].key.id
        assert vault.rotate() == 50 - 10 * min(batches, 5)
        assert [(use.key.id, use.people) for use in vault.key_use()] == [(newest, 50)]


def test_keys_from_a_setting_are_rotated_by_putting_the_new_one_first(settings: Settings) -> None:
    old = replace(settings, vault_keys=OLD)
    keys = fill(old, 3)
    assert not settings.vault_key_path.exists()
    with open_vault(old) as vault, pytest.raises(SecretError, match="NEW_ID:KEY,OLD_ID:KEY"):
        vault.rotate()
    with open_vault(replace(settings, vault_keys=f"{NEW}, {OLD}")) as vault:
        assert vault.rotate() == 3
    with open_vault(replace(settings, vault_keys=NEW)) as vault:
        assert len(vault.get_many(keys)) == 3
    assert "1" * 64 not in repr(old)


def test_a_key_that_is_not_given_is_named(settings: Settings) -> None:
    fill(replace(settings, vault_keys=OLD), 1)
    with (
        open_vault(replace(settings, vault_keys=NEW)) as vault,
        pytest.raises(VaultError, match="under the key old, which is not among"),
    ):
        vault.get(f"{0:032}")


def test_lost_keys_of_a_vault_are_not_made_anew(settings: Settings) -> None:
    fill(settings, 1)
    settings.vault_key_path.unlink()
    with pytest.raises(SecretError, match=r"vault\.key: no keys, but there is a vault"):
        open_vault(settings)
    assert not settings.vault_key_path.exists()


@pytest.mark.parametrize("text", ["", "a " + "1" * 63, "a " + "1" * 64 + "\nb zz", "a " + "1" * 64 + "\na " + "2" * 64])
def test_damaged_keys_are_refused_without_showing_them(settings: Settings, text: str) -> None:
    fill(settings, 1)
    settings.vault_key_path.write_text(text)
    with pytest.raises(SecretError, match=r"vault\.key: found") as caught:
        open_vault(settings)
    assert "1" * 20 not in str(caught.value)


def test_keys_that_others_can_read_are_refused(settings: Settings) -> None:
    fill(settings, 1)
    settings.vault_key_path.chmod(0o644)
    with pytest.raises(SecretError, match="chmod 600"):
        open_vault(settings)
