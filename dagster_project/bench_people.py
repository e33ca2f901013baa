"""Rows of features__seekers and features__job_postings drawn straight from synthetic Korea, for benchmarks of matching.

The same people, wishes and postings as `goyong simulate` delivers, without the night between; only what matching reads
is filled. Do not put here: timing (bench_jobs.py) or what people and postings are (lake/sources/simulated).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.contracts.features import JOB_POSTINGS, SEEKERS
from lake.contracts.render import arrow_schema
from lake.contracts.scales import SCALE_NAMES
from lake.sources.simulated import activities, history, inventories, papers, people, postings, text
from lake.sources.simulated.choice import Board
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.world import World

BLOCK_PEOPLE = 65_536
FIRST_DAY_FILL_CHANCE = 0.1
_KEY_MIX = 0x9E3779B97F4A7C15  # people are numbered by region of the draw; keys must not follow their numbers


def seeker_blocks(world: World) -> Iterator[pa.RecordBatch]:
    """features__seekers rows of everybody who is registered on the first date."""
    for start in range(0, world.size.seekers, BLOCK_PEOPLE):
        yield seeker_rows(world, np.arange(start, min(start + BLOCK_PEOPLE, world.size.seekers)))


def seeker_rows(world: World, index: Ints) -> pa.RecordBatch:
    """features__seekers rows of the people numbered `index`."""
    person = people.attributes(world, index)
    registered = people.table(world, person, world.today)
    codes = {f"wanted_occupation_code_{place}": registered[f"희망직종{place}"] for place in (1, 2, 3)}
    codes |= {f"wanted_region_code_{place}": registered[f"희망지역{place}"] for place in (1, 2, 3)}
    names, skills, levels = _resume_texts(world, person)
    columns = {
        "seeker_key": _keys(index),
        "is_opted_out": pa.array(np.zeros(len(index), bool)),
        "is_profile_public": pc.equal(registered["인재정보공개"], "Y"),
        "education_code": text.labels([f"{code:02d}" for code in range(8)], person.education),
        "career_months": registered["총경력개월"],
        "home_region_code": registered["거주지역"],
        "career_occupation_code": registered["경력직종"],
        "last_occupation_code": registered["경력직종"],
        "wanted_wage_krw_month": registered["희망임금"],
        "wanted_employment_type_code": registered["희망고용형태"],
        "keywords_text": names,
        "skill_codes_text": skills,
        "skill_levels_text": levels,
        "certificate_names_text": _certificates(world, person),
        "applied_posting_ids_text": _applied(world, index),
        "wanted_occupations_count": pa.array((person.wishes >= 0).sum(axis=1).astype(np.int32)),
        "wanted_regions_count": pa.array((person.wanted_regions >= 0).sum(axis=1).astype(np.int32)),
        **codes,
        **_tests(world, person),
    }
    return _fill(columns, arrow_schema(SEEKERS), world, len(index))


def posting_rows(world: World, index: Ints | None = None) -> pa.Table:
    """features__job_postings rows of the postings open on the first date (or of those numbered `index`)."""
    numbers = np.arange(world.size.postings) if index is None else index
    drawn = postings.attributes(world, numbers)
    sent = postings.table(world, drawn, world.today)
    hours, monthly = drawn.hours, drawn.wage.astype(np.float64)
    by_type = [drawn.wage_type == kind for kind in (1, 2, 3)]
    per_month = [monthly / 12, monthly * hours * postings.HOURS_TO_MONTH, monthly * postings.DAYS_A_MONTH]
    career = pa.array(["Z", "N", "E"]).take(pa.array(drawn.career))
    company = pc.cast(pc.utf8_slice_codeunits(sent["busino"], 3), pa.int64()).to_numpy()
    sizes = world.counter.pick("company/size", company, [0.80, 0.13, 0.04, 0.03])
    columns = {
        "posting_id": sent["wantedAuthNo"],
        "company_id": sent["busino"],
        "title": sent["title"],
        "occupation_code": pc.utf8_slice_codeunits(sent["jobsCd"], 0, 4),
        "region_code": sent["region"],
        "min_education_code": text.labels([f"{code:02d}" for code in range(8)], drawn.education),
        "career_code": career,
        "min_career_months": sent["careerMonths"],
        "required_certificate_name": sent["certificate"],
        "wage_min_krw_month": pa.array(np.select(by_type, per_month, monthly).astype(np.int32)),
        "employment_type_code": sent["empTpCd"],
        "headcount": sent["collectPsncnt"],
        "closing_date": sent["closeDt"],
        "keywords_text": sent["srchKeywordNm"],
        "skill_codes_text": sent["skillCd"],
        "company_size_code": text.labels(postings.COMPANY_SIZES, sizes),
        "fill_chance_0_1": pa.array(np.full(len(numbers), FIRST_DAY_FILL_CHANCE)),
    }
    rows = pa.Table.from_batches([_fill(columns, arrow_schema(JOB_POSTINGS), world, len(numbers))])
    return rows.filter(pa.array(~drawn.is_suspended))


def application_rows(world: World, index: Ints) -> pa.Table:
    """Applications of the people numbered `index` as the first date shows them: one row a person and posting."""
    person = people.attributes(world, index)
    every_posting = postings.attributes(world, np.arange(postings.count_postings(world)))
    spells = history.draw_spells(world, person)
    sent = activities.applications(world, person, spells, Board.of(world, every_posting))
    rows = pa.concat_tables([part.rows.filter(pa.array(part.day <= world.today)) for part in sent])
    keys = _keys(index).take(pc.index_in(rows["주민등록번호"], value_set=person.resident_number))
    shown = pa.table(
        {
            "seeker_key": keys,
            "posting_id": rows["구인인증번호"],
            "applied_date": rows["지원일"],
            "result_code": rows["지원결과"],
        }
    )
    # The result's row comes after the pending one and takes its place.
    order = shown.append_column("is_pending", pc.equal(shown["result_code"], "PENDING")).sort_by(
        [("seeker_key", "ascending"), ("posting_id", "ascending"), ("is_pending", "ascending")]
    )
    first = order.group_by(["seeker_key", "posting_id"], use_threads=False).aggregate(
        [("applied_date", "first"), ("result_code", "first")]
    )
    return first.rename_columns(["seeker_key", "posting_id", "applied_date", "result_code"])


def _fill(columns: dict[str, pa.Array | pa.ChunkedArray], schema: pa.Schema, world: World, rows: int) -> pa.RecordBatch:
    """The columns as a batch of the contract; what is not given is null, the date is the first date."""
    arrays = []
    for field in schema:
        if field.name == "as_of":
            array = pa.repeat(pa.scalar(world.first_date, pa.date32()), rows)
        else:
            given = columns.get(field.name)
            array = pa.nulls(rows, field.type) if given is None else given
        joined = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        arrays.append(joined.cast(field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _keys(index: Ints) -> pa.Array:
    """A pseudonym's shape, 32 hexadecimal digits, different for everybody."""
    mixed = (index.astype(np.uint64) + np.uint64(1)) * np.uint64(_KEY_MIX)
    high = np.ascontiguousarray(mixed.astype(">u8")).view(np.uint8).reshape(-1, 8)
    low = np.ascontiguousarray(index.astype(">u8")).view(np.uint8).reshape(-1, 8)
    return pa.array([row.tobytes().hex() for row in np.concatenate([high, low], axis=1)])


