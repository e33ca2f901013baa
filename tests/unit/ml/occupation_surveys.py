"""Surveys of three occupations that anybody can tell apart: welders like tools, teachers people, clerks papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ml.occupation_survey import Roles, parse_prefixes, read_surveys
from ml.occupation_survey.read import Surveys

ITEMS = ("aq1_1", "aq1_2", "aq2_1", "aq2_2", "iq1", "iq2")
# Importance and level of tools, importance and level of papers, interest in people and in order.
TYPICAL = {
    "081201": ("5", "6", "1", "", "1", "3"),
    "021101": ("1", "", "3", "4", "5", "2"),
    "29301": ("1", "", "5", "6", "2", "5"),
}
ROLES = Roles("knowcode", "idx", parse_prefixes(None))


def people(each: int = 12, *, start: int = 0) -> list[tuple[str, ...]]:
    """Rows idx, six items, code: everybody as typical, every third a step lower in the last item."""
    rows = []
    for number in range(each):
        for code, answers in TYPICAL.items():
            last = str(int(answers[-1]) - (number % 3 == 0))
            rows.append((str(start + len(rows)), *answers[:-1], last, code))
    return rows


def write_survey(
    path: Path,
    rows: Sequence[Sequence[str]],
    *,
    columns: Sequence[str] = ("idx", *ITEMS, "knowcode"),
    encoding: str = "utf-8",
) -> Path:
    lines = [",".join(columns), *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def read(folder: Path, asked: Sequence[Sequence[str]], *, each: int = 12) -> Surveys:
    """Surveys of the usual people and of those asked."""
    training = write_survey(folder / "a.csv", people(each))
    return read_surveys([training], write_survey(folder / "t.csv", asked), ROLES)
