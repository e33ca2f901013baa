"""A folder of résumés, postings and applications as one market: who applied where, and what both sides say.

Must not hold: learning or scoring. People are the résumés of resume.csv, all of them, in the order of their ids; so are
the postings of recruitment.csv. A 0 in a salary, a year or a grade means that nothing was entered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import scipy.sparse as sp

from ml.job_recommendation.errors import DayFormatError, DuplicateIdError, JobColumnError, UnknownIdError
from ml.job_recommendation.words import number_values, weigh_words
from ml.tabular.errors import MissingIdError
from ml.tabular.read import first_row, read_numbers, read_table

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

PERSON, POSTING = "resume_seq", "recruitment_seq"
_APPLICATIONS, _PEOPLE, _POSTINGS = "apply_public.csv", "resume.csv", "recruitment.csv"
_EDUCATION, _COMPANY = "resume_education.csv", "company.csv"
_CERTIFICATES, _LANGUAGES = "resume_certificate.csv", "resume_language.csv"
_DAYS = ("reg_date", "updated_date")
_NUMBERS = ("degree", "graduate_date", "hope_salary", "last_salary", "career_month")
_WISHES = ("job_code_seq1", "job_code_seq2", "job_code_seq3")
_SCHOOL = ("hischool_gender", "hischool_location_seq", "univ_location", "univ_major_type", "univ_type_seq2")
_OFFER = ("education", "major_task", "qualifications", "text_keyword")
_FIRM = ("company_type_seq", "supply_kind", "employee")
_NEEDED = {
    _APPLICATIONS: (PERSON, POSTING),
    _PEOPLE: (PERSON, *_DAYS, *_NUMBERS, *_WISHES, "text_keyword", "career_job_code"),
    _EDUCATION: (PERSON, "univ_score", *_SCHOOL),
    _CERTIFICATES: (PERSON, "certificate_contents"),
    _LANGUAGES: (PERSON, "language", "exam_name"),
    _POSTINGS: (POSTING, "address_seq1", "address_seq2", "check_box_keyword", *_OFFER),
    _COMPANY: (POSTING, *_FIRM),
}
_ONE_ROW_EACH = (_PEOPLE, _EDUCATION, _POSTINGS, _COMPANY)
_LEAST_PEOPLE_OF_A_WORD = 2


@dataclass(frozen=True, eq=False)
class Market:
    """People (n,) and postings (m,) by id, and who applied where (n, m) as float32 ones.

    People have `numbers` (n,), NaN where missing, `groups` (n,), -1 where missing, and `words` (n, words); postings
    have `traits` (m,), -1 where missing, and `demands` (m, words). `repeated` applications count once.
    """

    people: tuple[str, ...]
    postings: tuple[str, ...]
    applied: sp.csr_matrix
    numbers: dict[str, FloatArray]
    groups: dict[str, IntArray]
    words: sp.csr_matrix
    traits: dict[str, IntArray]
    demands: sp.csr_matrix
    repeated: int


def read_market(folder: Path) -> Market:
    """The folder's files; raises a TabularError that names the file and what is wrong with it."""
    tables = {name: _read_file(folder / name) for name in _NEEDED}
    people = tuple(sorted(tables[_PEOPLE].column(PERSON).to_pylist()))
    postings = tuple(sorted(tables[_POSTINGS].column(POSTING).to_pylist()))
    applied, repeated = _read_applications(tables[_APPLICATIONS], folder / _APPLICATIONS, people, postings)
    resumes = _align(tables[_PEOPLE], PERSON, people)
    schools = _align(tables[_EDUCATION], PERSON, people)
    offers = _align(tables[_POSTINGS], POSTING, postings)
    firms = _align(tables[_COMPANY], POSTING, postings)
    numbers = _read_amounts(resumes, folder / _PEOPLE)
    numbers["univ_score"] = _entered(_number(schools, "univ_score", folder / _EDUCATION))
    groups = {name: number_values(schools.column(name).to_pylist()) for name in _SCHOOL}
    return Market(
        people=people,
        postings=postings,
        applied=applied,
        numbers=numbers,
        groups=groups | {_WISHES[0]: number_values(resumes.column(_WISHES[0]).to_pylist())},
        words=weigh_words(
            _list_words(resumes, tables[_CERTIFICATES], tables[_LANGUAGES]), least=_LEAST_PEOPLE_OF_A_WORD
        ),
        traits=_read_traits(offers, firms),
        demands=weigh_words(_split(offers, "check_box_keyword", "box"), least=1),
        repeated=repeated,
    )


def _read_file(path: Path) -> pa.Table:
    """A file with the columns it needs, an id in every row and, where it has one row each, no id twice."""
    table = read_table(path)
    needed = _NEEDED[path.name]
    missing = [name for name in needed if name not in table.column_names]
    if missing:
        raise JobColumnError(
            f"{path}, header",
            found=f"no column {', '.join(missing)}",
            expected=", ".join(needed),
            action="add or rename it",
        )
    for name in (PERSON, POSTING):
        if name in needed and table.column(name).null_count:
            raise MissingIdError(
                f"{path}, column {name}, row {first_row(pc.is_null(table.column(name)))}",
                found="no id",
                expected="an id in every row",
                action="fill it",
            )
    if path.name in _ONE_ROW_EACH:
        _refuse_repeated(table.column(needed[0]), f"{path}, column {needed[0]}")
    return table