def _resume_texts(world: World, person: people.People) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Skill names on the résumés of those who have one, the codes they stand for, and a level for half of these."""
    where = np.cumsum(person.has_resume) - 1
    place = pa.array(where, mask=~person.has_resume)
    written = papers.resumes(world, person).rows["핵심어"].combine_chunks()
    held = np.sort(papers.listed_skills(world, person), axis=1)  # codes stand in the order of their positions
    cell = person.index[person.has_resume][:, None] * 16 + np.arange(held.shape[1])
    near = (
        np.clip(person.education[person.has_resume], 2, 7)[:, None] - 1 + world.counter.integers("bench/level", cell, 3)
    )
    level = np.where(world.counter.chance("bench/level/known", cell, 0.5), near, 0)
    digits = pc.replace_substring(text.joined("012345678", np.where(held >= 0, level, -1)), ";", "")
    return written.take(place), text.joined(world.skill_codes, held).take(place), digits.take(place)


def _certificates(world: World, person: people.People) -> pa.Array:
    """The licence of the wanted occupation and the first other certificate, as `papers.certificates` gives them."""
    return text.joined(world.certificate_names, papers.held_certificates(world, person)[:, :2])


def _tests(world: World, person: people.People) -> dict[str, pa.Array]:
    """The scales that the first test of those who took one gives, careless or not; answers to items are left out."""
    sent = inventories.test_results(world, person)[0].rows
    place = pc.index_in(person.resident_number, value_set=sent["주민등록번호"].combine_chunks())
    headers = zip(SCALE_NAMES, inventories.SCALE_HEADERS, strict=True)
    columns = {name: sent[header].combine_chunks().take(place) for name, header in headers}
    return columns | {"tested_date": sent["검사일"].combine_chunks().take(place)}


def _applied(world: World, index: Ints) -> pa.Array:
    """One open posting that a third of the people applied to already."""
    draw = world.counter
    number = draw.integers("bench/applied", index, max(world.size.postings, 1))
    ids = text.padded("KSYN", number, 9)
    return pc.if_else(pa.array(draw.chance("bench/applies", index, 0.33)), ids, pa.scalar(None, pa.string()))
