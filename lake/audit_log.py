"""The audit log: who did what to the lake, each entry chained to the one before by a keyed hash.

Put here: writing and checking the chain. Not here: what is worth an entry (whoever does it calls `record`).
Concept: an entry's MAC covers its own text and the MAC before it, under a key derived from the master key, so nobody
without that key can change, insert or remove an entry; `head.json` says how many entries there are, so that cutting
the end off shows too, and each night's ops__quality keeps an anchor, so that putting back an older log and its head
shows as well. An entry is on disk before `record` returns.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from lake.file_sync import sync_folder, write_durably
from lake.privacy import load_master_key, redact_record
from lake.settings import Settings

_PURPOSE = b"goyong audit log"
_START = "0" * 64


@dataclass(frozen=True)
class Anchor:
    """What the log ended with at some time: the number of its last entry (0 when empty) and that entry's MAC."""

    number: int
    mac: str


def record(settings: Settings, action: str, **facts: Any) -> Anchor:
    """Append one entry; personal data and keys of people in `facts` are redacted. Returns the new end of the log.

    `action` is a short verb as on the command line (publish, force, rollback, forget, query).
    """
    key = _key(settings)
    with _open_log(settings) as log:
        last = _end_of(log)
        _follow(settings, key, last)
        entry = {
            "number": last.number + 1,
            "at": datetime.now(tz=UTC).isoformat(timespec="milliseconds"),
            "account": getpass.getuser(),
            "action": action,
            "facts": {name: redact_record(value) if isinstance(value, str) else value for name, value in facts.items()},
            "previous": last.mac,
        }
        end = Anchor(last.number + 1, _mac(key, entry))
        log.seek(0, os.SEEK_END)
        log.write(json.dumps(entry | {"mac": end.mac}, ensure_ascii=False, default=str) + "\n")
        log.flush()
        os.fsync(log.fileno())
        write_durably(settings.audit_dir / "head.json", json.dumps(_head(key, end)))
    return end


def entries(settings: Settings) -> list[dict[str, Any]]:
    """Every entry, oldest first, as written; an unreadable line is an entry {"unreadable": line number}."""
    file = _file(settings)
    return [_parsed(line, number) for number, line in _lines(file)] if file.is_file() else []


def anchor(settings: Settings) -> Anchor:
    """The end of the log now, to be kept elsewhere."""
    found = entries(settings)
    return Anchor(int(found[-1].get("number", 0)), str(found[-1].get("mac", ""))) if found else Anchor(0, _START)


def verify(settings: Settings, anchors: Sequence[Anchor] = ()) -> list[str]:
    """One line for each thing that is wrong with the log: changed, missing, added or cut-off entries.

    `anchors` are earlier ends kept elsewhere; the log must still hold those entries.
    """
    found = entries(settings)
    head_file = settings.audit_dir / "head.json"
    if not found and not head_file.is_file() and not any(kept.number for kept in anchors):
        return []
    key, previous, problems = _key(settings), _START, []
    for number, entry in enumerate(found, 1):
        text = {name: value for name, value in entry.items() if name != "mac"}
        linked = entry.get("number") == number and entry.get("previous") == previous
        if not linked or not hmac.compare_digest(str(entry.get("mac", "")), _mac(key, text)):
            problems.append(f"audit log: entry {number} is not what was written, or one before it is gone")
        previous = str(entry.get("mac", ""))
    problems += _compare_with_head(key, head_file, found)
    for kept in anchors:
        held = found[kept.number - 1].get("mac") if 0 < kept.number <= len(found) else None
        if kept.number and held != kept.mac:
            problems.append(f"audit log: entry {kept.number}, which an earlier night saw, is missing or another one")
    return problems


def _compare_with_head(key: bytes, head_file: Path, found: Sequence[dict[str, Any]]) -> list[str]:
    """A kill between an entry and its head leaves the head one entry short; it is never ahead."""
    try:
        head = json.loads(head_file.read_text(encoding="utf-8"))
        is_ours = hmac.compare_digest(head["seal"], _head(key, Anchor(head["number"], head["mac"]))["seal"])
    except (OSError, ValueError, KeyError, TypeError):
        return [] if len(found) == 1 and not head_file.exists() else ["audit log: head.json is missing or unreadable"]
    if not is_ours:
        return ["audit log: head.json was not written by this lake"]
    behind = len(found) - head["number"]
    mac = found[head["number"] - 1].get("mac") if 0 < head["number"] <= len(found) else _START
    if behind not in (0, 1) or mac != head["mac"]:
        return [f"audit log: {len(found)} entries, but {head['number']} were written"]
    return []


@contextmanager
def _open_log(settings: Settings) -> Iterator[TextIO]:
    """The log file, held against other writers."""
    settings.audit_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_new = not _file(settings).exists()
    with _file(settings).open("a+", encoding="utf-8") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        if is_new:
            sync_folder(settings.audit_dir)
        yield log


def _follow(settings: Settings, key: bytes, last: Anchor) -> None:
    """Bring the head to the last entry where a kill came between the two, so that it is never two entries short."""
    try:
        number = int(json.loads((settings.audit_dir / "head.json").read_text(encoding="utf-8"))["number"])
    except (OSError, ValueError, KeyError, TypeError):
        number = 0 if last.number == 1 else last.number
    if number == last.number - 1:
        write_durably(settings.audit_dir / "head.json", json.dumps(_head(key, last)))


def _end_of(log: TextIO) -> Anchor:
    """The last entry; a line that a kill cut short is taken off the end first."""
    content = Path(log.name).read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        os.ftruncate(log.fileno(), whole)
    line = content[content.rfind(b"\n", 0, max(whole - 1, 0)) + 1 : whole].decode(errors="replace")
    entry = _parsed(line, 0) if line else {}
    return Anchor(int(entry.get("number", 0)), str(entry.get("mac", _START)))


def _lines(file: Path) -> list[tuple[int, str]]:
    text = file.read_text(encoding="utf-8", errors="replace")
    return list(enumerate(text.split("\n")[:-1], 1))


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {"unreadable": number}
    return entry if isinstance(entry, dict) else {"unreadable": number}


def _mac(key: bytes, entry: dict[str, Any]) -> str:
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, default=str)
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()


def _head(key: bytes, end: Anchor) -> dict[str, Any]:
    seal = hmac.digest(key, f"head {end.number} {end.mac}".encode(), hashlib.sha256).hex()
    return {"number": end.number, "mac": end.mac, "seal": seal}


def _key(settings: Settings) -> bytes:
    return hmac.digest(load_master_key(settings), _PURPOSE, hashlib.sha256)


def _file(settings: Settings) -> Path:
    return settings.audit_dir / "log.jsonl"