def _refuse_repeated(ids: pa.ChunkedArray, where: str) -> None:
    """An id names one row only."""
    repeated = ids.length() - pc.count_distinct(ids).as_py()
    if repeated:
        _, first = np.unique(np.array(ids.to_pylist(), dtype=np.str_), return_index=True)
        row = int(np.setdiff1d(np.arange(len(ids)), first)[0]) + 1
        raise DuplicateIdError(
            f"{where}, row {row}",
            found=f"an id that an earlier row has ({repeated:,} such rows)",
            expected="one row for each id",
            action="take the repeated rows away",
        )


def _read_applications(
    table: pa.Table, path: Path, people: Sequence[str], postings: Sequence[str]
) -> tuple[sp.csr_matrix, int]:
    """Who applied where (n, m), and how many rows say what an earlier one said."""
    places = []
    for name, known, file in ((PERSON, people, _PEOPLE), (POSTING, postings, _POSTINGS)):
        place = pc.index_in(table.column(name), value_set=pa.array(known, pa.string()))
        if place.null_count:
            raise UnknownIdError(
                f"{path}, column {name}, row {first_row(pc.is_null(place))}",
                found=f"an id that {file} does not have ({place.null_count:,} such rows)",
                expected=f"ids of {file}",
                action=f"add it to {file} or take the row away",
            )
        places.append(place.to_numpy().astype(np.int64))
    pairs = np.unique(np.stack(places, axis=1), axis=0)
    ones = np.ones(len(pairs), dtype=np.float32)
    applied = sp.csr_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(len(people), len(postings)))
    return applied, table.num_rows - len(pairs)


def _align(table: pa.Table, key: str, ids: Sequence[str]) -> pa.Table:
    """The table's rows in the order of ids, all missing where it has none."""
    ids_of_rows = table.column(key).combine_chunks()
    return table.take(pc.index_in(pa.array(ids, pa.string()), value_set=ids_of_rows))


def _read_amounts(resumes: pa.Table, path: Path) -> dict[str, FloatArray]:
    """What a résumé says in numbers (n,): days since 1970, years, amounts, and months of work as a logarithm."""
    amounts = {name: _days(resumes, name, path) for name in _DAYS}
    amounts |= {name: _entered(_number(resumes, name, path)) for name in _NUMBERS[:-1]}
    return amounts | {"career_month": np.log1p(np.maximum(_number(resumes, "career_month", path), 0.0))}


def _number(table: pa.Table, name: str, path: Path) -> FloatArray:
    numbers = pc.fill_null(read_numbers(table.column(name), f"{path}, column {name}"), float("nan"))
    return np.asarray(numbers.to_numpy(), dtype=np.float64)


def _entered(values: FloatArray) -> FloatArray:
    """NaN for what is not above 0."""
    with np.errstate(invalid="ignore"):
        return np.where(values > 0, values, np.nan)


def _days(table: pa.Table, name: str, path: Path) -> FloatArray:
    """Days since 1970 (n,), NaN where missing."""
    column = table.column(name)
    days = pc.strptime(column, format="%Y-%m-%d", unit="s", error_is_null=True)
    if days.null_count > column.null_count:
        raise DayFormatError(
            f"{path}, column {name}",
            found=f"{days.null_count - column.null_count:,} values that are no day",
            expected="YYYY-MM-DD",
            action="correct them",
        )
    seconds = pc.cast(pc.cast(days, pa.int64()), pa.float64())
    return np.asarray(pc.fill_null(pc.divide(seconds, 86_400.0), float("nan")).to_numpy(), dtype=np.float64)


def _list_words(resumes: pa.Table, certificates: pa.Table, languages: pa.Table) -> list[list[str]]:
    """What each résumé says in words: skills, past work, wished work, certificates and languages, each kind apart."""
    kinds: Mapping[str, str] = {"text_keyword": "skill", "career_job_code": "past"} | dict.fromkeys(_WISHES, "wish")
    parts = [_split(resumes, column, kind) for column, kind in kinds.items()]
    words = [[word for words in person for word in words] for person in zip(*parts, strict=True)]
    place = {name: row for row, name in enumerate(resumes.column(PERSON).to_pylist())}
    for person, name in _rows(certificates, "certificate_contents"):
        if name and person in place:
            words[place[person]].append(f"certificate {''.join(name.split())}")
    for person, language, exam in _rows(languages, "language", "exam_name"):
        if person in place:
            words[place[person]].append(f"language {language} {exam}")
    return words


def _rows(table: pa.Table, *columns: str) -> Iterator[tuple[str, ...]]:
    """Each row's person and columns."""
    return zip(*(table.column(name).to_pylist() for name in (PERSON, *columns)), strict=True)


def _split(table: pa.Table, column: str, kind: str) -> list[list[str]]:
    """The words of a column, separated by semicolons, with their kind in front."""
    return [
        [f"{kind} {word.strip()}" for word in (text or "").split(";") if word.strip()]
        for text in table.column(column).to_pylist()
    ]


def _read_traits(offers: pa.Table, firms: pa.Table) -> dict[str, IntArray]:
    """What a posting says (m,), as numbers; a firm is known by its kind, trade and size together."""
    places = zip(*(offers.column(name).to_pylist() for name in ("address_seq1", "address_seq2")), strict=True)
    boxes = [";".join(sorted(words)) or None for words in _split(offers, "check_box_keyword", "box")]
    firm = zip(*(firms.column(name).to_pylist() for name in _FIRM), strict=True)
    values: dict[str, list[str | None]] = {
        "place": [f"{first}|{second}" if first else None for first, second in places],
        "boxes": boxes,
        "firm": ["|".join(parts) if all(parts) else None for parts in firm],
    }
    values |= {name: offers.column(name).to_pylist() for name in _OFFER}
    values |= {name: firms.column(name).to_pylist() for name in _FIRM[:-1]}
    return {name: number_values(column) for name, column in values.items()}
