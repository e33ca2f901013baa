"""Survey files as one training matrix and one of the people asked about, aligned by the items' names.

Must not hold: what a value means (scales.py) or learning. The items are those of the test file: a training file with
some of them has the others missing, one with none of them (KNOW asks other items each year) is left out and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.occupation_survey.errors import NoItemError, SurveyColumnError, TooFewOccupationsError
from ml.tabular.errors import MissingIdError
from ml.tabular.read import first_row, read_numbers, read_table

FloatArray = npt.NDArray[np.float64]

DEFAULT_PREFIXES = "aq,iq,cq,sq,kq,saq,vq"
# Never inputs, whatever the prefixes: the job itself (KNOW's bq*, which hold sex and age too), sex and age.
_NEVER_PREFIX = "bq"
_NEVER_NAMES = ("sex", "gender", "age", "성별", "나이", "연령")


@dataclass(frozen=True)
class Roles:
    """What the options say of the columns: those that start with one of `prefixes` are items."""

    label: str
    id_column: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Surveys:
    """Answers as sent, NaN where missing: training (n, d) with its codes, and asked (m, d) with ids and known codes.

    `known` is None where the test file has no label; `notes` says what was left out.
    """

    items: tuple[str, ...]
    training: FloatArray
    codes: tuple[str, ...]
    keys: tuple[str, ...]
    asked: FloatArray
    ids: tuple[str, ...]
    known: tuple[str | None, ...] | None
    notes: tuple[str, ...]


def parse_prefixes(option: str | None) -> tuple[str, ...]:
    """Prefixes of a comma-separated option; KNOW's questionnaires without one."""
    return tuple(part.strip() for part in (option or DEFAULT_PREFIXES).split(",") if part.strip())


def read_surveys(training: Sequence[Path], test: Path, roles: Roles) -> Surveys:
    """The training files under each other and the test file, on the items of the test file."""
    tables = [(path, read_table(path)) for path in training]
    asked = read_table(test)
    _require(asked, test, roles.id_column, "--id")
    offered = {name for path, table in tables for name in _require_items(table, path, roles)}
    items = tuple(sorted(offered & set(_items(asked, roles))))
    if not items:
        raise NoItemError(
            f"{test}, header",
            found="no item of the training files",
            expected=f"columns that start with {', '.join(roles.prefixes)} and stand in a training file too",
            action="train on a file with the same questionnaire, or check --items",
        )
    parts, notes = [], []
    for path, table in tables:
        part = _read_part(table, path, roles, items)
        if part is None:
            notes.append(f"left out {path.name}: none of its items stands in {test.name}")
            continue
        if part.unlabelled:
            notes.append(f"left out {part.unlabelled:,} rows of {path.name} without an occupation")
        parts.append(part)
    codes = tuple(code for part in parts for code in part.codes)
    if len(set(codes)) < 2:
        raise TooFewOccupationsError(
            f"{', '.join(str(path) for path in training)}, column {roles.label}",
            found=f"{len(set(codes))} occupations in {len(codes)} rows",
            expected="at least 2",
            action="check --label and the files",
        )
    ids = asked.column(roles.id_column)
    if ids.null_count:
        raise MissingIdError(
            f"{test}, column {roles.id_column}, row {first_row(pc.is_null(ids))}",
            found="no id",
            expected="an id in every row",
            action="fill it",
        )
    known = tuple(asked.column(roles.label).to_pylist()) if roles.label in asked.column_names else None
    return Surveys(
        items=items,
        training=np.concatenate([part.answers for part in parts]),
        codes=codes,
        keys=tuple(key for part in parts for key in part.keys),
        asked=_numbers(asked, items, test),
        ids=tuple(ids.to_pylist()),
        known=known if known and any(known) else None,
        notes=tuple(notes),
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """The labelled rows of one training file."""

    answers: FloatArray
    codes: tuple[str, ...]
    keys: tuple[str, ...]
    unlabelled: int


def _require_items(table: pa.Table, path: Path, roles: Roles) -> list[str]:
    """Items of a training file, which must have some and the label."""
    _require(table, path, roles.label, "--label")
    names = _items(table, roles)
    if not names:
        raise NoItemError(
            f"{path}, header",
            found="no questionnaire item",
            expected=f"columns that start with {', '.join(roles.prefixes)} (never {_NEVER_PREFIX}*, sex or age)",
            action="check --items and the file",
        )
    return names


def _read_part(table: pa.Table, path: Path, roles: Roles, items: tuple[str, ...]) -> _Part | None:
    """The labelled rows of a training file; nothing where it has none of the items."""
    if not set(items) & set(table.column_names):
        return None
    has_label = pc.is_valid(table.column(roles.label))
    rows = np.flatnonzero(has_label.to_numpy())
    return _Part(
        _numbers(table, items, path)[rows],
        tuple(pc.drop_null(table.column(roles.label)).to_pylist()),
        tuple(f"{path.name}\t{row}" for row in rows),
        table.num_rows - len(rows),
    )


def _items(table: pa.Table, roles: Roles) -> list[str]:
    """Names of a file's items."""
    never = {roles.label, roles.id_column, *_NEVER_NAMES}
    return [
        name
        for name in table.column_names
        if name.startswith(roles.prefixes) and not name.startswith(_NEVER_PREFIX) and name not in never
    ]


def _require(table: pa.Table, path: Path, name: str, option: str) -> None:
    """An option names a column of the file."""
    if name not in table.column_names:
        raise SurveyColumnError(
            f"{path}, header",
            found=f"no column {name}",
            expected=f"the column that {option} names",
            action="check the spelling and the file",
        )


def _numbers(table: pa.Table, items: tuple[str, ...], path: Path) -> FloatArray:
    """Answers (n, d) as numbers; a column that is not there is missing in every row."""
    answers = np.full((table.num_rows, len(items)), np.nan)
    for place, name in enumerate(items):
        if name in table.column_names:
            column = read_numbers(table.column(name), f"{path}, column {name}")
            answers[:, place] = pc.cast(column, pa.float64()).to_numpy()
    return answers
