"""Ops: what happened. Runs, deliveries, quality numbers and the data dictionary."""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import codes
from lake.contracts import columns as c
from lake.contracts.model import Column, Kind, Table

DELIVERIES = Table(
    id="ops__deliveries",
    label="납품 파일",
    description="반입한 파일과 그 해시. 같은 내용의 파일은 한 번만 반입한다.",
    grain="한 행 = 반입한 파일 하나",
    key=("table_id", "delivery_date", "source_file"),
    columns=(
        c.text("table_id", "표").required().derived(),
        c.DELIVERY_DATE,
        c.SOURCE_FILE,
        c.text("file_sha256", "파일 SHA-256").required().derived(),
        Column("rows_count", Kind.INT64, "행 수", unit="행", delivered=False),
        Column("unreadable_rows_count", Kind.INT64, "읽지 못한 행 수", unit="행", delivered=False),
        Column(
            "erased_rows_count",
            Kind.INT64,
            "삭제된 사람의 행 수",
            "삭제를 요구한 사람의 행이어서 담지 않은 것. 행 수에서 빼면 원자료의 행 수가 된다",
            unit="행",
            delivered=False,
        ),
        c.RECEIVED_AT,
        c.text("duplicate_of", "같은 내용의 먼저 온 파일").derived(),
        c.text("problem", "거절 사유", "비어 있으면 반입됨").derived(),
    ),
    partition_by=("delivery_date",),
)

QUALITY = Table(
    id="ops__quality",
    label="품질 점검",
    description="표마다 행 수의 앞뒤와 계약 점검 결과.",
    grain="한 행 = 기준일 하나, 표 하나, 점검 하나",
    key=("as_of", "table_id", "check_name"),
    columns=(
        c.AS_OF,
        c.RUN_ID,
        c.text("table_id", "표").required().derived(),
        c.text("check_name", "점검").required().derived(),
        Column("value", Kind.FLOAT64, "값", delivered=False),
        Column("limit_value", Kind.FLOAT64, "기준", delivered=False),
        Column("result_code", Kind.STRING, "결과", nullable=False, codes=codes.CHECK_RESULT, delivered=False),
        c.text("detail", "설명").derived(),
    ),
    partition_by=("as_of",),
)

PROFILES = Table(
    id="ops__profiles",
    label="분포 기록",
    description="밤마다 들어온 자료와 답의 분포. 이튿날과 다음 주 같은 요일의 밤이 이것과 견준다.",
    grain="한 행 = 실행 하나, 표 하나, 잰 것 하나의 칸 하나",
    key=("as_of", "run_id", "table_id", "measure_name", "bucket_code"),
    columns=(
        c.AS_OF,
        c.RUN_ID,
        c.text("table_id", "표").required().derived(),
        c.text("measure_name", "잰 것").required().derived(),
        c.text("bucket_code", "칸", "코드 또는 값의 구간. UNKNOWN은 모름").required().derived(),
        Column("rows_count", Kind.INT64, "행 수", unit="행", delivered=False),
        c.number("mean_value", "칸 안의 평균", "수를 잰 때만 있음").derived(),
    ),
    partition_by=("as_of",),
)

RUNS = Table(
    id="ops__runs",
    label="배치 실행",
    description="밤마다 한 줄: 무엇으로, 얼마나 걸려, 어떻게 끝났는가.",
    grain="한 행 = 실행 하나",
    key=("run_id",),
    columns=(
        c.RUN_ID,
        c.AS_OF,
        Column("status_code", Kind.STRING, "상태", nullable=False, codes=codes.RUN_STATUS, delivered=False),
        c.text("engine", "엔진").derived(),
        c.text("device", "연산 장치").derived(),
        Column("started_at", Kind.INSTANT, "시작 시각", delivered=False),
        Column("finished_at", Kind.INSTANT, "끝 시각", delivered=False),
        c.number("seconds", "걸린 시간", unit="초").derived(),
        c.count("seekers_count", "구직자 수", unit="명").derived(),
        c.flag("is_synthetic", "합성 데이터 여부").derived(),
        c.text("stages_json", "단계별 시간", "단계 이름과 초").derived(),
        c.text("detail", "설명", "차단·강제 공표의 까닭").derived(),
        replace(c.MODEL_VERSION, nullable=True),
        c.CONTRACT_VERSION,
    ),
    partition_by=("as_of",),
)

