"""The audit log notices every change: an edited, removed, added, swapped entry, a cut end, an older log put back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from lake import audit_log
from lake.file_sync import write_durably
from lake.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(lake_dir=tmp_path / "lake")
    for number in range(1, 5):
        audit_log.record(settings, "query", sql=f"select {number}", rows=number)
    return settings


def lines(settings: Settings) -> list[str]:
    return (settings.audit_dir / "log.jsonl").read_text(encoding="utf-8").splitlines()


def rewrite(settings: Settings, kept: list[str]) -> None:
    (settings.audit_dir / "log.jsonl").write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


def test_untouched_log_is_in_order_and_an_empty_lake_has_none(settings: Settings, tmp_path: Path) -> None:
    assert audit_log.verify(settings) == []
    assert audit_log.verify(Settings(lake_dir=tmp_path / "other")) == []
    assert [entry["facts"]["rows"] for entry in audit_log.entries(settings)] == [1, 2, 3, 4]


@pytest.mark.parametrize("kept", [[0, 1, 3], [1, 2, 3], [0, 2, 1, 3], [0, 1, 2, 3, 3], [0, 1, 2], [], [0, 1]])
def test_removed_swapped_repeated_or_cut_off_entries_show(settings: Settings, kept: list[int]) -> None:
    written = lines(settings)
    rewrite(settings, [written[position] for position in kept])
    assert audit_log.verify(settings) != []


def test_one_changed_figure_shows_and_names_the_entry(settings: Settings) -> None:
    written = lines(settings)
    rewrite(settings, [line.replace('"rows": 3', '"rows": 2') for line in written])
    assert audit_log.verify(settings) == ["audit log: entry 3 is not what was written, or one before it is gone"]


def test_older_log_put_back_with_its_head_shows_against_an_anchor(settings: Settings, tmp_path: Path) -> None:
    older = tmp_path / "older"
    shutil.copytree(settings.audit_dir, older)
    audit_log.record(settings, "rollback", run_id="a")
    seen = audit_log.anchor(settings)
    assert audit_log.verify(settings, [seen]) == []
    shutil.rmtree(settings.audit_dir)
    shutil.copytree(older, settings.audit_dir)
    assert audit_log.verify(settings) == []
    assert audit_log.verify(settings, [seen]) == [
        "audit log: entry 5, which an earlier night saw, is missing or another one"
    ]


def test_kill_between_entry_and_head_or_inside_a_line_is_no_forgery(settings: Settings) -> None:
    head = (settings.audit_dir / "head.json").read_text(encoding="utf-8")
    audit_log.record(settings, "query", sql="select 5")
    (settings.audit_dir / "head.json").write_text(head, encoding="utf-8")
    assert audit_log.verify(settings) == []
    with (settings.audit_dir / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write('{"number": 6, "at"')
    assert audit_log.verify(settings) == []
    audit_log.record(settings, "query", sql="select 6")
    assert audit_log.verify(settings) == []
    assert len(lines(settings)) == 6


def test_two_kills_before_their_heads_are_no_forgery(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(file: Path, text: str) -> None:
        if json.loads(text)["number"] == number:
            raise KeyboardInterrupt
        write_durably(file, text)

    monkeypatch.setattr(audit_log, "write_durably", killed)
    for number in (5, 6):
        with pytest.raises(KeyboardInterrupt):
            audit_log.record(settings, "query", sql=f"select {number}")
        assert audit_log.verify(settings) == []
    assert len(lines(settings)) == 6


def test_personal_data_in_a_query_is_removed(settings: Settings) -> None:
    person = "0123456789abcdef" * 2
    audit_log.record(settings, "query", sql=f"select '900101-1234567', 'a@b.kr', '{person}'", hash=2 * person)
    text = "\n".join(lines(settings))
    assert "900101-1234567" not in text
    assert "a@b.kr" not in text
    facts = json.loads(lines(settings)[-1])["facts"]
    assert facts == {"sql": "select '[삭제]', '[삭제]', '[가명키]'", "hash": 2 * person}


def test_entry_of_another_key_is_refused(settings: Settings) -> None:
    settings.key_path.write_text("ab" * 32, encoding="ascii")
    assert len(audit_log.verify(settings)) == 5
