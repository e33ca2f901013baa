"""The keys of portals: made once, kept as salted hashes, compared in constant time, revoked by name.

Put here: making, storing and finding API keys. Do not put here: which path wants which scope (resources.py), the keys
of seekers. A key is `goyong_ID_SECRET` with 32 random bytes of secret, so one round of SHA-256 with a salt is enough:
there is nothing to guess.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from lake.file_sync import write_durably
from portal.file_change import signature_of

SCOPES: Mapping[str, str] = {
    "seeker": "구직자의 답 조회",
    "posting": "공고와 추천 인재 조회",
    "status": "공표 상태 조회",
}
"""What a key may be allowed to read; the look-ups of occupations, courses and skills are open to every key."""

_NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_TEXT = re.compile(r"^goyong_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$")


class KeysFileUnusable(ValueError):
    """The file of API keys is missing, unreadable, or does not hold what is asked for."""

    exit_code = 2


@dataclass(frozen=True)
class ApiKey:
    """One portal's key as it is stored: never the secret, only its salted SHA-256."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    salt: str
    secret_sha256: str
    created_at: str


def create_key(file: Path, name: str, scopes: Sequence[str]) -> str:
    """Add a key to the file (made when missing, mode 0600) and return its text, which is kept nowhere.

    Raises KeysFileUnusable for a name that is taken or not plain, and for an unknown scope.
    """
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise KeysFileUnusable(
            f"scope: found {', '.join(unknown) or 'none'}; expected some of {', '.join(SCOPES)}. Do: --scope seeker"
        )
    if not _NAME.match(name):
        raise KeysFileUnusable(
            "name: found other characters; expected up to 40 of a-z, 0-9 and -. Do: name the portal, as in work24-web"
        )
    key_id, salt, secret = secrets.token_hex(8), secrets.token_hex(16), secrets.token_urlsafe(32)
    now = datetime.now(tz=UTC).isoformat(timespec="seconds")
    made = ApiKey(key_id, name, tuple(sorted(set(scopes))), salt, _hash(salt, secret), now)
    with _held(file):
        kept = read_keys(file) if file.exists() else []
        if any(key.name == name for key in kept):
            raise KeysFileUnusable(f"{file.name}: found a key named {name}; expected a new name. Do: revoke it first")
        _write(file, [*kept, made])
    return f"goyong_{key_id}_{secret}"


def revoke_key(file: Path, name: str) -> None:
    """Take the key of that name out of the file; a running API refuses it within a second."""
    with _held(file):
        kept = read_keys(file)
        left = [key for key in kept if key.name != name]
        if len(left) == len(kept):
            known = ", ".join(key.name for key in kept) or "none"
            raise KeysFileUnusable(f"{file.name}: found no key of this name; expected one of: {known}. Do: name it so")
        _write(file, left)


def read_keys(file: Path) -> list[ApiKey]:
    """The keys in a file, oldest first; raises KeysFileUnusable."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        keys = [ApiKey(**entry | {"scopes": tuple(entry["scopes"])}) for entry in found["keys"]]
    except OSError as error:
        raise KeysFileUnusable(
            f"{file.name}: found {type(error).__name__}; expected the file of API keys. Do: goyong api-key create NAME"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeysFileUnusable(
            f"{file.name}: found no list of keys as it was written; expected one. Do: put it back from a backup, or "
            "move it away and create the keys again"
        ) from error
    return keys


def find_key(keys: Mapping[str, ApiKey], text: str) -> ApiKey | None:
    """The key (of `keys` by id) that this text is; as much work for an unknown id as for a wrong secret."""
    parts = _TEXT.match(text)
    key_id, secret = parts.groups() if parts else ("", "")
    found = keys.get(key_id, _NOBODY)
    is_right = hmac.compare_digest(_hash(found.salt, secret), found.secret_sha256)
    return found if is_right and found is not _NOBODY else None


class KeyRing:
    """The keys in a file, read again when the file changes."""

    def __init__(self, file: Path) -> None:
        """Reads the file; raises KeysFileUnusable."""
        self._file = file
        self._seen = signature_of(file)
        self._keys = _by_id(read_keys(file))

    def refresh(self) -> None:
        """Read the file again if it is another one; raises KeysFileUnusable, and then nobody is let in."""
        seen = signature_of(self._file)
        if seen == self._seen:
            return
        self._seen, self._keys = seen, {}
        self._keys = _by_id(read_keys(self._file))

    def find(self, text: str | None) -> ApiKey | None:
        """The key whose text this is, or None."""
        return find_key(self._keys, text or "")


def _by_id(keys: Sequence[ApiKey]) -> dict[str, ApiKey]:
    return {key.key_id: key for key in keys}


def _hash(salt: str, secret: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + secret.encode()).hexdigest()


def _write(file: Path, keys: Sequence[ApiKey]) -> None:
    text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1, sort_keys=True)
    write_durably(file, text, mode=0o600)


@contextmanager
def _held(file: Path) -> Iterator[None]:
    """The file's folder, held against another command that writes keys at the same time."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


_NOBODY = ApiKey("", "", (), "00", "0" * 64, "")
