"""Public collections of bad input, and files of binary formats that are broken, swollen or false.

P05, P07, P25. Do not put here: text that lies (test_lying_input.py). The collections lie in corpora/, with licences.
"""

from __future__ import annotations

import gzip
import io
import json
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.faults.lying import Lie, Quarantined, Read, Refused, Row, deliver, land, try_all, untold
from tests.faults.tally import Add

CORPORA = Path(__file__).with_name("corpora")
JSONL, PARQUET, XLSX = ("jsonl", "utf-8"), ("parquet", "utf-8"), ("xlsx", "utf-8")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
DAY = "2026-11-01"


def corpus(name: str) -> Any:
    return json.loads((CORPORA / f"{name}.json").read_text(encoding="ascii"))


def parquet(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, write_page_checksum=True, compression=columns.pop("compression", "snappy"))
    return out.getvalue()


def workbook(*rows: list[Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def normalised(text: str) -> str | None:
    """What landing says it makes of a text: NFC, no invisible characters, no outer white space, "" is nothing."""
    visible = unicodedata.normalize("NFC", text.translate(INVISIBLE))
    return visible.strip(WHITE) or None


WHITE = "".join(chr(code) for code in range(0x3001) if chr(code).isspace() and code not in range(0x1C, 0x20))


def test_naughty_strings_come_back_as_they_were_sent(tmp_path: Path, tally: Add) -> None:
    """P25: as titles in four formats."""
    strings: list[str] = corpus("naughty_strings")
    rows: list[Row] = [(str(number), DAY, normalised(text)) for number, text in enumerate(strings)]
    quoted = ['"' + text.replace('"', '""') + '"' for text in strings]
    lines = [f"{number},{DAY},{text}" for number, text in enumerate(quoted)]
    objects = [{"번호": str(number), "등록일": DAY, "제목": text} for number, text in enumerate(strings)]
    columns = {"번호": [row[0] for row in rows], "등록일": [DAY] * len(rows), "제목": strings}
    lies = [
        Lie("a.csv", "\n".join(["번호,등록일,제목", *lines, ""]).encode(), Read(rows)),
        Lie("a.jsonl", "".join(json.dumps(one) + "\n" for one in objects).encode(), Read(rows), JSONL),
        Lie("a.parquet", parquet(**columns), Read(rows), PARQUET),
    ]
    assert try_all(lies, tmp_path, tally) == []
    tally("bad inputs", tried=len(strings) - len(lies))


def test_csv_spectrum_is_read_as_its_authors_mean_it(tmp_path: Path, tally: Add) -> None:
    """P07: all twelve files. In one its authors changed a telephone number; that column is left out."""
    wrong = []
    cases = corpus("csv_spectrum")
    for name, case in cases.items():
        expected = case["rows"] if isinstance(case["rows"], list) else [case["rows"]]
        last = list(expected[0])[-1]
        columns = f'[columns]\nposting_id = {{ value = "1" }}\ntitle = "{last}"\n'
        columns += "registered_date = { delivery_date = true }\n"
        columns += "updated_at = { delivery_date = true }\n"
        sources = deliver(tmp_path / name / "sources", [Lie("a.csv", case["csv"].encode(), Read([]))], columns)
        (landed,) = land(sources)
        found = pq.read_table(str(landed.staged)).column("payload").to_pylist()
        wanted = [{key: normalised(value) for key, value in row.items() if "Phone" not in key} for row in expected]
        if [{k: v for k, v in json.loads(row).items() if "Phone" not in k} for row in found] != wanted:
            wrong.append(f"{name}: {found}")
    tally("bad inputs", tried=len(cases), crashes=0, silent_acceptances=len(wrong))
    assert wrong == []


def json_cases() -> Iterator[tuple[str, str]]:
    yield from corpus("json_parsing").items()
    yield "n_structure_100000_opening_arrays", "[" * 100_000
    yield "n_structure_open_array_object", '[{"":' * 50_000 + "\n"


def test_json_suite_is_taken_and_refused_as_the_standard_says(tmp_path: Path, tally: Add) -> None:
    """P25: each document as a value in a line of its own; what the standard leaves open may go either way."""
    texts = {name: text.replace("\r", " ").replace("\n", " ") for name, text in json_cases()}
    lines = {name: f'{{"번호":"1","등록일":"{DAY}","제목":{text}}}\n' for name, text in texts.items()}
    with_nul = {name: text for name, text in lines.items() if "\0" in text}
    others = "".join(text for name, text in lines.items() if name not in with_nul)
    files = [Lie(f"{name}.jsonl", text.encode(), Read([]), JSONL) for name, text in with_nul.items()]
    landed, *refused = land(deliver(tmp_path / "sources", [Lie("a.jsonl", others.encode(), Read([]), JSONL), *files]))
    wrong = [file.source_file for file in refused if "NUL" not in str(file.problem)]
    rows = pq.read_table(str(landed.staged)).sort_by("row_number").to_pylist()
    told = {name: text for name, text in texts.items() if name not in with_nul}
    for name, text, row in zip(told, told.values(), rows, strict=True):
        is_taken = row["landing_error"] is None
        if name[0] == "y" and (not is_taken or not is_same(row["title"], json.loads(text))):
            wrong.append(f"{name}: {row['landing_error']} {row['title']!r} {text!r}")
        if name[0] == "n" and is_taken and not closes_early(text):
            wrong.append(f"{name}: taken for {row['title']!r}")
    tally("bad inputs", tried=len(texts), crashes=0, silent_acceptances=len(wrong))
    assert wrong == []


def is_same(title: str | None, value: object) -> bool:
    """Whether a title is the JSON value: a text itself, all else as JSON, both without invisible characters."""
    if value is None or isinstance(value, str):
        return title == (normalised(value) if value else None)
    kept = normalised(json.dumps(value, ensure_ascii=False))
    return title is not None and kept is not None and json.loads(title) == json.loads(kept)


def closes_early(text: str) -> bool:
    """Whether a bad document becomes good inside an object, because it goes on with another key."""
    try:
        json.loads(f'{{"value":{text}}}')
    except (ValueError, RecursionError):
        return False
    return True


WHOLE = parquet(번호=["1", "2"], 등록일=[DAY, DAY], 제목=["서울", "부산"])
ROWS: list[Row] = [("1", DAY, "서울"), ("2", DAY, "부산")]


def not_utf8(kind: pa.DataType) -> pa.Array:
    """A text column whose bytes are CP949."""
    raw = pa.array(["서울".encode("cp949")], pa.binary())
    return raw.cast(kind) if kind == pa.binary() else pa.Array.from_buffers(kind, 1, raw.buffers())


def test_binary_files_that_lie_are_read_right_or_refused(tmp_path: Path, tally: Add) -> None:
    """P05, P25: cut off, of another kind, not UTF-8, swollen."""
    one: dict[str, Any] = {"번호": ["1"], "등록일": [DAY]}
    sheet = workbook(
        ["번호", "등록일", "제목"], ["1", DAY, "=HYPERLINK(1)"], ["번호", "등록일", "제목"], ["2", DAY, "부산"]
    )
    million = ["0" * 1_000_000] * 70
    lies = [
        Lie("whole.parquet", WHOLE, Read(ROWS), PARQUET),
        Lie("cut.parquet", WHOLE[:-9], Refused(["damaged or cut-off", "bytes"]), PARQUET),
        Lie("no_footer.parquet", WHOLE[:300], Refused(["damaged"]), PARQUET),
        Lie("magic.parquet", b"PAR1PAR1", Refused(["damaged"]), PARQUET),
        Lie("empty.parquet", b"", Refused(["damaged"]), PARQUET),
        Lie("csv.parquet", "번호,등록일\n1,2026-11-01\n".encode(), Refused(["damaged"]), PARQUET),
        Lie(
            "no_rows.parquet",
            parquet(번호=pa.array([], pa.string()), 등록일=pa.array([], pa.string())),
            Refused(["no data row"]),
            PARQUET,
        ),
        Lie("cp949.parquet", parquet(**one, 제목=not_utf8(pa.string())), Refused(["no UTF-8", "제목"]), PARQUET),
        Lie("bytes.parquet", parquet(**one, 제목=not_utf8(pa.binary())), Refused(["제목 binary"]), PARQUET),
        Lie("text_as_bytes.parquet", parquet(**one, 제목=pa.array(["서울".encode()])), Read(ROWS[:1]), PARQUET),
        Lie("nan.parquet", parquet(**one, 제목=[float("nan")]), Read([("1", DAY, "nan")]), PARQUET),
        Lie(
            "bomb.parquet",
            parquet(번호=["1"] * 70, 등록일=[DAY] * 70, 제목=pa.array(million, pa.large_string())),
            Refused(["unpacks to more than"]),
            PARQUET,
        ),
        Lie(
            "header_twice.xlsx",
            sheet,
            Quarantined({2: "header once more"}, [("1", DAY, None), ("2", DAY, "부산")]),
            XLSX,
        ),
        Lie("cut.xlsx", sheet[: len(sheet) // 2], Refused(["damaged or protected"]), XLSX),
        Lie("csv.xlsx", b"a,b\n1,2\n", Refused(["damaged or protected"]), XLSX),
        Lie("bomb.xlsx", swollen(sheet), Refused(["unpacks to more than"]), XLSX),
        Lie(
            "bomb.csv.gz",
            gzip.compress("번호,등록일\n".encode() + (b"1," + b"2" * 9_000 + b"\n") * 8_000, 1),
            Refused(["unpacks to more than"]),
        ),
    ]
    assert try_all(lies, tmp_path, tally) == []


def swollen(book: bytes) -> bytes:
    """A workbook that unpacks to 70 MB of blanks."""
    source, out = zipfile.ZipFile(io.BytesIO(book)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            target.writestr(entry.filename, source.read(entry))
            if entry.filename.endswith("sheet1.xml"):
                target.writestr("xl/worksheets/more.xml", b" " * 70_000_000)
    return out.getvalue()


@pytest.mark.slow
def test_reader_that_asks_for_too_much_memory_is_stopped_and_said_so(tmp_path: Path, tally: Add) -> None:
    big = parquet(번호=["1"], 등록일=[DAY], 제목=pa.array(["가" * 30_000_000], pa.large_string()))
    lie = Lie("big.parquet", big, Refused(["whose reader was stopped", "source_reader_mb"]), PARQUET)
    assert try_all([lie], tmp_path, tally, source_reader_mb=512) == []


def broken(content: bytes) -> Iterator[tuple[str, bytes]]:
    """160 ways to break a file: cut, one byte flipped, a stretch zeroed, a stretch doubled; the footer more often."""
    size = len(content)
    footer = size - 8 - int.from_bytes(content[-8:-4], "little")
    for number in range(30):
        yield f"cut{number}", content[: 1 + number * (size - 2) // 30]
        at = number * size // 30
        yield f"zeroed{number}", content[:at] + bytes(min(16, size - at)) + content[at + 16 :]
        yield f"doubled{number}", content[:at] + content[at : at + 20] + content[at:]
    for number in range(70):
        at = number * size // 35 if number < 35 else footer + (number - 35) * (size - footer) // 35
        yield f"flipped{number}", content[:at] + bytes([content[at] ^ (1 << number % 8)]) + content[at + 1 :]


# Of an optional column a broken name means that the column is absent, and nobody can tell.
ALL_REQUIRED = """
[columns]
posting_id = "번호"
registered_date = "등록일"
title = "제목"
updated_at = { delivery_date = true }
"""


@pytest.mark.slow
def test_broken_parquet_is_never_read_as_something_else(tmp_path: Path, tally: Add) -> None:
    """P25: what is read must be the rows that were written (a flip in a statistic changes none), or be refused."""
    numbers = [str(number) for number in range(200)]
    titles = [f"제목 {number % 7}" for number in range(200)]
    content = parquet(번호=numbers, 등록일=[DAY] * 200, 제목=titles)
    rows = Read([(number, DAY, title) for number, title in zip(numbers, titles, strict=True)])
    lies = [Lie(f"{name}.parquet", part, rows, PARQUET) for name, part in broken(content)]
    wrong = []
    for file in land(deliver(tmp_path / "sources", lies, ALL_REQUIRED)):
        (lie,) = [lie for lie in lies if lie.path == file.source_file]
        if file.problem is None and not file.duplicate_of and untold(lie, file):
            wrong.append(untold(lie, file))
        if file.problem is not None and untold(Lie(lie.name, b"", Refused([]), PARQUET), file):
            wrong.append(file.problem)
    tally("bad inputs", tried=len(lies), crashes=0, silent_acceptances=len(wrong))
    assert wrong == []
