"""Ops tables that judge the employment model: cohorts, evaluation, calibration, fairness, drift, promotions.

Counts and shares of groups, never a row about one person; groups too small to say anything are hidden. Do not put
here: what a model answers for a person (answers.py).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Table

_SERVICE = Column("service_code", Kind.STRING, "서비스", nullable=False, codes=codes.SERVICE, delivered=False)
_SCOPE = Column("scope_code", Kind.STRING, "평가 범위", nullable=False, codes=codes.EVALUATION_SCOPE, delivered=False)
_COHORT = c.text("cohort", "집단", "과거 시점(YYYY-MM-DD) 또는 ALL").required().derived()
_RESULT = Column("result_code", Kind.STRING, "결과", nullable=False, codes=codes.CHECK_RESULT, delivered=False)
_GROUP = Column("group_name", Kind.STRING, "나눈 기준", nullable=False, codes=codes.AUDIT_GROUP, delivered=False)
_GROUP_CODE = c.text("group_code", "집단 코드", "ALL은 전체, UNKNOWN은 모름").required().derived()
_HIDDEN = c.flag("is_suppressed", "비공개 여부", "사람이 적어 값을 가림").derived()


def _value(name: str, label: str, description: str = "") -> Column:
    return Column(name, Kind.FLOAT64, label, description, delivered=False)


def _interval(name: str, label: str, description: str = "") -> tuple[Column, ...]:
    bounds = (("_low", "하한"), ("_high", "상한"))
    return (
        _value(name, label, description),
        *(_value(f"{name}{end}", f"{label} {word}", "95% 구간") for end, word in bounds),
    )


def _people(name: str, label: str, description: str = "") -> Column:
    return Column(name, Kind.INT64, label, description, unit="명", minimum=0, delivered=False)


def _rows(name: str, label: str, description: str) -> Column:
    return Column(name, Kind.INT64, label, description, unit="행", minimum=0, delivered=False)


def _table(noun: str, label: str, description: str, key: tuple[str, ...], columns: tuple[Column, ...]) -> Table:
    return Table(
        id=f"ops__{noun}",
        label=label,
        description=description,
        grain=f"한 행 = {' × '.join(key)}",
        key=("as_of", *key),
        columns=(c.AS_OF, *columns),
        partition_by=("as_of",),
        sort_by=key,
    )


COHORTS = _table(
    "cohorts",
    "학습·평가 집단",
    "과거 시점마다 누구를 배우고 평가하는 데 썼고, 누구를 왜 뺐는가.",
    ("snapshot_date",),
    (
        c.day("snapshot_date", "과거 시점").required().derived(),
        c.text("uses_text", "쓰임", "TEACH, CALIBRATE, JUDGE를 |로 이음. 비어 있으면 쓰지 않음").derived(),
        c.flag("is_followed_up", "추적이 끝났는가").required().derived(),
        _people("registered_count", "그때 등록된 구직자 수"),
        _rows("rows_count", "행 수", "표본 가운데 그때 일자리가 없던 사람"),
        _rows("evaluation_rows_count", "평가용 행 수", "그 가운데 평가에만 쓰는 사람"),
        _people("hired_count", "6개월 안에 취업한 사람 수"),
        _people("kept_count", "7개월 안에 90일 이상 일한 사람 수"),
        _people("left_out_count", "추적이 짧아 뺀 사람 수", "결과를 0으로 세지 않고 뺀다"),
        c.text("detail", "설명").derived(),
    ),
)

EVALUATION = _table(
    "evaluation",
    "모형 평가",
    "모형마다 잰 값과 95% 구간, 기준과 결과. 공표 모형은 기준 모형들과 같은 사람에게서 견준다.",
    ("service_code", "scope_code", "cohort", "model_name", "label_name", "measure_name"),
    (
        _SERVICE,
        _SCOPE,
        _COHORT,
        Column("model_name", Kind.STRING, "모형", nullable=False, codes=codes.EVALUATED_MODEL, delivered=False),
        c.text("label_name", "이름표").required().derived(),
        c.text("measure_name", "잰 것").required().derived(),
        *_interval("value", "값"),
        _value("limit_value", "기준", "이 값을 넘거나(오차) 못 미치면(순위) 실패"),
        _rows("rows_count", "행 수", "사람 × 과거 시점"),
        _RESULT,
        c.text("detail", "설명").derived(),
    ),
)

CALIBRATION = _table(
    "calibration",
    "보정 곡선",
    "추정 확률 구간마다 추정의 평균과 실제 취업한 비율. 평가용 사람만 센다.",
    ("service_code", "group_name", "group_code", "bin_number"),
    (
        _SERVICE,
        _GROUP,
        _GROUP_CODE,
        c.count("bin_number", "구간 번호", "확률 0에서 1까지 열로 나눈 칸", unit="번째").required().derived(),
        c.share("probability_from_0_1", "구간 시작").derived(),
        c.share("mean_probability_0_1", "추정 확률 평균").derived(),
        *_interval("observed_rate_0_1", "실제 취업 비율"),
        _people("people_count", "사람 수"),
        _HIDDEN,
    ),
)

FAIRNESS = _table(
    "fairness",
    "집단별 공정성",
    "집단마다 보정 오차와, 취업이 어려울 것(하위 20%)으로 본 판정이 맞고 틀린 비율. 모형은 이 속성을 읽지 않는다.",
    ("service_code", "group_name", "group_code"),
    (
        _SERVICE,
        _GROUP,
        _GROUP_CODE,
        _people("people_count", "사람 수"),
        _people("hired_count", "취업한 사람 수"),
        c.share("hired_rate_0_1", "실제 취업 비율").derived(),
        c.share("mean_probability_0_1", "추정 확률 평균").derived(),
        *_interval("ece_0_1", "보정 오차(ECE)"),
        *_interval("true_positive_rate_0_1", "바르게 어렵다고 봄", "취업하지 못한 사람 가운데 어렵다고 본 비율(TPR)"),
        *_interval("false_positive_rate_0_1", "잘못 어렵다고 봄", "취업한 사람 가운데 어렵다고 본 비율(FPR)"),
        *_interval("true_positive_gap", "TPR 차이", "기준 집단과의 차이"),
        *_interval("false_positive_gap", "FPR 차이", "기준 집단과의 차이"),
        *_interval("wrongly_high_risk_ratio", "잘못 어렵다고 본 비율의 배수", "그 밖의 모든 사람의 몇 배인가"),
        c.flag("is_reference", "기준 집단인가", "사람이 가장 많은 집단").required().derived(),
        _RESULT,
        _HIDDEN,
    ),
)

DRIFT = _table(
    "drift",
    "입력 분포 변화",
    "모형 입력마다 배울 때와 오늘의 분포 차이(PSI)와 빠진 값, 처음 보는 코드.",
    ("service_code", "feature_name"),
    (
        _SERVICE,
        c.text("feature_name", "입력").required().derived(),
        _value("psi", "분포 변화 지수(PSI)", "0.1 미만 안정, 0.25 이상 큰 변화. Siddiqi 2006의 통상 기준"),
        _value("limit_value", "기준"),
        c.share("missing_then_0_1", "배울 때 빠진 비율").derived(),
        c.share("missing_now_0_1", "오늘 빠진 비율").derived(),
        _people("unknown_count", "처음 보는 코드인 사람 수", "'그 밖'으로 계산함"),
        _RESULT,
    ),
)

PROMOTIONS = _table(
    "promotions",
    "모형 채택",
    "이 달의 모형을 새것으로 바꾸었는지, 왜 그랬는지와 근거 숫자.",
    ("service_code",),
    (
        _SERVICE,
        replace(c.MODEL_VERSION, nullable=True),
        c.text("candidate_version", "후보 모형").derived(),
        c.text("incumbent_version", "쓰던 모형", "비어 있으면 없었음").derived(),
        c.flag("is_promoted", "후보를 채택했는가").required().derived(),
        c.text("reason", "까닭").derived(),
        *_interval("brier_gain", "브라이어 점수 나아짐", "쓰던 모형(없으면 평균)에 견준 줄어든 값. 0보다 커야 채택"),
        _value("ece", "보정 오차(ECE)"),
        _value("ece_limit", "보정 오차 기준"),
        _value("largest_gap_growth", "TPR 차이가 가장 늘어난 값", "0.02를 넘으면 채택하지 않음"),
        c.text("numbers_json", "근거 숫자").derived(),
    ),
)

TABLES = (COHORTS, EVALUATION, CALIBRATION, FAIRNESS, DRIFT, PROMOTIONS)
