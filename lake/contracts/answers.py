"""Scores and matches: the answers, one row for every registered seeker who did not opt out.

A row without an answer says why in `answer_code`. Do not put here: what portals read (serving.py).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes, gold
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Privacy, Table

PLACES = 5
TALENT_PLACES = 20
REASONS = 3


def _reason(side: str, label: str, place: int) -> tuple[Column, ...]:
    name = f"reason_{side}_{place}"
    return (
        c.text(f"{name}_code", f"{label} {place} 요인", "모형 입력의 이름").derived(),
        Column(f"{name}_logit", Kind.FLOAT64, f"{label} {place} 크기", unit="로짓", delivered=False),
        replace(c.text(f"{name}_value", f"{label} {place} 본인 값").derived(), privacy=Privacy.PERSONAL),
        c.text(
            f"{name}_reference",
            f"{label} {place} 기준 값",
            "같은 희망직종·지역 구직자의 통상 값. 시장 요인은 전국의 통상 값",
        ).derived(),
    )


def _changed(name: str, label: str, what: Column | None = None) -> tuple[Column, ...]:
    """What would be different, and the probability with it, all else as it is; empty when it does not apply."""
    probability = replace(
        c.share(f"change_{name}_0_1", f"{label} 때의 확률").derived(),
        privacy=Privacy.PERSONAL,
        description="다른 것은 그대로 두고 다시 계산한 값. 함께 나타나는 관계이며 효과의 약속이 아니다",
    )
    return (probability,) if what is None else (what.derived(), probability)


def _logit(name: str, label: str, description: str) -> Column:
    return Column(name, Kind.FLOAT64, label, description, unit="로짓", privacy=Privacy.PERSONAL, delivered=False)


def _top(*columns: Column, places: int = PLACES) -> tuple[Column, ...]:
    return tuple(place for column in columns for place in c.ranked(column.derived(), places))


def _optional(column: Column) -> Column:
    return replace(column, nullable=True)


def _answers(name: str, label: str, description: str, columns: tuple[Column, ...]) -> Table:
    return Table(
        id=name,
        label=label,
        description=description,
        grain="한 행 = 구직자 한 사람, 한 기준일",
        key=("as_of", "seeker_key"),
        columns=(c.AS_OF, c.SEEKER_KEY, c.ANSWER_CODE, *columns, c.MODEL_VERSION),
        owner="고용서비스기반과",
        partition_by=("as_of",),
        sort_by=("seeker_key",),
    )


EMPLOYMENT_PROBABILITY = _answers(
    "scores__employment_probability",
    "6개월 취업확률",
    "6개월(183일) 안에 28일 이상 이어지는 고용보험 취업을 할 확률과 그 요인.",
    (
        replace(c.share("probability_0_1", "취업확률").derived(), privacy=Privacy.PERSONAL),
        replace(c.share("low_0_1", "확률 하한").derived(), privacy=Privacy.PERSONAL),
        replace(c.share("high_0_1", "확률 상한").derived(), privacy=Privacy.PERSONAL),
        _logit("raw_logit", "보정 전 로짓", "확률은 이것을 모형의 보정 곡선에 넣은 값이다"),
        _logit("usual_logit", "기준 로짓", "같은 희망직종·지역의 통상 값을 가진 사람의 보정 전 로짓"),
        _logit("other_logit", "나머지 요인의 합", "보정 전 로짓 = 기준 로짓 + 유리·불리 요인 + 나머지"),
        c.text("peer_group", "비교 집단", "희망직종|지역. *는 나누지 않음(사람이 적으면 넓힌다)").derived(),
        c.count("peers_count", "비교 집단 구직자 수", unit="명").derived(),
        *(column for place in range(1, REASONS + 1) for column in _reason("for", "유리한", place)),
        *(column for place in range(1, REASONS + 1) for column in _reason("against", "불리한", place)),
        *_changed("certificate", "자격증을 더할", c.CERTIFICATE_NAME.named("change_certificate_name", "더할 자격증")),
        *_changed("course", "추천 훈련을 마칠", _optional(c.SESSION_ID).named("change_session_id", "마칠 훈련회차")),
        *_changed("region", "희망지역을 넓힐", c.REGION_CODE.named("change_region_code", "더할 희망지역")),
        *_changed("wage", "희망임금을 직종의 중간으로 할", c.krw_month("change_wage_krw_month", "직종의 중간 임금")),
        *_changed("resume", "이력서를 다 채울"),
        c.text("missing_skill_codes", "희망직종에 부족한 역량", "중요도 순, |로 이음").derived(),
    ),
)

SEEKER_OCCUPATIONS = _answers(
    "matches__seeker_occupations",
    "추천 직업 TOP5",
    "흥미·적성과 희망·경력에 맞는 KECO 세분류 다섯. 소분류에서 둘, 중분류에서 셋까지, 모자라면 한도 없이 채운다.",
    (
        Column("basis_code", Kind.STRING, "추천 근거", codes=codes.OCCUPATION_BASIS, delivered=False),
        gold.UNUSED_TEST_CODES.derived(),
        *_top(
            _optional(c.OCCUPATION_CODE),
            c.share("score_0_1", "일치 점수"),
            c.text("trait_codes", "맞는 특성", "본인과 직업이 평균의 한쪽이고 점수를 올린 척도:HIGH나 LOW, |로 이음"),
            c.text("unlike_trait_codes", "맞지 않는 특성", "평균의 다른 쪽이고 점수를 내린 척도:HIGH나 LOW, |로 이음"),
            c.text(
                "twin_codes",
                "함께 볼 직업",
                "같은 소분류에서 셋까지, 점수순, |로 이음: 본인의 검사로 갈리지 않는 직업, 그리고 두 자리가 찬(검사가 "
                "없으면 한 자리라도 있는) 소분류의 첫 자리에 근거 있는 나머지 직업",
            ),
            c.share(
                "past_nearness_0_1", "해 온 일과의 가까움", "1이면 같은 직업, 다른 대분류는 .1까지. 경력이 없으면 비움"
            ),
            Column("education_fit_code", Kind.STRING, "학력 조건", codes=codes.EDUCATION_FIT),
            c.number("tightness_ratio", "구인배수", "모집인원 ÷ 희망 구직자 수. 10명 미만이면 비움", unit="배"),
            c.krw_month("wage_median_krw_month", "제시임금 중위값"),
        ),
    ),
)

SEEKER_JOBS = _answers(
    "matches__seeker_jobs",
    "추천 일자리 TOP5",
    "조건에 맞는 모집중 공고 전체에서 정확히 찾아 쏠림을 나눈 다섯.",
    (
        Column("basis_code", Kind.STRING, "찾은 근거", codes=codes.JOB_BASIS, delivered=False),
        c.count("eligible_postings_count", "조건에 맞는 공고 수").derived(),
        c.count("shared_out_count", "쏠림을 나누며 바뀐 자리 수", "점수만으로 고른 다섯과 다른 공고의 수").derived(),
        *_top(
            _optional(c.POSTING_ID),
            c.share("score_0_1", "종합 점수", "가능성 × 유용성"),
            c.share("fit_0_1", "직무 적합도"),
            c.share("chance_0_1", "채용 가능성", "지난 지원에서 배운, 지원 한 건이 채용될 가능성"),
            c.share("usefulness_0_1", "유용성", "임금 .4, 직종 .3, 거리 .2, 고용안정 .1로 잰 네 값의 평균"),
            c.share("wage_value_0_1", "임금 만족", "희망임금의 80%이면 0, 120%부터 1. 모르면 .5"),
            c.share("distance_value_0_1", "거리 만족", "거주 시도이면 1, 50km마다 절반. 모르면 .5"),
            c.share("occupation_value_0_1", "직종 만족", "1·2·3순위 희망직종 1·.8·.6, 같은 소분류 .4. 모르면 .5"),
            c.share(
                "permanence_value_0_1", "고용안정", "기간의 정함이 없으면 1, 근로시간이 희망과 다르면 절반. 모르면 .5"
            ),
            c.text("met_codes", "맞는 조건", "조건 코드, |로 이음"),
            c.text("open_codes", "확인이 필요한 조건", "자료가 없거나 덜 맞는 조건 코드, |로 이음"),
            c.text("pull_codes", "점수를 올린 것", "크게 올린 것부터 세 개까지, |로 이음"),
        ),
    ),
)

POSTING_TALENTS = Table(
    id="matches__posting_talents",
    label="추천 인재 TOP20",
    description="공고에 맞는 사람 가운데 인재정보 공개에 동의한 스무 명까지. 구직자에게 보인 것과 같은 점수이다.",
    grain="한 행 = 모집중 공고 하나, 한 기준일",
    key=("as_of", "posting_id"),
    columns=(
        c.AS_OF,
        c.POSTING_ID,
        c.ANSWER_CODE,
        c.count("candidates_count", "이 공고가 후보에 든 구직자 수", unit="명").derived(),
        Column(
            "capacity_count",
            Kind.FLOAT64,
            "나눌 몫",
            "모집인원 × 한 자리에 기대되는 추천 수",
            unit="명",
            minimum=0,
            delivered=False,
        ),
        c.count("exposures_before_count", "쏠림을 나누기 전 추천 수", "점수만으로 골랐다면", unit="명").derived(),
        c.count("exposures_count", "추천 수", "다섯 안에 이 공고가 든 구직자 수", unit="명").derived(),
        Column("price_0_1", Kind.FLOAT64, "쏠림 값", "몫을 넘는 공고의 점수에서 빼는 값", minimum=0, delivered=False),
        *_top(
            replace(c.SEEKER_KEY, nullable=True),
            replace(c.share("score_0_1", "종합 점수"), privacy=Privacy.PERSONAL),
            replace(c.share("fit_0_1", "직무 적합도"), privacy=Privacy.PERSONAL),
            replace(c.share("chance_0_1", "채용 가능성"), privacy=Privacy.PERSONAL),
            c.flag("is_recommended", "구직자의 다섯에도 들었는가"),
            replace(c.text("met_codes", "맞는 조건", "조건 코드, |로 이음"), privacy=Privacy.PERSONAL),
            replace(c.text("open_codes", "확인이 필요한 조건", "조건 코드, |로 이음"), privacy=Privacy.PERSONAL),
            places=TALENT_PLACES,
        ),
        c.MODEL_VERSION,
    ),
    owner="고용서비스정책과",
    partition_by=("as_of",),
    sort_by=("posting_id",),
)

WISHES = 3
GAP_BASIS = Column("basis_code", Kind.STRING, "기준 직종의 근거", codes=codes.JOB_BASIS, delivered=False)


def _gap(*columns: Column) -> tuple[Column, ...]:
    """The columns once for each wished occupation."""
    return tuple(place for column in columns for place in c.ranked(column.derived(), WISHES))


SEEKER_SKILL_GAPS = _answers(
    "matches__seeker_skill_gaps",
    "희망직종별 부족 역량",
    "희망직종마다 가진 역량과 부족한 역량, 부족한 것 하나를 채우면 더 열리는 모집인원의 비율.",
    (GAP_BASIS,)
    + _gap(
        c.OCCUPATION_CODE.named("gap_occupation_code", "희망직종"),
        c.count("needed_skills_count", "필요 역량 수", unit="개"),
        replace(c.share("readiness_0_1", "갖춘 정도", "필요 역량의 중요도 가운데 가진 것"), privacy=Privacy.PERSONAL),
        c.share("open_share_0_1", "이미 열린 모집인원의 비율", "적힌 역량을 모두 가진 공고. 공고가 없으면 비움"),
        c.text("missing_skill_codes", "부족한 역량", "중요도 순, |로 이음"),
        c.text("missing_levels_text", "필요 수준", "부족한 역량과 같은 순서로 한 글자씩: 1~8, 0 모름"),
        c.text(
            "unlocked_shares_text",
            "채우면 더 열리는 모집인원의 비율",
            "부족한 역량과 같은 순서, |로 이음(소수 넷째 자리). 그 하나만 없어 닫힌 공고의 모집인원 ÷ 직종의 모집인원",
        ),
    ),
)

SEEKER_COURSES = _answers(
    "matches__seeker_courses",
    "추천 훈련 TOP5",
    "희망 직업에 부족한 역량을 채우는 회차만.",
    (
        GAP_BASIS,
        c.OCCUPATION_CODE.named("gap_occupation_code", "기준 희망직종").derived(),
        c.count("needed_skills_count", "필요 역량 수", unit="개").derived(),
        c.text("missing_skill_codes", "부족한 역량", "중요도 순, |로 이음").derived(),
        *_top(
            _optional(c.SESSION_ID),
            c.share(
                "score_0_1", "종합 추천점수", "직무 .35, 지역 .2, 수준 .2, 취업률 .15, 비용 .1. 모르는 것은 .5로 셈"
            ),
            c.share("job_fit_0_1", "직무 적합도", "부족한 중요도 가운데 이 역량의 몫 × (½ + ½ × 찾는 모집인원의 비율)"),
            c.share("region_fit_0_1", "지역 적합도", "거주 시도이면 1, 50km마다 절반. 원격이면 .8 이상, 모르면 .5"),
            c.share(
                "level_fit_0_1", "수준 적합도", "필요 수준(보인 수준보다 2까지 위)이면 1, 네 수준 다르면 0. 모르면 .5"
            ),
            c.share("outcome_0_1", "추정 취업률", "자료가 없으면 비움"),
            c.share("cost_fit_0_1", "비용 적합도", "본인부담금이 없으면 1, 30만 원이면 .5. 모르면 비움"),
            _optional(c.SKILL_CODE),
        ),
    ),
)

SEEKER_CERTIFICATES = _answers(
    "matches__seeker_certificates",
    "추천 자격증 TOP5",
    "희망 직업의 공고가 찾고 아직 없는 자격만.",
    (
        GAP_BASIS,
        c.OCCUPATION_CODE.named("gap_occupation_code", "기준 희망직종").derived(),
        *_top(
            c.CERTIFICATE_NAME,
            c.share("score_0_1", "종합 추천점수"),
            c.share(
                "job_fit_0_1",
                "직무 적합도",
                "부족한 자격의 중요도 가운데 이 자격의 몫 × (½ + ½ × 찾는 모집인원의 비율)",
            ),
            c.share("level_fit_0_1", "수준 적합도"),
            c.share("openings_share_0_1", "찾는 모집인원의 비율", "모집중 공고가 없으면 비움"),
        ),
    ),
)

COURSE_OUTCOME_SCORES = Table(
    id="scores__course_outcomes",
    label="훈련회차 취업률 예측",
    description="6개월 취업률을 아직 모르는 회차의 예측과 90% 구간. 분야에 알려진 취업률이 없으면 수치를 비운다. "
    "누가 듣는지는 우연이 아니므로 효과가 아니라 예측이다.",
    grain="한 행 = 취업률을 아직 모르는 훈련회차 하나, 한 기준일",
    key=("as_of", "session_id"),
    columns=(
        c.AS_OF,
        c.SESSION_ID,
        c.share("predicted_rate_0_1", "예측 취업률").derived(),
        c.share("predicted_low_0_1", "예측 취업률 하한", "90% 구간").derived(),
        c.share("predicted_high_0_1", "예측 취업률 상한", "90% 구간").derived(),
        Column("course_stage_code", Kind.STRING, "회차 단계", codes=codes.COURSE_STAGE, delivered=False),
        c.MODEL_VERSION,
    ),
    owner="직업능력정책과",
    partition_by=("as_of",),
    sort_by=("session_id",),
)

TABLES = (
    EMPLOYMENT_PROBABILITY,
    SEEKER_OCCUPATIONS,
    SEEKER_JOBS,
    SEEKER_SKILL_GAPS,
    SEEKER_COURSES,
    SEEKER_CERTIFICATES,
    POSTING_TALENTS,
    COURSE_OUTCOME_SCORES,
)
