"""A stopped night goes on from what stands, and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dagster_project.resumption import Journal, forget_steps, journal_file, once, open_journal
from lake import publication, tables
from lake.privacy import load_master_key
from lake.quality import Check
from lake.settings import Settings
from tests.unit.lake.conftest import write_table

READ, MADE, SCORED = "serving__skills_v1", "serving__occupations_v1", "scores__course_outcomes"
PASSED = Check(MADE, "unique_key", 0.0)
COUNTED = Check(MADE, "refused:a:B", 7.0, math.inf, "in 7 = out 7")


@dataclass
class Steps:
    """As much of a night as a step sees; counts how often its step was computed."""

    settings: Settings
    journal: Journal
    checks: list[Check] = field(default_factory=list)
    commits: list[tables.Commit] = field(default_factory=list)
    computed: int = 0

    def report_standing(self, commit: tables.Commit, checks: object) -> Any:
        return commit

    def step(self, made: str = MADE, *checks: Check) -> list[Any]:
        def compute() -> Iterator[Any]:
            self.computed += 1
            write_table(self.settings, made, {"run_id": "r"})
            commit = tables.Commit(made, tables.delta(self.settings, made).version(), 1, 0.5)
            self.commits.append(commit)
            self.checks += checks
            yield commit

        night: Any = self
        return once(night, "a step", [made], [READ], compute)


def computed(run: Steps, made: str = MADE) -> int:
    """How often the step is computed in a run of the night."""
    run.step(made)
    return run.computed


@pytest.fixture
def night(settings: Settings) -> Callable[..., Steps]:
    """A run of the night; what it reads stands."""
    write_table(settings, READ, {"skill_code": "1"})
    return lambda *facts: Steps(settings, open_journal(settings, *(facts or ("inputs", "cpu"))))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(lake_dir=tmp_path / "lake", memory_mb=256, threads=1)
    load_master_key(made)
    return made


def test_a_finished_step_is_not_computed_again_and_its_numbers_are_there(night: Callable[..., Steps]) -> None:
    (commit,) = night().step(MADE, PASSED, COUNTED)
    rerun = night()
    (kept,) = rerun.step()
    assert (rerun.computed, rerun.checks, rerun.commits) == (0, [PASSED, COUNTED], [])
    assert (kept.table_id, kept.version, kept.rows) == (commit.table_id, commit.version, commit.rows)


def test_a_step_that_broke_its_contract_is_computed_again(night: Callable[..., Steps]) -> None:
    night().step(MADE, Check(MADE, "unique_key", 3.0))
    assert computed(night()) == 1


def test_a_step_that_raised_is_computed_again(night: Callable[..., Steps]) -> None:
    def broken() -> Iterator[Any]:
        raise ValueError("no")
        yield

    stopped: Any = night()
    with pytest.raises(ValueError, match="no"):
        once(stopped, "a step", [MADE], [READ], broken)
    assert computed(night()) == 1


@pytest.mark.parametrize("changed", [READ, MADE])
def test_a_table_that_was_written_since_makes_the_step_new(
    night: Callable[..., Steps], settings: Settings, changed: str
) -> None:
    night().step()
    write_table(settings, changed, {"run_id": "another"})
    assert computed(night()) == 1


def test_a_commit_that_was_taken_back_makes_the_step_new(night: Callable[..., Steps], settings: Settings) -> None:
    night().step()
    max((tables.path(settings, MADE) / "_delta_log").glob("*.json")).unlink()
    assert computed(night()) == 1


def test_a_model_that_was_put_in_the_place_of_another_makes_scores_new(
    night: Callable[..., Steps], settings: Settings
) -> None:
    model = settings.models_dir / "employment" / "model.npz"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"1")
    night().step(SCORED)
    model.write_bytes(b"22")
    assert computed(night(), SCORED) == 1


def test_another_night_takes_nothing_over(night: Callable[..., Steps]) -> None:
    night().step()
    other = night("other inputs", "cpu")
    other.step()
    back = night()
    back.step()
    assert (other.computed, back.computed) == (1, 1)


def test_after_another_pointer_is_served_nothing_is_taken_over(night: Callable[..., Steps], settings: Settings) -> None:
    night().step()
    publication.publish(settings, publication.Pointer("r", date(2026, 11, 20), {}, {}, True))
    assert computed(night()) == 1


def test_with_another_setting_that_decides_nothing_is_taken_over(
    night: Callable[..., Steps], settings: Settings
) -> None:
    night().step()
    other = replace(settings, employment_uses_age=True)
    rerun = Steps(other, open_journal(other, "inputs", "cpu"))
    rerun.step()
    assert rerun.computed == 1


def test_with_another_version_of_a_library_nothing_is_taken_over(
    night: Callable[..., Steps], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night().step()
    (tmp_path / "pysail-99.dist-info").mkdir()
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    assert computed(night()) == 1


def test_after_the_machine_was_started_anew_nothing_is_taken_over(
    night: Callable[..., Steps], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night().step()
    (tmp_path / "boot_id").write_text("another start\n", encoding="ascii")
    monkeypatch.setattr("dagster_project.resumption._BOOT", tmp_path / "boot_id")
    assert computed(night()) == 1


def test_where_a_machine_does_not_say_when_it_started_nothing_is_taken_over(
    night: Callable[..., Steps], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dagster_project.resumption._BOOT", tmp_path / "nowhere")
    night().step()
    assert computed(night()) == 1


@pytest.mark.parametrize("cut", [1, 40])
def test_a_note_that_was_cut_short_is_none(night: Callable[..., Steps], settings: Settings, cut: int) -> None:
    night().step()
    file = journal_file(settings)
    file.write_bytes(file.read_bytes()[:-cut])
    rerun = night()
    rerun.step()
    again = night()
    again.step()
    assert (rerun.computed, again.computed) == (1, 0)


def test_notes_of_which_nothing_can_be_read_are_none(night: Callable[..., Steps], settings: Settings) -> None:
    night().step()
    file = journal_file(settings)
    file.write_bytes(b"\0" * len(file.read_bytes()) + b"\n")
    rerun = night()
    rerun.step()
    again = night()
    again.step()
    assert (rerun.computed, again.computed) == (1, 0)


def test_a_night_that_ended_leaves_no_note(night: Callable[..., Steps], settings: Settings) -> None:
    run = night()
    run.step()
    forget_steps(settings)
    assert not journal_file(settings).exists()
    assert computed(night()) == 1


def test_a_run_of_single_steps_notes_nothing(night: Callable[..., Steps], settings: Settings) -> None:
    single = Steps(settings, Journal())
    single.step()
    rerun = night()
    rerun.step()
    assert (single.computed, rerun.computed) == (1, 1)
