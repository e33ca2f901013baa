"""Keyed pseudonyms, the master key they need, and the removal of personal data from text.

Put here: what turns a person's identifier into a key, and what keeps it out of logs, errors and payloads.
Not here: which columns are personal (``lake/contracts``). Makes no table.
Concept: a pseudonym is HMAC-SHA256 under a key of its own per purpose; without the master key it can be
neither computed nor, by trying all resident numbers, undone. The master key is the one secret of the lake.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.file_sync import sync_folder
from lake.settings import Settings

_KEY_BYTES = 32
_BLOCK_BYTES = 64  # of SHA-256, see RFC 2104
_PSEUDONYM_DIGITS = 32
REMOVED = "[삭제]"
_HEXADECIMAL = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], np.uint8)

# One pattern for Python's re and RE2 (Arrow, DuckDB), so no look-around. A digit or letter right before or after means
# an id; an underscore, as in file names, does not.
_EDGE = r"(?:\b|_)"
RESIDENT_NUMBER = rf"{_EDGE}[0-9]{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[-–\s]?[0-9]{{7}}{_EDGE}"
PHONE_NUMBER = rf"{_EDGE}0(?:1[016789]|2|[3-6][1-5]|70|50[0-9])[-.)\s]?[0-9]{{3,4}}[-.\s]?[0-9]{{4}}{_EDGE}"
EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
_SEPARATED_NUMBER = rf"{_EDGE}(?:[0-9]{{6}}[-–\s][0-9]{{7}}|0[0-9]{{1,3}}[-.)\s][0-9]{{3,4}}[-.\s][0-9]{{4}}){_EDGE}"
PERSONAL_PATTERN = f"(?:{RESIDENT_NUMBER}|{PHONE_NUMBER}|{EMAIL})"
_PERSON_KEY = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])")
_PERSONAL = re.compile(PERSONAL_PATTERN, re.ASCII)
# Names of columns that hold somebody's identity, as offices write them; an address only where rows are people.
_IDENTITY_HEADER = re.compile(
    r"주민|외국인등록|여권|성명|^이름$|구직자명|대표자명|담당자|전화|휴대폰|핸드폰|연락처|팩스|이메일|e-?mail|계좌"
    r"|(^|[_ ])(rrn|ssn|jumin|full_?name|first_?name|last_?name|phone|mobile|tel|telno|contact|account)(_?no)?($|[_ ])",
    re.IGNORECASE,
)
_ADDRESS_HEADER = re.compile(r"주소|거주지|자택|(^|[_ ])addr(ess)?($|[_ 0-9])", re.IGNORECASE)


class SecretError(RuntimeError):
    """The master key is missing, damaged or readable by others."""


def load_master_key(settings: Settings) -> bytes:
    """The master key; made at the first use of a lake, never remade for a lake that has tables.

    Raises:
        SecretError: the file is missing beside existing tables, damaged, or open to other users.
    """
    path = settings.key_path
    if not path.exists():
        if settings.tables_dir.is_dir() and any(settings.tables_dir.iterdir()):
            raise SecretError(
                f"{path.name}: no master key, but this lake has tables; a new key would give every person a new "
                "pseudonym. Do: restore the key file from its backup, or start an empty lake."
            )
        create_secret(path, secrets.token_hex(_KEY_BYTES) + "\n")
    text = read_secret(path).strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * _KEY_BYTES}}}", text):
        raise SecretError(
            f"{path.name}: not a master key (expected {2 * _KEY_BYTES} hexadecimal digits). "
            "Do: restore the key file from its backup."
        )
    return bytes.fromhex(text)


def read_secret(path: Path) -> str:
    """The text of a key file; raises SecretError when other users can read it."""
    if path.stat().st_mode & 0o077:
        raise SecretError(f"{path.name}: the key can be read by other users. Do: chmod 600 on the key file.")
    return path.read_text(encoding="ascii", errors="replace")


def create_secret(path: Path, text: str) -> None:
    """Write a new key file whole or not at all; of two processes at once one wins and both read its key."""
    temporary = _written_aside(path, text)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()


def replace_secret(path: Path, text: str) -> None:
    """Put a key file in the place of another, whole or not at all."""
    _written_aside(path, text).replace(path)
    sync_folder(path.parent)


def _written_aside(path: Path, text: str) -> Path:
    """The text on disk beside `path`, readable by its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    return temporary


def pseudonyms(values: pa.Array, key: bytes, *, purpose: str) -> pa.Array:
    """The first 32 hexadecimal digits of HMAC-SHA256 of each normalised value; null and blank stay null.

    `key` is the master key. Two purposes give one person two unrelated pseudonyms, so `purpose` is the name of the
    contract column (seeker_key is the same person in every table).
    """
    encoded = pc.dictionary_encode(values.cast(pa.string()))
    normal = normalised_identifiers(encoded.dictionary)
    hashed = _hmac_hex(normal, hmac.digest(key, f"goyong pseudonym {purpose}".encode(), hashlib.sha256))
    return hashed.take(encoded.indices)


