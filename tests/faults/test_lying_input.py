"""Text that lies: encodings, dialects, files cut off or put behind each other, columns that move, strange names.

P05, P06, P07, P08 at the level of landing. Do not put here: corpora and binary formats (test_lying_files.py).
"""

from __future__ import annotations

import gzip
import os
import unicodedata
from pathlib import Path

import pytest

from tests.faults.lying import DAY, Lie, Quarantined, Read, Refused, csv, deliver, land, try_all
from tests.faults.tally import Add

CP949, UTF16, TSV, JSONL = ("csv", "cp949"), ("csv", "utf-16"), ("tsv", "utf-8"), ("jsonl", "utf-8")
GOOD = csv("1,2026-11-01,서울", "2,2026-11-02,부산")
ROWS = [("1", "2026-11-01", "서울"), ("2", "2026-11-02", "부산")]
FIRST = ROWS[:1]
NFD = unicodedata.normalize("NFD", GOOD)
WIDE = csv("１,２０２６－１１－０１,Ａ급", "2\u00a0,2026-11-02,Ａ급", header="번호 ,등록일,제목")

ENCODINGS = [
    Lie("plain.csv", GOOD.encode(), Read(ROWS)),
    Lie("bom.csv", GOOD.encode("utf-8-sig"), Read(ROWS)),
    Lie("declared.csv", GOOD.encode("cp949"), Read(ROWS), CP949),
    Lie("utf16le.csv", b"\xff\xfe" + GOOD.encode("utf-16-le"), Read(ROWS), UTF16),
    Lie("utf16be.csv", b"\xfe\xff" + GOOD.encode("utf-16-be"), Read(ROWS), UTF16),
    Lie("cp949_as_utf8.csv", (GOOD * 2).encode("cp949"), Refused(["line 1", 'encoding = "cp949"'])),
    Lie("utf8_as_cp949.csv", (GOOD * 2).encode(), Refused(['encoding = "utf-8"']), CP949),
    Lie("bom_as_cp949.csv", (GOOD * 2).encode("utf-8-sig"), Refused(["byte order mark"]), CP949),
    Lie("utf16_as_utf8.csv", (GOOD * 2).encode("utf-16"), Refused(["UTF-16"])),
    Lie("utf16_without_bom.csv", GOOD.encode("utf-16-le"), Refused(["no UTF-16 byte order mark"]), UTF16),
    Lie("ascii_utf16.csv", "a,b\n1,2\n".encode("utf-16-le"), Refused(["NUL", "byte 1"])),
    Lie("utf16_odd.csv", GOOD.encode("utf-16")[:-1], Refused(["half a character"]), UTF16),
    Lie("utf16_surrogate.csv", GOOD.encode("utf-16") + b"\x00\xd8,\x00", Refused(["not utf-16"]), UTF16),
    Lie("mixed.csv", GOOD.encode() + "3,2026-11-03,대구\n".encode("cp949"), Refused(["line 4"])),
    Lie("mixed_949.csv", GOOD.encode("cp949") + "3,2026-11-03,바다\n".encode(), Refused(["line 4", "UTF-8"]), CP949),
    Lie(
        "mixed_late.csv",
        (csv("1,2026-11-01,바다", header="id,day,t").encode() + "2,2026-11-02,서울\n".encode("cp949")),
        Refused(["line 2", "UTF-8"]),
        CP949,
    ),
    Lie("overlong.csv", GOOD.encode() + b"3,2026-11-03,\xc0\xaf\n", Refused(["line 4"])),
    Lie("surrogate.csv", GOOD.encode() + b"3,2026-11-03,\xed\xa0\x80\n", Refused(["line 4"])),
    Lie("latin1.csv", GOOD.encode() + b"3,2026-11-03,caf\xe9\n", Refused(["line 4"])),
    Lie("nul.csv", GOOD.encode() + b"3,2026-11-03,a\x00b\n", Refused(["NUL", "line 4"])),
    Lie("sparse.csv", GOOD.encode() + bytes(4096), Refused(["NUL", "line 4"])),
    Lie("nfd.csv", NFD.encode(), Read(ROWS)),
    Lie("wide.csv", WIDE.encode(), Read([("1", "2026-11-01", "Ａ급"), ("2", "2026-11-02", "Ａ급")])),
    Lie("zero_width.csv", csv("\ufeff1,2026-11-\u200b01,서\u200d울").encode(), Read(FIRST)),
    Lie("nbsp.csv", csv("\u00a01\u3000,\u20032026-11-01,\u00a0서울\u00a0").encode(), Read(FIRST)),
    Lie(
        "hanja.csv",
        csv("1,2026-11-01,大韓民國 勞動部").encode("cp949"),
        Read([("1", "2026-11-01", "大韓民國 勞動部")]),
        CP949,
    ),
]

