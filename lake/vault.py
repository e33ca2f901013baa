"""The vault: who the people behind the pseudonyms are, encrypted; the one place that can tell.

Put here: keeping, opening, forgetting and re-encrypting what identifies a person. Do not put here: the keys
(`vault_keys.py`), the fields (`identity.py`), which columns of a delivery come here (a mapping's `[vault]`).
Concept: one SQLite file (transactions, one file to back up or to lose), one row a person: pseudonym, id of the key,
and the five fields as ONE AES-256-GCM message with a random nonce. One message instead of five tells nobody which
fields there are or how long each is, and costs a fifth. Pseudonym and key id are authenticated with it, so a message
moved to another person's row does not open. Whether a person changed is told by a keyed hash, without decrypting.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lake.identity import FIELDS, clean_identity, pack, repack, unpack
from lake.privacy import keyed_hashes, load_master_key
from lake.settings import Settings
from lake.vault_keys import VaultKey, add_key, drop_keys, load_keys

_NONCE_BYTES = 12
_BATCH = 10_000
_SCHEMA = """
create table if not exists people (
    seeker_key text not null unique, updated text not null, mark text not null,
    key_id text not null, sealed blob not null
)
"""
_PRAGMAS = ("secure_delete = on", "journal_mode = delete", "synchronous = full", "temp_store = memory",
            "cache_size = -262144")  # fmt: skip
_PUT = """
insert into people (seeker_key, updated, mark, key_id, sealed) values (?, ?, ?, ?, ?)
on conflict (seeker_key) do update set
    updated = excluded.updated, mark = excluded.mark, key_id = excluded.key_id, sealed = excluded.sealed
"""


class VaultError(RuntimeError):
    """A row of the vault does not open, or its file is damaged."""


@dataclass(frozen=True)
class KeyUse:
    """A key's id, the day it was made (if known) and how many people stand under it."""

    key: VaultKey
    people: int


def open_vault(settings: Settings) -> Vault:
    """The vault of a lake, made at its first use; close it, or use it in a `with`.

    Raises:
        SecretError: the vault's keys are missing, damaged or open to other users.
    """
    return Vault(settings)


