"""Free-text titles from a file answered with the five likeliest KECO groups each, and measured where the code is known.

Must not hold: how a title is linked (lake/titles.py). A dictionary is Parquet, CSV or JSON Lines under its source's
column names or ours. Spaces, brackets, full-width and decomposed letters make no difference to an answer.
"""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lake.file_sync import write_durably
from lake.sources.decode import utf8_blocks
from lake.sources.errors import SourceFileError
from lake.titles import COLUMNS, TitleLinker, dictionary_titles, join_words, title_variants
from ml.tabular.errors import TableFileMissingError, TabularError
from ml.tabular.read import read_table

PLACES = 5
QUERY, CODE = "query", "code"
HEADER = ("query", "rank", "code", "score")
# Our name of a column, and under which names sources send it.
_NAMES = {
    "occupation_code": ("occupation_code", "dJobECd", "keco_code", "KECO", "keco", "code"),
    "occupation_name": ("occupation_name", "dJobECdNm", "keco_name"),
    "title": ("title", "dJobNm"),
    "similar_titles_text": ("similar_titles_text", "similarNm", "similar_titles"),
}
_OPTIONAL = ("occupation_name",)
_CODE_IN_NAME = re.compile(r"^\[\d+\]\s*")
_CODE_DIGITS = 4


class TitleFileError(TabularError):
    """A dictionary that cannot be read."""


class TitleColumnError(TabularError):
    """A dictionary or a file of queries lacks a column."""

    exit_code = 2


@dataclass(frozen=True, eq=False)
class Answers:
    """Per query up to five (code, score), best first; `codes` where the file says what is right."""

    queries: tuple[str, ...]
    found: tuple[list[tuple[str, float]], ...]
    codes: tuple[str | None, ...] | None


def answer_titles(dictionary: Path, queries: Path, *, leave_out: bool = False) -> Answers:
    """The groups of each query; `leave_out` takes each query's own title under its code out of the dictionary."""
    known = read_dictionary(dictionary)
    asked, codes = read_queries(queries)
    if leave_out and codes is None:
        raise TitleColumnError(
            f"{queries}, header", found=f"no column {CODE}", expected="it", action="add it, or leave nothing out"
        )
    pairs = {(code, title.replace(" ", "")) for code, title in dictionary_titles(known)}
    if leave_out and codes:
        pairs -= {(code, title) for code, text in zip(codes, asked, strict=True) if code for title in _own_titles(text)}
    if not pairs:
        raise TitleFileError(
            str(dictionary), found="no title with a code", expected="titles", action="check the columns"
        )
    # No least likeness: the score says how faint an answer is. What shares no letter with any title gets none.
    linker = TitleLinker.from_pairs(pairs, minimum_similarity=0.0)
    letters = {letter for _, title in pairs for letter in title}
    parts = [[part for part in join_words(text).split(";") if not letters.isdisjoint(part)] for text in asked]
    return Answers(asked, tuple(linker.top([";".join(kept) for kept in parts], PLACES)), codes)


def read_dictionary(path: Path) -> pa.Table:
    """A dictionary as `lake.titles.COLUMNS`, all text; codes with their leading zeros back."""
    rows = _read_rows(path)
    columns: dict[str, pa.Array] = {}
    for ours, theirs in _NAMES.items():
        name = next((name for name in theirs if name in rows), None)
        if name is None and ours not in _OPTIONAL:
            raise TitleColumnError(
                f"{path}, header",
                found=f"no column for {ours} among {', '.join(sorted(rows)[:20])}",
                expected=f"one of {', '.join(theirs)}",
                action="rename it",
            )
        values: Sequence[Any] = rows[name] if name else [None] * len(rows[next(iter(rows))])
        columns[ours] = pa.array([_as_text(value) for value in values], pa.string())
    codes = [code.zfill(_CODE_DIGITS) if code and code.isdigit() else code for code in columns[COLUMNS[0]].to_pylist()]
    names = [_CODE_IN_NAME.sub("", name) if name else name for name in columns[COLUMNS[1]].to_pylist()]
    bare = {"occupation_code": pa.array(codes, pa.string()), "occupation_name": pa.array(names, pa.string())}
    return pa.table({**columns, **bare})


