"""What a night that did not end has made already, so that its next run goes on from there.

A step that writes tables notes what it made, once it is written and passed its checks, and which versions it read. A
later run of the same night takes a step's tables as they stand if it would read the same versions, the same models
stand, and its tables are still at the versions it left. Everything else is computed again. Nothing is taken over from
another night, code, library, device, setting that decides or pointer, from before the machine started (what was not yet
on disk may be lost then), or into a run that was asked for single steps. Do not put here: what a step does, what is
published.
"""

from __future__ import annotations

import hashlib
import json
import os
import sysconfig
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake import publication, tables
from lake.contracts.registry import TABLES, table
from lake.quality import Check
from lake.settings import Settings
from lake.tables import Commit

if TYPE_CHECKING:
    from dagster_project.night import Night, Result

_MADE_BY_MODELS = ("scores", "matches")
"""Layers whose steps read models of the month."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Footing:
    """What a step stands on: versions of the tables it reads, and the files of models if it asks any."""

    versions: Mapping[str, int]
    models: str


@dataclass(frozen=True)
class Done:
    """A step that was finished: what it stood on, its commits, its checks."""

    footing: Footing
    commits: tuple[Commit, ...]
    checks: tuple[Check, ...]


@dataclass
class Journal:
    """The finished steps of a night, one line of JSON each in `file`; without a file nothing is remembered."""

    file: Path | None = None
    done: dict[str, Done] = field(default_factory=dict)

    def note(self, step: str, done: Done) -> None:
        """Remember a finished step."""
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"step": step, **asdict(done)}) + "\n")


def journal_file(settings: Settings) -> Path:
    """Where the finished steps of the night that runs are noted."""
    return settings.staging_dir / "finished_steps.jsonl"


def forget_steps(settings: Settings) -> None:
    """Remove what is noted: the night has ended, or nothing is to be taken over."""
    journal_file(settings).unlink(missing_ok=True)


def open_journal(settings: Settings, *facts: str) -> Journal:
    """What is noted for a night of these `facts`; notes for any other are removed."""
    file, about = journal_file(settings), _about(settings, facts)
    lines = _whole_lines(file)
    if not lines or lines[0] != {"night": about}:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"night": about}) + "\n", encoding="utf-8")
        return Journal(file)
    return Journal(file, {line["step"]: _done(line) for line in lines[1:]})


def once(
    night: Night, step: str, made: Sequence[str], reads: Sequence[str], compute: Callable[[], Iterable[Result]]
) -> list[Result]:
    """What a step that makes the tables `made` from `reads` reports: as they stand, or computed and then noted."""
    footing, known = _footing(night.settings, made, reads), night.journal.done.get(step)
    if known is not None and known.footing == footing and _stand(night.settings, known, made):
        night.checks += known.checks
        return [night.report_standing(commit, known.checks) for commit in known.commits]
    before = len(night.commits), len(night.checks)
    results = list(compute())
    commits, checks = tuple(night.commits[before[0] :]), tuple(night.checks[before[1] :])
    if all(check.passed or check.is_warning for check in checks):
        night.journal.note(step, Done(footing, commits, checks))
    return results


def _about(settings: Settings, facts: Sequence[str]) -> str:
    try:
        served = publication.current(settings).sha256
    except publication.NothingPublished:
        served = "nothing"
    boot = _BOOT.read_text(encoding="ascii") if _BOOT.is_file() else str(uuid.uuid4())
    decided = [settings.engine, f"uses age: {settings.employment_uses_age}", *_libraries()]
    return hashlib.sha256("\n".join([served, boot, *decided, *facts]).encode()).hexdigest()


def _libraries() -> list[str]:
    """Every installed package with its version, by the names of their folders."""
    return sorted(folder.name for folder in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))


def _whole_lines(file: Path) -> list[dict[str, Any]]:
    """The lines of the journal; what a kill has cut short at its end is cut off, so that the next note stands alone."""
    text = file.read_bytes() if file.is_file() else b""
    whole = text[: text.rfind(b"\n") + 1]
    if len(whole) < len(text):
        os.truncate(file, len(whole))
    try:
        return [json.loads(line) for line in whole.splitlines()]
    except ValueError:  # as a power cut may leave a file
        return []


def _done(line: Mapping[str, Any]) -> Done:
    commits, checks = (Commit(**commit) for commit in line["commits"]), (Check(**check) for check in line["checks"])
    return Done(Footing(**line["footing"]), tuple(commits), tuple(checks))


def _footing(settings: Settings, made: Sequence[str], reads: Sequence[str]) -> Footing:
    versions = {name: _version(settings, name) for name in sorted(reads) if name in TABLES}
    asks_models = any(table(name).layer in _MADE_BY_MODELS for name in made)
    return Footing(versions, _models(settings) if asks_models else "")


def _version(settings: Settings, table_id: str) -> int:
    return tables.delta(settings, table_id).version() if tables.exists(settings, table_id) else -1


def _models(settings: Settings) -> str:
    """All files of models: place, size and time."""
    digest = hashlib.sha256()
    for file in sorted(path for path in settings.models_dir.rglob("*") if path.is_file()):
        found = file.stat()
        digest.update(f"{file.relative_to(settings.models_dir)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _stand(settings: Settings, known: Done, made: Sequence[str]) -> bool:
    versions = {commit.table_id: commit.version for commit in known.commits}
    return versions == {name: _version(settings, name) for name in made}