class Vault:
    """An open vault. One connection, which threads take in turns."""

    def __init__(self, settings: Settings) -> None:
        """Use ``open_vault``."""
        self._settings = settings
        file = settings.vault_file
        self._keys = load_keys(settings, is_needed=file.exists())
        self._master_key = load_master_key(settings)
        self._lock = threading.RLock()
        self._database = _connect(file)

    def __enter__(self) -> Vault:
        """The vault itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is put inside stands at its end, or nothing of it when it ends with an exception or a kill."""
        with self._lock:
            if self._database.in_transaction:
                yield
                return
            self._database.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._database.execute("rollback")
                raise
            self._database.execute("commit")

    def put(self, rows: pa.Table) -> int:
        """Keep people; returns how many rows were written. What is unchanged is not written again.

        `rows` has seeker_key and any of FIELDS as text; a field without a column stays as it is, a null one is
        emptied. With a column updated_at (text) an older row changes nothing, and of one person's rows the newest
        counts (the last, where equal). Rows without a key are left out.
        """
        fields = tuple(name for name in FIELDS if name in rows.column_names)
        if not fields:
            return 0
        people = _newest(clean_identity(_stamped(rows)))
        given = pack(people, fields)
        named = pc.binary_join_element_wise(pa.scalar(" ".join(fields)), given, "\x1e")
        marks = keyed_hashes(named, self._master_key, purpose="mark in the vault").to_pylist()
        keys = people.column("seeker_key").to_pylist()
        stamps = people.column("updated").to_pylist()
        with self.transaction():
            held = self._held(keys)
            newer = [(stamp, key) for key, stamp, mark in zip(keys, stamps, marks, strict=True)
                     if key in held and held[key][1] == mark and held[key][0] < stamp]  # fmt: skip
            changed = [
                place
                for place, (key, stamp, mark) in enumerate(zip(keys, stamps, marks, strict=True))
                if key not in held or (held[key][1] != mark and held[key][0] <= stamp)
            ]
            texts = given.take(pa.array(changed, pa.int64())).to_pylist()
            if len(fields) < len(FIELDS):
                texts = self._completed([keys[place] for place in changed], fields, texts)
            sealed = self._sealed([keys[place] for place in changed], texts)
            self._database.executemany(
                _PUT,
                (
                    (keys[place], stamps[place], marks[place], self._keys[0].id, message)
                    for place, message in zip(changed, sealed, strict=True)
                ),
            )
            self._database.executemany("update people set updated = ? where seeker_key = ?", newer)
        return len(changed)

    def get(self, seeker_key: str) -> dict[str, str | None]:
        """FIELD → value of one person; empty when the vault does not know the key.

        Raises:
            VaultError: what is kept does not open.
        """
        return self.get_many([seeker_key]).get(seeker_key, {})

    def get_many(self, keys: Sequence[str]) -> dict[str, dict[str, str | None]]:
        """``get`` of each key that the vault knows."""
        return {key: unpack(text) for key, text in self._texts(keys).items()}

    def forget(self, keys: Sequence[str]) -> int:
        """Remove people, overwrite where they stood and rewrite the file without them; returns how many there were."""
        with self.transaction():
            before = self._database.total_changes
            self._database.executemany("delete from people where seeker_key = ?", [(key,) for key in set(keys)])
            gone = self._database.total_changes - before
        if gone:
            with self._lock:
                self._database.execute("vacuum")
        return gone

    def rotate(self) -> int:
        """Re-encrypt everybody under a new key and drop the keys that nothing uses; returns rows re-encrypted.

        A rotation that was stopped has left several keys: it is finished, without another new key. Batches are
        committed one by one, and an old key goes only after the last of its rows, so any moment is safe to stop at.
        """
        self._keys = self._keys if len(self._keys) > 1 else add_key(self._settings)
        newest, done, row = self._keys[0].id, 0, 0
        sql = (
            "select rowid, seeker_key, key_id, sealed from people "
            "where rowid > ? and key_id <> ? order by rowid limit ?"
        )
        while batch := self._database.execute(sql, (row, newest, _BATCH)).fetchall():
            row = batch[-1][0]
            keys = [key for _, key, _, _ in batch]
            sealed = self._sealed(keys, [self._opened(key, key_id, message) for _, key, key_id, message in batch])
            with self.transaction():
                self._database.executemany(
                    "update people set key_id = ?, sealed = ? where rowid = ?",
                    [(newest, message, old[0]) for old, message in zip(batch, sealed, strict=True)],
                )
            done += len(batch)
        drop_keys(self._settings, [use.key.id for use in self.key_use() if use.key.id != newest and not use.people])
        self._keys = load_keys(self._settings, is_needed=True)
        return done

    def count(self) -> int:
        """How many people the vault knows."""
        return int(self._database.execute("select count(*) from people").fetchone()[0])

    def key_use(self) -> list[KeyUse]:
        """Every key, the one that encrypts first, and how many people stand under it."""
        found = dict(self._database.execute("select key_id, count(*) from people group by key_id").fetchall())
        return [KeyUse(key, int(found.get(key.id, 0))) for key in self._keys]

    def _held(self, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Key → (updated, mark) of those who are there."""
        sql = "select seeker_key, updated, mark from people where seeker_key in (select value from json_each(?))"
        return {key: (updated, mark) for key, updated, mark in self._rows(sql, keys)}

    def _texts(self, keys: Sequence[str]) -> dict[str, str]:
        """Key → packed fields of those who are there."""
        sql = "select seeker_key, key_id, sealed from people where seeker_key in (select value from json_each(?))"
        return {key: self._opened(key, key_id, sealed) for key, key_id, sealed in self._rows(sql, keys)}

    def _rows(self, sql: str, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Rows of `sql` for some keys, a batch at a time."""
        for start in range(0, len(keys), _BATCH):
            part = json.dumps(list(keys[start : start + _BATCH]))
            with self._lock:
                found = self._database.execute(sql, (part,)).fetchall()
            yield from found

    def _completed(self, keys: Sequence[str], fields: Sequence[str], texts: Sequence[str]) -> list[str]:
        """Packed with all fields: what was sent, and what is known of the others."""
        known = self.get_many(keys)
        nothing: dict[str, str | None] = dict.fromkeys(FIELDS)
        sent = [unpack(text, fields) for text in texts]
        return [repack(nothing | known.get(key, {}) | given) for key, given in zip(keys, sent, strict=True)]

    def _sealed(self, keys: Sequence[str], texts: Sequence[str]) -> list[bytes]:
        """Nonce and message of each text, under the newest key."""
        key = self._keys[0]
        cipher, nonces = AESGCM(key.secret), os.urandom(_NONCE_BYTES * len(keys))
        messages = []
        for place, (person, text) in enumerate(zip(keys, texts, strict=True)):
            nonce = nonces[place * _NONCE_BYTES : (place + 1) * _NONCE_BYTES]
            messages.append(nonce + cipher.encrypt(nonce, text.encode(), _bound_to(person, key.id)))
        return messages

    def _opened(self, person: str, key_id: str, sealed: bytes) -> str:
        key = next((key for key in self._keys if key.id == key_id), None)
        if key is None:
            raise VaultError(
                f"vault: a row under the key {key_id}, which is not among the {len(self._keys)} given. "
                "Do: put that key back behind the first one."
            )
        try:
            text = AESGCM(key.secret).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(person, key_id))
        except InvalidTag:
            text = None
        if text is None:
            raise VaultError(
                f"vault: the row of somebody does not open under its key {key_id}; it was changed or moved. "
                "Do: restore the vault from its backup, or deliver the person again."
            )
        return text.decode()


def _bound_to(person: str, key_id: str) -> bytes:
    """What is authenticated with a message: whose it is, and under which key."""
    return f"{person} {key_id} {','.join(FIELDS)}".encode()


def _connect(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=60)
    with closing(database.cursor()) as cursor:
        for pragma in _PRAGMAS:
            cursor.execute(f"pragma {pragma}")
        cursor.execute(_SCHEMA)
    return database


def _stamped(rows: pa.Table) -> pa.Table:
    """With a column `updated`: the digits of updated_at, which sort as the instants do in any one way of writing."""
    if "updated_at" not in rows.column_names:
        return rows.append_column("updated", pa.repeat(pa.scalar(""), rows.num_rows))
    digits = pc.replace_substring_regex(rows.column("updated_at").cast(pa.string()), "[^0-9]", "")
    return rows.append_column("updated", pc.utf8_slice_codeunits(pc.fill_null(digits, ""), 0, 14))


def _newest(rows: pa.Table) -> pa.Table:
    """One row a key, the newest (of equals the last), in the order of the keys."""
    rows = rows.filter(pc.is_valid(rows.column("seeker_key")))
    order = {"seeker_key": "ascending", "updated": "ascending", "place": "ascending"}
    places = pa.array(range(rows.num_rows), pa.int64())
    rows = rows.append_column("place", places).sort_by(list(order.items())).combine_chunks()
    keys = rows.column("seeker_key")
    if rows.num_rows < 2:
        return rows
    is_last = pc.not_equal(keys.slice(0, rows.num_rows - 1), keys.slice(1)).combine_chunks()
    return rows.filter(pa.concat_arrays([is_last, pa.array([True])]))
