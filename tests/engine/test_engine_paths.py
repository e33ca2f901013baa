"""A lake may lie in any folder: spaces, Korean letters, per cent signs."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake import tables
from lake.settings import Settings
from lake.tables import Lake
from tests.engine.conftest import AS_OF, arrow_rows


@pytest.mark.parametrize("name", ["my lake", "고용 호수", "100%", "a#b"])
def test_table_stands_in_the_lake_whatever_its_folder_is_called(
    name: str, session_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lakes, links = tmp_path / "lakes", tmp_path / "links"
    links.mkdir()
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(links))
    lake = Lake(Settings(lake_dir=lakes / name, memory_mb=512), session_lake.spark)
    row = {"benefit_id": "b1", "seeker_key": "a", "start_date": AS_OF, "end_date": AS_OF}
    for _ in range(2):
        tables.replace_from_arrow(lake, "silver__benefits", arrow_rows("silver__benefits", [row]), {"as_of": AS_OF})
    assert tables.dataset(lake.settings, "silver__benefits", AS_OF).count_rows() == 1
    assert tables.read(lake, "silver__benefits", AS_OF).count() == 1
    assert [folder.name for folder in lakes.iterdir()] == [name]