def read_queries(path: Path) -> tuple[tuple[str, ...], tuple[str | None, ...] | None]:
    """The column `query` of a CSV file, empty where nothing stands, and `code` where there is one."""
    table = read_table(path)
    if QUERY not in table.column_names:
        raise TitleColumnError(
            f"{path}, header",
            found=f"columns {', '.join(table.column_names[:20])}",
            expected=f"a column {QUERY}",
            action="rename it",
        )
    queries = tuple(text or "" for text in table.column(QUERY).to_pylist())
    if CODE not in table.column_names:
        return queries, None
    codes = table.column(CODE).to_pylist()
    return queries, tuple(code.zfill(_CODE_DIGITS) if code and code.isdigit() else code for code in codes)


def write_titles(answers: Answers, path: Path) -> None:
    """Writes `query,rank,code,score`, best first; a reader never sees half a file."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(HEADER)
    for query, found in zip(answers.queries, answers.found, strict=True):
        writer.writerows([query, rank, code, f"{score:.5f}"] for rank, (code, score) in enumerate(found, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, sink.getvalue().encode())


def describe_titles(answers: Answers) -> str:
    """How many queries were answered, and the hit rates where codes are known."""
    count = sum(bool(found) for found in answers.found)
    lines = [f"answered {count:,} of {len(answers.queries):,} queries"]
    if answers.codes is not None:
        judged = [(code, found) for code, found in zip(answers.codes, answers.found, strict=True) if code]
        for places in (1, PLACES) if judged else ():
            lines.append(f"hit@{places} {hit_rate(judged, places):.4f} of {len(judged):,} queries with a code")
    return "\n".join(lines)


def hit_rate(judged: Sequence[tuple[str, list[tuple[str, float]]]], places: int) -> float:
    """The share of (right code, found) whose right code stands in the first places."""
    return float(np.mean([code in [name for name, _ in found[:places]] for code, found in judged]))


def _own_titles(text: str) -> set[str]:
    """The query as a title of the dictionary, under each of its variants."""
    return {join_words(text), *(variant.replace(" ", "") for variant in title_variants(text))}


def _as_text(value: Any) -> str | None:
    """A cell as text; lists of titles with commas between."""
    if value is None or value == "":
        return None
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _read_rows(path: Path) -> dict[str, list[Any]]:
    """Columns of a Parquet, JSON Lines or (any other name) CSV file."""
    if not path.is_file():
        raise TableFileMissingError(str(path), found="no file", expected="a dictionary", action="check the path")
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        try:
            rows: dict[str, list[Any]] = pq.read_table(path).to_pydict()
        except (pa.ArrowException, OSError) as error:
            raise TitleFileError(
                str(path), found="a damaged file", expected="Parquet", action="fetch it again"
            ) from error
    elif suffix in (".jsonl", ".ndjson", ".json"):
        rows = _read_json_lines(path)
    else:
        rows = read_table(path).to_pydict()
    if not rows or not len(next(iter(rows.values()))):
        raise TitleFileError(str(path), found="no rows", expected="occupations", action="check the file")
    return rows


def _read_json_lines(path: Path) -> dict[str, list[Any]]:
    """Columns of one JSON object on each line, in which any key may be missing."""
    try:
        lines = b"".join(utf8_blocks(path, "utf-8", label=str(path))).decode().split("\n")
    except SourceFileError as error:
        raise TitleFileError(
            str(path), found="no UTF-8 text", expected="JSON Lines", action="save it as UTF-8"
        ) from error
    objects: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            parsed = json.loads(line)
        except json.JSONDecodeError:
            parsed = None
        if not isinstance(parsed, dict):
            raise TitleFileError(
                f"{path}, line {number}", found="no JSON object", expected="one on each line", action="correct it"
            )
        objects.append(parsed)
    names = sorted({name for parsed in objects for name in parsed})
    return {name: [parsed.get(name) for parsed in objects] for name in names}
