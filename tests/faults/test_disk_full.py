"""P04: the disk of the lake fills up in the middle of a night.

Put here: full disks and limits. Not here: which exceptions a full disk is (tests/unit/lake/test_disk_full.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import Outcome, Shell
from tests.pipeline.nights import Nights, World, in_memory

MEGABYTE = 1_000_000
SPARE = (2, 6, 12)
"""Megabytes that are left when the second night begins: it fails early, in the middle, and later."""
_LIMITED = """
import resource, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from dagster_project import cli
sys.modules["__main__"].__file__ = cli.__file__
cli.main()
"""


def is_one_clear_line(outcome: Outcome) -> None:
    assert outcome.exit_code == 1, outcome.text
    assert outcome.complaint.startswith("DiskFull: the disk is full while writing "), outcome.text
    assert " Do: free space " in outcome.complaint
    assert "Traceback" not in outcome.text


def last_night_is_whole(shell: Shell, lake: Path, pointer: dict[str, object]) -> None:
    assert readers.served(lake) == pointer
    checked = shell.run("verify", "--all", "--lake", lake)
    assert checked.exit_code == 0, checked.text


def run_limited(shell: Shell, limit: int, *words: str) -> Outcome:
    """The command line with no file larger than `limit` bytes: what a full disk is to whoever writes, without root."""
    command = [sys.executable, "-c", _LIMITED, str(limit), *words]
    done = subprocess.run(  # noqa: S603 - our own command line
        command,
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=shell.timeout_s,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr, 0.0)


@pytest.mark.parametrize(
    "limit", [50_000, pytest.param(400_000, marks=pytest.mark.slow)], ids=["Dagster's records", "a table of Sail's"]
)
def test_p04_no_room_is_one_line_and_last_night_stays_served(
    world: World, shell: Shell, first: Nights, tmp_path: Path, tally: Add, limit: int
) -> None:
    """P04 with a limit on file sizes."""
    lake = in_memory(first.lake, tmp_path / "lake")
    words = ["nightly", "--sources", str(world.sources), "--lake", str(lake), "--date", world.days[1].isoformat()]
    outcome = run_limited(shell, limit, *words)
    is_one_clear_line(outcome)
    last_night_is_whole(shell, lake, first.served[0])
    tally("full disks", injected=1, survived=1)


@pytest.fixture
def small_disk(first: Nights, tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A disk of its own with the first night's lake and so many megabytes left; called again it grows to that."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root: make test-faults in the container runs it")
    place = tmp_path / "disk"
    place.mkdir()
    kept = sum(file.stat().st_size for file in first.lake.rglob("*") if file.is_file() and "dagster" not in file.parts)

    def sized(megabytes: int) -> Path:
        size = f"size={int(kept * 1.05) + 2 * MEGABYTE + megabytes * MEGABYTE}"
        option = f"remount,{size}" if place.is_mount() else size
        mounted = subprocess.run(  # noqa: S603
            ["mount", "-t", "tmpfs", "-o", option, "tmpfs", str(place)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip(f"no small disk can be mounted here ({mounted.stderr.strip()}): needs CAP_SYS_ADMIN")
        lake = place / "lake"
        return lake if lake.exists() else in_memory(first.lake, lake)

    yield sized
    if place.is_mount():
        subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607


@pytest.mark.slow
@pytest.mark.parametrize("spare", SPARE)
def test_p04_a_full_disk_is_one_line_and_with_room_the_same_command_publishes(
    world: World,
    shell: Shell,
    history: Nights,
    first: Nights,
    small_disk: Callable[[int], Path],
    tally: Add,
    spare: int,
) -> None:
    """P04 on a disk that is really full; healed, the night is the undisturbed one."""
    lake = small_disk(spare)
    outcome = shell.night(world.sources, lake, world.days[1])
    is_one_clear_line(outcome)
    last_night_is_whole(shell, lake, first.served[0])
    small_disk(500)
    healed = shell.night(world.sources, lake, world.days[1])
    assert healed.exit_code == 0, healed.text
    assert readers.hashes(readers.served(lake)) == readers.hashes(history.served[1])
    assert shell.run("verify", "--all", "--lake", lake).exit_code == 0
    shutil.rmtree(lake)
    tally("full disks", injected=1, survived=1)
    tally("heal", max_seconds=round(healed.seconds, 1))