def analysis_keys(keys: pa.Array, master_key: bytes) -> pa.Array:
    """The pseudonyms that files for analysis carry instead of seeker_key: 32 hexadecimal digits, null stays null.

    HMAC-SHA256 under a key for this use alone: no key of a file for analysis is one of the served tables.
    """
    encoded = pc.dictionary_encode(keys.cast(pa.string()))
    hashed = _hmac_hex(encoded.dictionary, hmac.digest(master_key, b"goyong use analysis", hashlib.sha256))
    return hashed.take(encoded.indices)


def keyed_hashes(values: pa.Array, key: bytes, *, purpose: str) -> pa.Array:
    """The first 32 hexadecimal digits of HMAC-SHA256 of each text as it stands; null stays null."""
    return _hmac_hex(values, hmac.digest(key, f"goyong {purpose}".encode(), hashlib.sha256))


def normalised_identifiers(values: pa.Array) -> pa.Array:
    """One spelling per identifier: NFKC, upper case, no invisible characters; 13-digit numbers without separators.

    Separators of other identifiers stay: A-11 and A1-1 may be two people.
    """
    if pc.all(pc.string_is_ascii(values)).as_py():
        text = pc.ascii_upper(pc.ascii_trim_whitespace(values))
    else:
        text = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), "[\u200b-\u200d\u2060\ufeff]", "")
        text = pc.utf8_upper(pc.utf8_trim_whitespace(text))
    digits = pc.replace_substring_regex(text, r"[-–—‐.\s]", "")
    text = pc.if_else(pc.match_substring_regex(digits, "^[0-9]{13}$"), digits, text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _hmac_hex(values: pa.Array, key: bytes) -> pa.Array:
    """HMAC-SHA256 (RFC 2104) of each text; the keyed first blocks are hashed once and copied for each value."""
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(value: bytes) -> bytes:
        first, second = inner.copy(), outer.copy()
        first.update(value)
        second.update(first.digest())
        return second.digest()

    present = pc.is_valid(values)
    digests = [digest(value) for value in values.filter(present).cast(pa.binary()).to_pylist()]
    position = pc.if_else(present, pc.subtract(pc.cumulative_sum(present.cast(pa.int64())), 1), None)
    return _hexadecimal(digests, _PSEUDONYM_DIGITS).take(position)


def sha256_texts(values: pa.Array) -> pa.Array:
    """SHA-256 of each text in hexadecimal; no value may be null.

    Measured on 160-byte rows: hashlib 0.9 µs a row, DuckDB's sha256 2.1 µs (it does not use the processor's SHA).
    """
    return _hexadecimal([hashlib.sha256(value).digest() for value in values.cast(pa.binary()).to_pylist()], 64)


def _hexadecimal(digests: list[bytes], digits: int) -> pa.Array:
    """The first `digits` hexadecimal digits of SHA-256 digests as one text column, without a Python text for each."""
    raw = np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), 32)[:, : digits // 2]
    text = _HEXADECIMAL[raw].tobytes()
    offsets = np.arange(len(digests) + 1, dtype=np.int32) * digits
    return pa.StringArray.from_buffers(len(digests), pa.py_buffer(offsets), pa.py_buffer(text))


def keyed_hash(text: str, key: bytes, *, purpose: str) -> str:
    """HMAC-SHA256 in hexadecimal of a text that may hold personal data, so that guessing it needs the key."""
    derived = hmac.digest(key, f"goyong {purpose}".encode(), hashlib.sha256)
    return hmac.digest(derived, text.encode(), hashlib.sha256).hex()


def redact(text: str) -> str:
    """The text without resident numbers, phone numbers and e-mail addresses: for logs and errors."""
    return _PERSONAL.sub(REMOVED, text)


def redact_record(text: str) -> str:
    """``redact``, and without keys of people: for what is kept and cannot be taken out again, even by an erasure."""
    return _PERSON_KEY.sub("[가명키]", redact(text))


def redact_label(label: str, key: bytes) -> str:
    """A file's name without personal data; what was taken out is told apart by a hash under the master key."""
    redacted = redact(label)
    return label if redacted == label else f"{redacted} #{keyed_hash(label, key, purpose='file name')[:12]}"


def redact_texts(values: pa.Array) -> pa.Array:
    """``redact`` for a column; the same array when there is nothing to remove."""
    if not pc.any(pc.match_substring_regex(values, PERSONAL_PATTERN)).as_py():
        return values
    return pc.replace_substring_regex(values, PERSONAL_PATTERN, REMOVED)


def redact_ids(values: pa.Array, key: bytes) -> pa.Array:
    """A column of identifiers of things: what is written as a number of a person or an e-mail address becomes a hash.

    Under the master key and still one for each, so that no two rows become one. Digits without separators stay: many
    identifiers are.
    """
    is_personal = pc.match_substring_regex(values, f"(?:{_SEPARATED_NUMBER}|{EMAIL})")
    if not pc.any(is_personal).as_py():
        return values
    hashes = pc.binary_join_element_wise(REMOVED, keyed_hashes(values, key, purpose="identifier"), "")
    return pc.if_else(is_personal, hashes, values)


def is_personal_header(name: str, *, about_people: bool) -> bool:
    """Whether a column of this name holds somebody's identity: name, number, phone, in rows on people also address."""
    has_identity = _IDENTITY_HEADER.search(name) is not None
    return has_identity or (about_people and _ADDRESS_HEADER.search(name) is not None)
