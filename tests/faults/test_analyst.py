"""P24: whatever an analyst types, the surface gives aggregates or one line that says no; everything is logged.

Do not put here: what can be worked out of the aggregates themselves (test_disclosure.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboards import analyst
from dashboards.macros import MACRO_NAMES
from lake import audit_log
from lake.file_hash import sha256_of
from lake.settings import Settings
from tests.faults import attacks
from tests.faults.tally import Add
from tests.pipeline import readers
from tests.pipeline.commands import ROOT, Shell
from tests.pipeline.fixtures import SECRET
from tests.pipeline.nights import Nights, World
from tests.pipeline.test_privacy import planted

CANARY = "canary-7f3a"
PERSON = "900101-1234567"
# A third of the memory and time that a person has, so that attacks on either end soon.
LIMITS = {"analyst_seconds": 20, "analyst_memory_mb": 256}
COUNT = "select count(*) as n from agg.answers_by_code where service_code = 'EMPLOYMENT'"


@pytest.fixture(scope="module")
def settings(first: Nights, shell: Shell) -> Settings:
    return Settings(lake_dir=first.lake, secret_file=shell.folder / "pseudonym.key", **LIMITS)


def outcome(settings: Settings, sql: str) -> tuple[str, str]:
    """How it ended, and everything that came back as one text."""
    try:
        found = analyst.ask(settings, sql)
    except (analyst.QueryRefused, analyst.QueryLimit) as error:
        return type(error).__name__, str(error)
    return "Answer", json.dumps([found.names, found.rows], ensure_ascii=False)


MANY = """
import json, sys
from dashboards import analyst_child
requests = json.load(sys.stdin)
analyst_child.limit(2048, 600)
for request in requests:
    lines = list(analyst_child.respond(request))
    sys.stdout.write(json.dumps("".join(lines)) + "\\n")
"""


def try_in_one_child(settings: Settings, texts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What the child answers to each, one process for all of them: starting one for each takes a minute."""
    facts = {
        "database": str(find_database(settings.lake_dir)),
        "memory_mb": 256,
        "rows": 100,
        "bytes": 100_000,
        "threads": 2,
    }
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-P", "-c", MANY],
        input=json.dumps([facts | {"sql": sql} for sql in texts.values()]),
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "CANARY": CANARY},
        timeout=300,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(texts), done.stderr
    ends = [json.loads(answer.splitlines()[-1]) for answer in answers]
    return {
        name: ("Answer" if end["end"] == "OK" else end["end"], end.get("why", answer))
        for name, answer, end in zip(texts, answers, ends, strict=True)
    }


def find_database(lake: Path) -> Path:
    return next((lake / "published").rglob("goyong-*.duckdb"))


def try_all(settings: Settings, texts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    with ThreadPoolExecutor(max_workers=3) as pool:
        return dict(zip(texts, pool.map(lambda sql: outcome(settings, sql), texts.values()), strict=True))


def leaks_in(text: str, settings: Settings, file: Path) -> list[str]:
    secrets = [CANARY, SECRET, str(settings.lake_dir), str(file), str(ROOT), "pseudonym.key"]
    return [secret for secret in secrets if secret in text]


def test_p24_no_attack_gets_anything_but_one_line(settings: Settings, tmp_path: Path, tally: Add) -> None:
    file = tmp_path / "secret.csv"
    file.write_text(f"{CANARY},1\n", encoding="utf-8")
    every = attacks.FILES | attacks.WRITES | attacks.SETTINGS
    texts = {name: sql.replace("FILE", str(file)) for name, sql in every.items()}
    before = sha256_of(find_database(settings.lake_dir))
    found = try_in_one_child(settings, texts)
    answered = [name for name, (how, _) in found.items() if how == "Answer"]
    told = {
        name: text for name, (_, text) in found.items() if "\n" in text or leaks_in(text, settings, Path("/nowhere"))
    }
    # What an error repeats of the attack's own text is no news to who typed it; what stands in the file is.
    leaked = [name for name, (_, text) in found.items() if CANARY in text]
    tally("analyst attacks", tried=len(texts), leaks=len({*answered, *told, *leaked}))
    assert (answered, told, leaked) == ([], {}, [])
    assert sha256_of(find_database(settings.lake_dir)) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name]


@pytest.mark.parametrize("name", ["more rows than anybody reads", "endless recursion", "deep brackets"])
def test_p24_a_heavy_query_is_stopped_and_logged(settings: Settings, name: str, tally: Add) -> None:
    how, text = outcome(settings, attacks.HEAVY[name])
    tally("analyst attacks", tried=1, leaks=int(how == "Answer"))
    assert how in ("QueryRefused", "QueryLimit"), text
    assert audit_log.entries(settings)[-1]["facts"]["outcome"] in ("REFUSED", "LIMIT")