CUT = gzip.compress(GOOD.encode() * 50, mtime=0)
DIALECTS = [
    Lie("crlf.csv", GOOD.replace("\n", "\r\n").encode(), Read(ROWS)),
    Lie("cr.csv", GOOD.replace("\n", "\r").encode(), Read(ROWS)),
    Lie("mixed_ends.csv", "번호,등록일,제목\r\n1,2026-11-01,서울\n2,2026-11-02,부산\r".encode(), Read(ROWS)),
    Lie("no_last_end.csv", GOOD[:-1].encode(), Read(ROWS)),
    Lie("blank_lines.csv", ("\n\n" + GOOD.replace("\n", "\n\n")).encode(), Read(ROWS)),
    Lie("tabs.tsv", GOOD.replace(",", "\t").encode(), Read(ROWS), TSV),
    Lie("tabs.csv", GOOD.replace(",", "\t").encode(), Refused(["no column 번호"])),
    Lie("semicolons.csv", GOOD.replace(",", ";").encode(), Refused(["no column 번호"])),
    Lie("newline.csv", csv('1,2026-11-01,"서\n울"').encode(), Read([("1", "2026-11-01", "서\n울")])),
    Lie("doubled.csv", csv('1,2026-11-01,"""서"", 울"').encode(), Read([("1", "2026-11-01", '"서", 울')])),
    Lie("inches.csv", csv('1,2026-11-01,5" 화면').encode(), Read([("1", "2026-11-01", '5" 화면')])),
    Lie("ragged.csv", csv("1,2026-11-01,서울", "2", "3,a,b,c").encode(), Quarantined({2: "1 col", 3: "4 col"}, FIRST)),
    Lie("swallowed.csv", csv('1,2026-11-01,"서', "2,2026-11-02,울", '3,2026-11-03,"부').encode(), Refused(["line 4"])),
    Lie(
        "paired.csv",
        csv('"1,2026-11-01,서', "2,2026-11-02,울", '3",2026-11-03,부', "4,2026-11-04,산").encode(),
        Quarantined({1: "3 lines", 2: "3 lines", 3: "3 lines"}, [("4", "2026-11-04", "산")]),
    ),
    Lie(
        "broken.csv",
        csv('"1\n2",2026-11-01,서', "2,2026-11-02,울").encode(),
        Quarantined({1: "번호"}, [("2", "2026-11-02", "울")]),
    ),
    Lie("inner_quotes.csv", csv('1,2026-11-01,"서 "울" 시"').encode(), Refused(["line 2", "closing quote"])),
    Lie("open_quote.csv", csv('1,2026-11-01,"서').encode(), Refused(["never closed", "line 2"])),
    Lie("twice.csv", (GOOD * 2).encode(), Quarantined({3: "header once more"}, [*ROWS, *ROWS])),
    Lie("twice_bom.csv", (GOOD + "\ufeff" + GOOD).encode(), Quarantined({3: "header"}, [*ROWS, *ROWS])),
    Lie("twice_joined.csv", (GOOD[:-1] + GOOD).encode(), Quarantined({2: "5 col"}, [FIRST[0], *ROWS])),
    Lie("cut_in_row.csv", GOOD.encode()[:-12], Refused(["line 3", "columns"])),
    Lie("cut_in_letter.csv", GOOD.encode()[:-2], Refused(["half a character"])),
    Lie("cut.csv.gz", CUT[:-9], Refused(["gzip", "byte"])),
    Lie("cut_member.csv.gz", gzip.compress(GOOD.encode(), mtime=0) + CUT[:30], Refused(["gzip"])),
    Lie("members.csv.gz", gzip.compress(GOOD.encode()[:20]) + gzip.compress(GOOD.encode()[20:]), Read(ROWS)),
    Lie("flipped.csv.gz", CUT[:40] + bytes([CUT[40] ^ 255]) + CUT[41:], Refused(["gzip"])),
    Lie("trailing.csv.gz", gzip.compress(GOOD.encode()) + b"junk", Refused(["gzip"])),
    Lie("plain.csv.gz", GOOD.encode(), Refused(["gzip"])),
    Lie("empty.csv", b"", Refused(["no text"])),
    Lie("header_only.csv", csv().encode(), Refused(["no data row"])),
    Lie("html.csv", b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", Refused(["no column"])),
    Lie("huge.csv", csv("1,2026-11-01," + "가" * 3_500_000).encode(), Read([("1", "2026-11-01", "가" * 3_500_000)])),
    Lie("cut.jsonl", '{"번호":"1","등록일":"2026-11-01"}\n{"번호":"2","등'.encode(), Refused(["line 2"]), JSONL),
    Lie(
        "joined.jsonl",
        '{"번호":"1","등록일":"2026-11-01","제목":"서울"}\n{"번호":"2"}{"번호":"3"}\n'.encode(),
        Quarantined({2: "not valid JSON"}, FIRST),
        JSONL,
    ),
    Lie(
        "lax.jsonl",
        "".join(
            f'{{"번호":"1","등록일":"2026-11-01","제목":{value}}}\n'
            for value in ('"서울"', "NaN", "-Infinity", '"서울",', "[1,]")
        ).encode(),
        Quarantined({number: "not valid JSON" for number in (2, 3, 4, 5)}, FIRST),
        JSONL,
    ),
]

DRIFT = [
    Lie(
        "spellings.jsonl",
        "".join(
            f'{{"번호":"1","등록일":"2026-11-01",{titles}}}\n'
            for titles in (
                '"제목":"서울"',
                '" 제 목":"서울"',
                '"제목":"서울"," 제목":"부산"',
                '"제목":"서울","제목":"부산"',
            )
        ).encode(),
        Quarantined({3: "two values", 4: "two values"}, FIRST * 2),
        JSONL,
    ),
    Lie("reordered.csv", csv("서울,2026-11-01,1", header="제목,등록일,번호").encode(), Read(FIRST)),
    Lie("added.csv", csv("1,x,2026-11-01,서울", header="번호,새열,등록일,제목").encode(), Read(FIRST)),
    Lie("dropped.csv", csv("1,서울", header="번호,제목").encode(), Refused(["no column 등록일"])),
    Lie("optional.csv", csv("1,2026-11-01", header="번호,등록일").encode(), Read([("1", "2026-11-01", None)])),
    Lie("renamed.csv", csv("1,2026-11-01,서울", header="번호,등록일자,제목").encode(), Refused(["nearest: 등록일자"])),
    Lie("doubled_name.csv", csv("1,2,2026-11-01", header="번호,번호,등록일").encode(), Refused(["more than once"])),
    Lie("spaces.csv", csv("1,2026-11-01,서울", header=" 번 호 ,등록일\u200b, 제목").encode(), Read(FIRST)),
    Lie("no_header.csv", b"900101,2026-11-01,x\n900102,2026-11-01,y\n", Refused(["holds data"])),
    Lie(
        "long_header.csv",
        csv("1,2026-11-01", header="번호,등록일," + "가" * 100_000).encode(),
        Quarantined({1: "2 c"}, []),
    ),
    Lie(
        "formula.csv",
        csv('1,2026-11-01,"=HYPERLINK(""http://x"",""y"")"').encode(),
        Read([("1", "2026-11-01", '=HYPERLINK("http://x","y")')]),
    ),
    Lie("%2e%2e%2f..%2fetc%2fpasswd.csv", GOOD.encode() + b"7,2026-11-01,\n", Read([*ROWS, ("7", "2026-11-01", None)])),
    Lie("con.csv", GOOD.encode() + b"8,2026-11-01,\n", Read([*ROWS, ("8", "2026-11-01", None)])),
    Lie("가" * 80 + ".csv", GOOD.encode() + b"9,2026-11-01,\n", Read([*ROWS, ("9", "2026-11-01", None)])),
]


@pytest.mark.parametrize("lies", [ENCODINGS, DIALECTS, DRIFT], ids=["encodings", "dialects", "drift"])
def test_text_that_lies_is_read_right_or_refused_by_name(lies: list[Lie], tmp_path: Path, tally: Add) -> None:
    """P05 to P08."""
    assert try_all(lies, tmp_path, tally) == []


def test_links_pipes_and_unprintable_names_are_refused_unopened(tmp_path: Path, tally: Add) -> None:
    """Names like paths."""
    sources = deliver(tmp_path / "sources", [])
    folder = sources / DAY.isoformat() / "csv_utf-8"
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD, encoding="utf-8")
    (folder / "link.csv").symlink_to(outside)
    (folder / "loop").symlink_to(sources)
    os.mkfifo(folder / "pipe.csv")
    strange = [b"new\nline.csv", b"\xbc\xad\xbf\xef.csv", b"bell\x07.csv", b"folder\x1b[2J"]
    for name in strange[:3]:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(GOOD, encoding="utf-8")
    inner = Path(os.fsdecode(os.fsencode(folder) + b"/" + strange[3]))
    inner.mkdir()
    (inner / "a.csv").write_text(GOOD, encoding="utf-8")
    landed = land(sources)
    assert [file.staged for file in landed] == [None] * 7
    assert all(" Do: " in str(file.problem) and str(file.problem).isprintable() for file in landed)
    tally("bad inputs", tried=7, crashes=0, silent_acceptances=0)


def test_part_of_a_delta_table_is_refused(tmp_path: Path, tally: Add) -> None:
    """P25: parts that the log has removed would come back to life."""
    sources = deliver(tmp_path / "sources", [Lie("part-0.csv", GOOD.encode(), Read(ROWS))])
    (sources / DAY.isoformat() / "csv_utf-8" / "_delta_log").mkdir()
    (landed,) = land(sources)
    assert "part of a Delta table" in str(landed.problem)
    tally("bad inputs", tried=1, crashes=0, silent_acceptances=0)