DATA_DICTIONARY = Table(
    id="ops__data_dictionary",
    label="데이터 사전",
    description="계약에서 만든 모든 표와 열의 뜻.",
    grain="한 행 = 표 하나의 열 하나",
    key=("table_id", "column_name"),
    columns=tuple(
        column.derived()
        for column in (
            c.text("table_id", "표").required(),
            c.text("table_label", "표 이름"),
            c.text("table_description", "표 설명"),
            c.text("grain", "한 행의 뜻"),
            c.text("owner", "담당"),
            c.text("cadence", "주기"),
            c.count("position", "열 순서", unit="번째"),
            c.text("column_name", "열").required(),
            c.text("column_label", "열 이름"),
            c.text("column_description", "열 설명"),
            c.text("type", "형식"),
            c.text("unit", "단위"),
            c.flag("is_key", "키 여부"),
            c.flag("is_nullable", "비어 있을 수 있음"),
            c.text("codes_text", "코드", "코드=뜻을 ; 로 나눔"),
            c.text("privacy", "개인정보 구분"),
        )
    ),
)

EXPOSURE = Table(
    id="ops__exposure",
    label="추천 쏠림",
    description="추천이 공고에 얼마나 고르게 나뉘었는가. 나누기 전(점수만으로 고른 다섯)과 나눈 뒤를 견준다.",
    grain="한 행 = 기준일 하나, 앞뒤 하나, 공고 집단 하나",
    key=("as_of", "phase_code", "group_kind", "group_code"),
    columns=(
        c.AS_OF,
        Column("phase_code", Kind.STRING, "앞뒤", nullable=False, codes=codes.SHARING_PHASE, delivered=False),
        Column("group_kind", Kind.STRING, "집단 구분", nullable=False, codes=codes.EXPOSURE_GROUP, delivered=False),
        c.text("group_code", "집단", "ALL 전체, UNKNOWN 모름, 나머지는 기업규모·시도코드").required().derived(),
        c.count("postings_count", "공고 수").required().derived(),
        c.count("openings_count", "모집인원", unit="명").required().derived(),
        c.number("capacity_count", "나눌 몫의 합", "모집인원 × 한 자리에 기대되는 추천 수", unit="명").derived(),
        Column("recommendations_count", Kind.INT64, "추천 수", unit="명", minimum=0, delivered=False),
        c.share("recommendations_share_0_1", "추천의 비중").derived(),
        c.share("openings_share_0_1", "모집인원의 비중").derived(),
        c.number("largest_ratio", "가장 큰 추천 ÷ 몫", "1을 넘으면 몫보다 많이 추천됨", unit="배").derived(),
        c.number("p99_ratio", "추천 ÷ 몫의 99백분위", unit="배").derived(),
        c.count("over_capacity_count", "몫을 넘은 공고 수").derived(),
        c.share("gini_0_1", "지니계수", "모집인원 한 자리당 추천이 얼마나 고르지 않은가. 0이면 고르다").derived(),
        c.share("coverage_0_1", "한 번이라도 추천된 공고의 비율").derived(),
        c.share("mean_score_0_1", "추천된 자리의 평균 종합 점수").derived(),
        c.count("short_seekers_count", "후보가 다섯 이상인데 다섯을 받지 못한 사람", unit="명").derived(),
    ),
    partition_by=("as_of",),
)

TABLES = (DELIVERIES, QUALITY, PROFILES, RUNS, DATA_DICTIONARY, EXPOSURE)