@pytest.mark.slow
def test_p24_attacks_through_the_front_door_are_refused_and_logged(
    settings: Settings, tmp_path: Path, tally: Add
) -> None:
    """Every third one of them and all of the heaviest, each as `goyong query` runs it: in a child of its own."""
    file = tmp_path / "secret.csv"
    file.write_text(f"{CANARY},1\n", encoding="utf-8")
    every = dict(list((attacks.FILES | attacks.WRITES | attacks.SETTINGS).items())[::3]) | attacks.HEAVY
    entries = len(audit_log.entries(settings))
    found = try_all(settings, {name: sql.replace("FILE", str(file)) for name, sql in every.items()})
    answered = [name for name, (how, text) in found.items() if how == "Answer" or CANARY in text]
    tally("analyst attacks", tried=len(found), leaks=len(answered))
    assert answered == []
    assert len(audit_log.entries(settings)) == entries + len(found)
    assert audit_log.verify(settings) == []


def test_p24_a_query_without_end_is_stopped_on_time(settings: Settings, tally: Add) -> None:
    short = Settings(**{**vars(settings), "analyst_seconds": 3})
    started = time.monotonic()
    found = try_all(short, attacks.SLOW)
    tally("analyst attacks", tried=len(found), leaks=0)
    assert [how for how, _ in found.values()] == ["QueryLimit"]
    assert "longer than 3 s" in next(iter(found.values()))[1]
    assert time.monotonic() - started < settings.analyst_seconds


def test_p24_ordinary_questions_are_answered(settings: Settings) -> None:
    texts = {
        "a count": COUNT,
        "the tables": "show all tables",
        "the columns": "describe agg.answers_by_code",
        "a summary": "summarize agg.skill_gaps",
        "a window over a WITH": (
            "with top as (select occupation_code, rank() over (order by people_count desc nulls last) as r "
            "from agg.skill_gaps) select * from top where r <= 5 order by r"
        ),
        "a join of names": (
            "select o.occupation_name, g.people_count from agg.skill_gaps g join gold.occupations o "
            "using (occupation_code) where o.occupation_name like '%사%' order by 2 desc nulls last limit 5"
        ),
        "the dictionary": "select column_label from ops.data_dictionary where column_name = 'people_count' limit 1",
    }
    texts |= {f"{name}()": f"select count(*) from goyong.{name}()" for name in sorted(MACRO_NAMES)}
    found = try_in_one_child(settings, texts)
    assert {name: text for name, (how, text) in found.items() if how != "Answer"} == {}


def test_p24_the_command_writes_formula_safe_csv_and_says_no_with_exit_2(
    settings: Settings, shell: Shell, tmp_path: Path
) -> None:
    out = tmp_path / "answer.csv"
    words = ["query", "--role", "analyst", "--lake", settings.lake_dir, "--format", "csv"]
    done = shell.run(*words, "--out", out, "--sql", "select '=1+1' as \"=a\", '+82' as b, -5 as c, '-x' as d")
    assert done.exit_code == 0, done.text
    assert out.read_bytes() == '\ufeff"\'=a","b","c","d"\n"\'=1+1","+82",-5,"\'-x"\n'.encode()
    refused = shell.run(*words, "--sql", "select * from read_text('/etc/hostname')")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.complaint.startswith("QueryRefused: read_text() is not on the analyst surface")
    limited = shell.run(*words, "--sql", "select * from range(300000)", GOYONG_ANALYST_ROWS="1000")
    assert (limited.exit_code, limited.stdout) == (1, "")
    assert "more than 1,000 rows" in limited.complaint


def test_p24_each_query_is_logged_without_the_personal_data_in_it(settings: Settings) -> None:
    outcome(settings, f"select '{PERSON}' as typed, 'kim@example.org' as mail from agg.answers_by_code limit 2")
    entry = audit_log.entries(settings)[-1]
    assert (entry["action"], entry["facts"]["outcome"], entry["facts"]["rows"]) == ("query", "OK", 2)
    assert PERSON not in json.dumps(entry, ensure_ascii=False)
    assert "kim@example.org" not in json.dumps(entry, ensure_ascii=False)
    assert entry["facts"]["seconds"] > 0


def test_p24_no_pseudonym_and_no_resident_number_stands_in_the_file(first: Nights, world: World) -> None:
    database = find_database(first.lake)
    served = readers.served(first.lake)
    keys = readers.published_rows(first.lake, served, "serving__seeker_employment_v1").column("seeker_key").to_pylist()
    content = database.read_bytes()
    assert len(keys) > 1_000
    assert [key for key in keys if key.encode() in content] == []
    assert readers.identities_in(database) & planted(world) == set()
