"""An analyst's answer as text, JSON or CSV. CSV is UTF-8 with a byte order mark and formula-safe.

Do not put here: running the query (analyst.py), the files of exports (lake/export_files.py).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboards.analyst import Answer, QueryRefused
from lake.formula_safe import guard


def as_text(answer: Answer) -> str:
    """Columns side by side, as wide as their widest value."""
    lines = [answer.names, *([_shown(value) for value in row] for row in answer.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(f"{v:<{width}}" for v, width in zip(line, widths, strict=True)) for line in lines)


def as_json(answer: Answer) -> str:
    """A list of objects, one a row."""
    rows = [dict(zip(_unique(answer.names), row, strict=True)) for row in answer.rows]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def as_csv(answer: Answer) -> str:
    """CSV with a header; lists and structures as JSON; an empty cell is NULL."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([guard(name) for name in answer.names])
    writer.writerows([_csv_value(value) for value in row] for row in answer.rows)
    return "\ufeff" + out.getvalue().removesuffix("\n")


FORMATS: dict[str, Callable[[Answer], str]] = {"text": as_text, "json": as_json, "csv": as_csv}


def require_format(name: str) -> Callable[[Answer], str]:
    """The renderer called `name`; raises QueryRefused naming the known ones."""
    if name not in FORMATS:
        raise QueryRefused(f"format {name[:40]!r}; expected one of {', '.join(FORMATS)}")
    return FORMATS[name]


def write_answer(file: Path, text: str) -> None:
    """Write `text` aside and rename it; raises QueryRefused where no file can be written."""
    aside = file.with_name(f".{file.name}.writing")
    try:
        aside.write_text(text + "\n", encoding="utf-8")
        aside.replace(file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise QueryRefused(f"{file.name}: cannot be written ({reason}). Do: --out another file") from error


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _csv_value(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    return guard(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _unique(names: list[str]) -> list[str]:
    """Names of a JSON object: the second `a` becomes `a_1`."""
    found: list[str] = []
    for name in names:
        number, free = 0, name
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found.append(free)
    return found
