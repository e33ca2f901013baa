"""People who exist nowhere else, planted into deliveries, and the search for any trace of them in any byte.

Put here: who they are, where they are planted, how they are looked for. Do not put here: nights, expectations.
Every name begins with two syllables that no text of ours has, every address with one street, every e-mail address
with one word, so one search for each stem in each encoding finds all.
"""

from __future__ import annotations

import base64
import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pipeline.readers import contents

PLANTED = 200
_ENCODINGS = ("utf-8", "cp949", "utf-16-le", "utf-16-be")
_STEMS = ("뷁쀏", "카나리아시 없는로", "canary-planted", "700101-98", "70010198", "010-1777-1", "01017771")


@dataclass(frozen=True)
class Canary:
    """One planted person."""

    number: int

    @property
    def name(self) -> str:
        """Three syllables, the third is this person's own."""
        return "뷁쀏" + chr(0xAC00 + 28 * self.number + 4)

    @property
    def phone(self) -> str:
        """In a range that no subscriber has."""
        return f"010-1777-1{self.number:03}"

    @property
    def email(self) -> str:
        """At a domain that cannot exist."""
        return f"canary-planted-{self.number:03}@example.com"

    @property
    def address(self) -> str:
        """In a town that does not exist."""
        return f"카나리아시 없는로 {self.number + 1}번길 77"

    @property
    def resident_number(self) -> str:
        """An impossible one: nobody's serial begins with 9."""
        return f"700101-98{self.number:05}"

    @property
    def values(self) -> tuple[str, ...]:
        """All five, as planted."""
        return self.name, self.phone, self.email, self.address, self.resident_number


EVERYBODY = tuple(Canary(number) for number in range(PLANTED))
NORMAL, MISPLACED, BROKEN, REFUSED, MISENCODED, POSTED, NAMED = (
    EVERYBODY[start:stop]
    for start, stop in ((0, 80), (80, 110), (110, 130), (130, 150), (150, 170), (170, 185), (185, 200))
)


def plant(folder: Path) -> None:
    """Into the delivery of one date, beside what is there: rows and files made from its own first rows."""
    seekers, resumes = _rows(folder / "seekers_0000.csv"), _rows(folder / "resumes_0000.csv")
    header, sample = seekers[0], next(row for row in seekers[1:] if row[seekers[0].index("학력")])
    _write(folder / "seekers_0005.csv", [header, *(_seeker(header, sample, who) for who in NORMAL)])
    _write(
        folder / "resumes_0005.csv", [resumes[0], *(_resume(resumes[0], resumes[1], who) for who in NORMAL + MISPLACED)]
    )
    _write(folder / "seekers_0006.csv", [header, *(_misplaced(header, sample, who) for who in MISPLACED)])
    broken = [_seeker(header, sample, who) for who in BROKEN]
    cut = [row[:-2] if number % 2 else [*row, row[1]] for number, row in enumerate(broken)]
    _write(folder / "seekers_0007.csv", [header, _seeker(header, sample, BROKEN[0]), *cut])
    half = _text([header, *(_seeker(header, sample, who) for who in REFUSED)])
    (folder / "seekers_0008.csv").write_text(half[:-60], encoding="utf-8")
    text = _text([header, *(_seeker(header, sample, who) for who in MISENCODED)])
    (folder / "seekers_0009.csv").write_bytes(text.encode("cp949"))
    postings = _rows(folder / "job_postings_0000.csv")
    _write(
        folder / "job_postings_0005.csv", [postings[0], *(_posting(postings[0], postings[1], who) for who in POSTED)]
    )
    for who in NAMED:
        row = _seeker(header, sample, who)
        _write(folder / f"seekers_{who.phone if who.number % 2 else who.resident_number}.csv", [header, row])
    _write(folder / f"문의_{NAMED[0].email}.csv", [["문의"], [" ".join(NAMED[0].values)]])


def traces(paths: Iterable[Path], people: Sequence[Canary] = EVERYBODY) -> set[tuple[str, str]]:
    """(file, value) of every planted value in the bytes of files and in what their readers see, in any writing."""
    stems = {needle for stem in _STEMS for needle in _needles(stem)}
    found = set()
    for path in paths:
        for content in (path.name.encode(), *contents(path)):
            if any(stem in content for stem in stems):
                found |= {
                    (path.name, value)
                    for who in people
                    for value in who.values
                    if any(needle in content for needle in _needles(value))
                }
    return found


def _needles(value: str) -> set[bytes]:
    """A value in four encodings, composed and not, with and without separators, and all that as base64 and as hex."""
    spellings = {value, unicodedata.normalize("NFD", value), value.replace("-", ""), value.replace(" ", "")}
    plain = {
        spelling.encode(encoding, errors="ignore") for spelling in spellings for encoding in _ENCODINGS
    }  # fmt: skip
    plain = {needle for needle in plain if len(needle) > 3}
    coded = set()
    for needle in plain:
        coded |= {needle.hex().encode(), needle.hex().upper().encode()}
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + needle)
            kept = whole[[0, 2, 3][shift] :].rstrip(b"=")
            coded.add(kept[: len(kept) - 1] if (len(needle) + shift) % 3 else kept)
    return plain | {needle for needle in coded if len(needle) > 4}


def _seeker(header: Sequence[str], sample: Sequence[str], who: Canary) -> list[str]:
    return _changed(
        header,
        sample,
        {
            "주민등록번호": who.resident_number,
            "성명": who.name,
            "휴대전화": who.phone,
            "이메일": who.email,
            "주소": who.address,
        },
    )


def _misplaced(header: Sequence[str], sample: Sequence[str], who: Canary) -> list[str]:
    """Everything once more in columns where it does not belong."""
    wrong = {"학력": who.name, "희망임금": who.phone, "희망직종1": who.email, "거주지역": who.address}
    return _changed(header, _seeker(header, sample, who), wrong | {"생년월일": who.resident_number})


def _resume(header: Sequence[str], sample: Sequence[str], who: Canary) -> list[str]:
    words = (
        f"용접;{who.name} 010 1777 1{who.number:03};{who.email};{who.address.replace(' ', '  ')};{who.resident_number}"
    )
    return _changed(header, sample, {"주민등록번호": who.resident_number, "핵심어": words})


def _posting(header: Sequence[str], sample: Sequence[str], who: Canary) -> list[str]:
    """What has a form: nobody can tell a name in the text of a company."""
    title = f"(합성) 문의 {who.phone} {who.email} {who.resident_number}"
    return _changed(
        header, sample, {"wantedAuthNo": f"KSYNCANARY{who.number:03}", "title": title, "srchKeywordNm": title}
    )


def _changed(header: Sequence[str], row: Sequence[str], values: dict[str, str]) -> list[str]:
    assert set(values) <= set(header)
    return [values.get(name, cell) for name, cell in zip(header, row, strict=True)]


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def _text(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _write(file: Path, rows: Sequence[Sequence[str]]) -> None:
    file.write_text(_text(rows), encoding="utf-8")
