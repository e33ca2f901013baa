"""The chance that one application is hired: what teaches it, and the learned terms that matching reads.

PAIR_INPUTS names the only facts the chance may see, each about person and posting together or about the posting. A
null is "not known". Do not put here: sex, age, nationality, disability; who is recommended what (answers.py).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes, silver
from lake.contracts import columns as c
from lake.contracts.model import CodeList, Column, Kind, Privacy, Table

OCCUPATION_WISH = CodeList(
    "occupation_wish",
    "희망직종과의 관계",
    {
        "FIRST": "1순위 희망직종",
        "SECOND": "2순위 희망직종",
        "THIRD": "3순위 희망직종",
        "MINOR": "희망직종과 같은 소분류(3자리)",
        "MIDDLE": "희망직종과 같은 중분류(2자리)",
        "MAJOR": "희망직종과 같은 대분류(1자리)",
        "OTHER": "다른 직종",
    },
)
OCCUPATION_CAREER = CodeList(
    "occupation_career",
    "경력 직종과의 관계",
    {
        "SAME": "경력 직종과 같음",
        "MINOR": "경력 직종과 같은 소분류(3자리)",
        "MIDDLE": "경력 직종과 같은 중분류(2자리)",
        "MAJOR": "경력 직종과 같은 대분류(1자리)",
        "OTHER": "다른 직종",
    },
)
REGION_WISH = CodeList("region_wish", "희망지역과의 관계", {"WANTED": "희망지역", "NOT_WANTED": "희망지역 아님"})
EDUCATION_MARGIN = CodeList(
    "education_margin",
    "학력 조건과의 관계",
    {"NOT_ASKED": "학력무관", "SHORT": "못 미침", "EXACT": "같음", "ABOVE": "넘음"},
)
CAREER_MARGIN = CodeList(
    "career_margin",
    "경력 조건과의 관계",
    {
        "NOT_ASKED": "경력무관",
        "NEWCOMER": "신입 공고에 경력 1년 미만",
        "NOT_NEWCOMER": "신입 공고에 경력 1년 이상",
        "SHORT": "못 미침",
        "MET": "채움",
        "AMPLE": "3년 넘게 넘음",
    },
)
TYPE_WISH = CodeList("type_wish", "희망 고용형태와의 관계", {"SAME": "같음", "DIFFERENT": "다름"})


def _coded(name: str, codelist: CodeList) -> Column:
    return Column(name, Kind.STRING, codelist.label, codes=codelist, privacy=Privacy.PERSONAL, delivered=False)


_INPUTS = (
    _coded("wish_relation_code", OCCUPATION_WISH),
    _coded("career_relation_code", OCCUPATION_CAREER),
    _coded("region_relation_code", REGION_WISH),
    _coded("education_relation_code", EDUCATION_MARGIN),
    _coded("experience_relation_code", CAREER_MARGIN),
    _coded("employment_type_relation_code", TYPE_WISH),
    Column("company_size_code", Kind.STRING, "기업규모", codes=codes.COMPANY_SIZE, delivered=False),
    replace(
        c.number("distance_km", "거주지와 근무지의 거리", "두 시도청 사이. 같은 시도는 0", unit="km").derived(),
        minimum=0,
        privacy=Privacy.PERSONAL,
    ),
    replace(
        c.number("offer_wish_ratio", "공고 임금 ÷ 희망임금", unit="배").derived(), minimum=0, privacy=Privacy.PERSONAL
    ),
    silver.JOB_POSTINGS.column("headcount").derived(),
    c.share(
        "fill_chance_0_1",
        "지원 한 건의 채용 가능성",
        "직업별 앞선 지원의 채용 비율(당김 추정). 지원한 달의 앞까지만 셈",
    ).derived(),
)
PAIR_INPUTS: tuple[str, ...] = tuple(column.name for column in _INPUTS)
"""Coded inputs first, then numbers: the order of every array of pair values and of every sum of terms."""

APPLICATION_PAIRS = Table(
    id="features__application_pairs",
    label="결과가 나온 지원",
    description="지원한 날의 희망과 경력으로 본 구직자와 공고의 맞음과 그 결과. 채용 가능성을 배우는 데 쓴다. "
    "결과가 치우치지 않도록 60일이 지난 지원만, 필요한 자격증이 있는 지원만 담는다. 지원이 많으면 일부만 뽑는다.",
    grain="한 행 = 지원 한 건, 한 기준일",
    key=("as_of", "seeker_key", "posting_id"),
    columns=(
        c.AS_OF,
        c.SEEKER_KEY,
        c.POSTING_ID,
        c.day("applied_date", "지원일").required().derived(),
        Column("is_hired", Kind.BOOLEAN, "채용되었는가", nullable=False, privacy=Privacy.PERSONAL, delivered=False),
        *_INPUTS,
    ),
    partition_by=("as_of",),
    sort_by=("seeker_key", "posting_id"),
)

INTERCEPT = "intercept"
CHANCE_BASIS = CodeList(
    "chance_basis",
    "채용 가능성의 근거",
    {"LEARNED": "지난 지원에서 배움", "POSTING_RATE": "배울 지원이 적어 공고 직업의 채용 비율을 씀"},
)

APPLICATION_CHANCES = Table(
    id="scores__application_chances",
    label="채용 가능성 계산표",
    description="지원 한 건이 채용될 가능성의 계산표. 로짓 = intercept 줄 + 입력마다 해당 칸의 로짓의 합, "
    "가능성 = 1 ÷ (1 + exp(-로짓)). 보정은 이미 들어 있다. 칸 0은 모름이다. "
    "배울 지원이 적으면 intercept 한 줄만 있고 공고의 채용 비율을 그대로 쓴다.",
    grain="한 행 = 입력 하나의 한 칸, 한 기준일",
    key=("as_of", "input_name", "bin_number"),
    columns=(
        c.AS_OF,
        c.text("input_name", "입력", "features__application_pairs의 열 이름. intercept는 모두에게 더하는 값")
        .required()
        .derived(),
        c.count("bin_number", "칸 번호", "0은 모름", unit="번째").required().derived(),
        c.text("value_code", "칸의 코드", "코드 입력일 때").derived(),
        c.number("value_from", "칸의 시작", "수 입력일 때. 이 값부터. 비어 있으면 끝없음").derived(),
        c.number("value_to", "칸의 끝", "수 입력일 때. 이 값 앞까지. 비어 있으면 끝없음").derived(),
        replace(c.number("logit", "로짓", "소수 여섯째 자리까지").derived(), unit="로짓", nullable=False),
        c.count("applications_count", "배운 지원 수").required().derived(),
        c.count("hired_applications_count", "그 가운데 채용된 지원 수").required().derived(),
        Column("basis_code", Kind.STRING, "근거", nullable=False, codes=CHANCE_BASIS, delivered=False),
        c.MODEL_VERSION,
    ),
    owner="고용서비스기반과",
    partition_by=("as_of",),
    sort_by=("input_name", "bin_number"),
)

TABLES = (APPLICATION_PAIRS, APPLICATION_CHANCES)
