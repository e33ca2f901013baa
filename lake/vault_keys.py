"""The keys of the vault: one that encrypts, and older ones until nothing needs them any more.

Put here: reading, adding and dropping keys, in a file beside the master key or as the setting `vault_keys` gives them.
Do not put here: what is encrypted (`vault.py`). Concept: a key has an id, which stands beside whatever it encrypted.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from lake.privacy import SecretError, create_secret, read_secret, replace_secret
from lake.settings import Settings

_KEY_BYTES = 32
_LINE = re.compile(
    rf"(?P<id>[0-9a-zA-Z-]{{1,40}})[: ](?P<key>[0-9a-f]{{{2 * _KEY_BYTES}}})(?: (?P<day>\d{{4}}-\d\d-\d\d))?"
)


@dataclass(frozen=True)
class VaultKey:
    """A key of AES-256; `made_on` is unknown where a setting gave the key."""

    id: str
    secret: bytes = field(repr=False)
    made_on: date | None = None


def load_keys(settings: Settings, *, is_needed: bool) -> tuple[VaultKey, ...]:
    """Every key, the one that encrypts first; the file is made at the first use of a vault.

    `is_needed` says that there is a vault already, whose keys must never be made anew.

    Raises:
        SecretError: the keys are missing beside a vault, damaged, given twice, or open to other users.
    """
    if settings.vault_keys:
        return _parsed([part.strip() for part in settings.vault_keys.split(",")], "vault_keys")
    path = settings.vault_key_path
    if not path.exists():
        if is_needed:
            raise SecretError(
                f"{path.name}: no keys, but there is a vault; nobody can open it without them. "
                "Do: restore the key file from its backup."
            )
        create_secret(path, _text([_new_key()]))
    return _parsed(read_secret(path).splitlines(), path.name)


def add_key(settings: Settings) -> tuple[VaultKey, ...]:
    """Make a key and put it first; raises SecretError where the keys come from a setting, which we cannot write."""
    if settings.vault_keys:
        raise SecretError(
            "vault_keys: one key, given as a setting; a rotation needs a new one before it. "
            "Do: set vault_keys to NEW_ID:KEY,OLD_ID:KEY (a key is 64 hexadecimal digits), and rotate again."
        )
    keys = (_new_key(), *load_keys(settings, is_needed=True))
    replace_secret(settings.vault_key_path, _text(keys))
    return keys


def drop_keys(settings: Settings, unused: Sequence[str]) -> None:
    """Take keys out of the file; a setting stays as it is."""
    if unused and not settings.vault_keys:
        kept = [key for key in load_keys(settings, is_needed=True) if key.id not in unused]
        replace_secret(settings.vault_key_path, _text(kept))


def _new_key() -> VaultKey:
    return VaultKey(secrets.token_hex(4), secrets.token_bytes(_KEY_BYTES), datetime.now(tz=UTC).date())


def _text(keys: Sequence[VaultKey]) -> str:
    return "".join(f"{key.id} {key.secret.hex()} {key.made_on or ''}".rstrip() + "\n" for key in keys)


def _parsed(lines: Sequence[str], place: str) -> tuple[VaultKey, ...]:
    found = [_LINE.fullmatch(line) for line in lines]
    keys = [
        VaultKey(line["id"], bytes.fromhex(line["key"]), date.fromisoformat(line["day"]) if line["day"] else None)
        for line in found
        if line
    ]
    if len(keys) != len(lines) or not keys or len({key.id for key in keys}) != len(keys):
        raise SecretError(
            f"{place}: found {len(lines)} entries, of which {len(keys)} are keys of the vault; expected an id and "
            f"{2 * _KEY_BYTES} hexadecimal digits in each, no id twice. Do: restore the keys from their backup."
        )
    return tuple(keys)
