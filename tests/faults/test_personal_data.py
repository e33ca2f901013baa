"""P23: resident numbers, names, phones, e-mails and addresses stand in the vault, encrypted, and in no other byte.

Two hundred planted people (canaries.py). By default their deliveries are landed only; three whole nights with a kill,
a refusal and a blocked night are `slow`. Do not put here: how things are redacted (tests/unit/lake).
"""

from __future__ import annotations

import logging
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from lake.landing import land_delivery
from lake.privacy import load_master_key, pseudonyms
from lake.settings import Settings
from lake.sources.simulated import simulate
from lake.vault import open_vault
from tests.faults.canaries import (
    BROKEN,
    EVERYBODY,
    MISENCODED,
    MISPLACED,
    NAMED,
    NORMAL,
    PLANTED,
    REFUSED,
    Canary,
    plant,
    traces,
)  # fmt: skip
from tests.faults.tally import Add
from tests.pipeline.commands import Shell
from tests.pipeline.nights import RECORDS_IN_MEMORY

FIRST_DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three deliveries of 400 simulated people with the planted ones in the first, some once more in the second."""
    out = tmp_path_factory.mktemp("canaries") / "deliveries"
    report = simulate(seekers=400, postings=300, sessions=100, nights=3, seed=1, out=out, first_date=FIRST_DAY)
    plant(out / report.dates[0].isoformat())
    for name in ("seekers_0006.csv", "resumes_0005.csv"):
        changed = (out / report.dates[0].isoformat() / name).read_text(encoding="utf-8").replace("용접", "전기용접")
        (out / report.dates[1].isoformat() / name).write_text(changed.replace('"N"', '"Y"') + "", encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def landed(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The first delivery, staged."""
    settings = Settings(lake_dir=tmp_path_factory.mktemp("landed") / "lake", threads=2)
    (sources / "mappings" / "companies.toml").read_text(encoding="utf-8")
    land_delivery(settings, sources, FIRST_DAY, known={}, received_at=datetime(2026, 11, 20, tzinfo=UTC), linkers={})
    return settings


def keys_of(settings: Settings, people: tuple[Canary, ...]) -> list[str]:
    """Their pseudonyms."""
    numbers = pa.array([who.resident_number for who in people])
    return pseudonyms(numbers, load_master_key(settings), purpose="seeker_key").to_pylist()


def test_search_finds_everybody_where_they_were_planted(sources: Path) -> None:
    found = {value for _, value in traces(sources.rglob("*.csv"))}
    assert all(set(who.values) & found for who in EVERYBODY)
    assert {value for who in NORMAL for value in who.values} <= found


@pytest.mark.parametrize("form", ["hex", "base64", "utf-16", "NFD"])
def test_search_finds_a_planted_name_however_it_is_written(tmp_path: Path, form: str) -> None:
    import base64
    import unicodedata

    name = EVERYBODY[7].name
    written = {
        "hex": b"x" + name.encode().hex().encode(),
        "base64": base64.b64encode(b"my name is " + name.encode() + b" and so on"),
        "utf-16": ("x" + name).encode("utf-16"),
        "NFD": unicodedata.normalize("NFD", name).encode(),
    }
    (tmp_path / "a.bin").write_bytes(written[form])
    assert traces([tmp_path / "a.bin"]) == {("a.bin", name)}


def test_p23_nothing_planted_stands_in_what_was_landed(landed: Settings, tally: Add) -> None:
    files = [path for path in landed.lake_dir.rglob("*") if path.is_file()]
    found = traces(files)
    tally("planted personal data after landing", planted=PLANTED, found=len(found))
    assert found == set()
    assert {"people.sqlite", "vault.key", "pseudonym.key"} <= {path.name for path in files}


def test_p23_vault_knows_those_who_were_landed_and_nobody_of_a_refused_file(landed: Settings) -> None:
    with open_vault(landed) as vault:
        who = NORMAL[3]
        assert vault.get(keys_of(landed, (who,))[0]) == {
            "name": who.name,
            "phone": who.phone.replace("-", ""),
            "email": who.email,
            "address": who.address,
            "resident_number": who.resident_number,
        }
        kept = vault.get_many(keys_of(landed, EVERYBODY))
        assert set(kept) == set(keys_of(landed, NORMAL + MISPLACED + BROKEN[:1]))
        assert not vault.get_many(keys_of(landed, REFUSED + MISENCODED + NAMED))


def test_p23_landing_again_writes_no_row_of_the_vault_anew(sources: Path, landed: Settings) -> None:
    before = landed.vault_file.read_bytes()
    land_delivery(landed, sources, FIRST_DAY, known={}, received_at=datetime(2026, 11, 21, tzinfo=UTC), linkers={})
    assert landed.vault_file.read_bytes() == before


def test_p23_log_of_a_landing_names_nobody(sources: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        land_delivery(
            Settings(lake_dir=tmp_path / "lake", threads=1),
            sources,
            FIRST_DAY,
            known={},
            received_at=datetime(2026, 11, 20, tzinfo=UTC),
            linkers={},
        )
    (tmp_path / "log.txt").write_text(caplog.text, encoding="utf-8")
    assert "refused" in caplog.text
    assert traces([tmp_path / "log.txt"]) == set()


@pytest.mark.slow
def test_p23_nothing_planted_stands_in_any_byte_after_three_nights_with_a_kill_and_errors(
    sources: Path, tmp_path: Path, tally: Add
) -> None:
    lake, temporary, room = tmp_path / "lake", tmp_path / "temporary", tmp_path / "room"
    temporary.mkdir()
    room.mkdir()
    shell = Shell(room, {"TMPDIR": str(temporary), "SQLITE_TMPDIR": str(temporary)}, timeout_s=1_200)
    days = [date.fromisoformat(path.name) for path in sorted(sources.glob("2*-*-*"))]
    assert shell.night(sources, lake, days[0], GOYONG_KILL_AT="bronze__seekers").exit_code == -9
    outcomes = [shell.night(sources, lake, days[0])]
    mapping = sources / "mappings" / "benefits.toml"
    good = mapping.read_text(encoding="utf-8")
    mapping.write_text(good.replace("[columns]", f"# {EVERYBODY[0].phone}\n[columns]\n{EVERYBODY[0].email} = 1"))
    assert shell.night(sources, lake, days[1]).exit_code == 1
    mapping.write_text(good, encoding="utf-8")
    # What Dagster writes is there from a killed, a published and a refused night; more of it takes a third of the time.
    (lake / "dagster" / "dagster.yaml").write_text(RECORDS_IN_MEMORY, encoding="utf-8")
    outcomes += [shell.night(sources, lake, day) for day in days[1:]]
    assert [outcome.exit_code for outcome in outcomes] == [0, 0, 0], outcomes[-1].text
    assert shell.run("vault", "rotate", "--lake", lake).exit_code == 0
    for words in (("status",), ("runs",), ("vault", "status"), ("verify",)):
        assert shell.run(*words, "--lake", lake).exit_code == 0, words
    files = [path for folder in (lake, temporary, room) for path in folder.rglob("*") if path.is_file()]
    found = traces(files)
    tally("planted personal data", planted=PLANTED, found=len(found), files=len(files))
    assert found == set()
    shown = shell.run(
        "vault", "show", keys_of(Settings(lake_dir=lake), NORMAL[:1])[0], "--reason", "P23", "--lake", lake
    )
    assert NORMAL[0].address in shown.stdout
    shutil.rmtree(lake)
