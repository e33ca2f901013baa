"""Ops table of alerts: what was told to the people who run the lake, on which channel, and whether it arrived.

Do not put here: sending (lake/alerts.py), the words of a message (dashboards/texts/alerts.toml).
"""

from __future__ import annotations

from dataclasses import replace

from lake.contracts import columns as c
from lake.contracts.model import CodeList, Column, Kind, Table

ALERT_KIND = CodeList(
    "alert_kind",
    "알림 종류",
    {
        "NIGHT_FAILED": "배치 실패",
        "NIGHT_BLOCKED": "공표 차단",
        "NIGHT_LATE": "배치 지연",
        "SERVED_STALE": "오래된 공표",
        "NIGHT_WARNED": "점검 경고",
        "NIGHT_FORCED": "강제 공표",
        "REVIEWS_OVERDUE": "사람의 재검토 기한 지남",
        "DISK_NEARLY_FULL": "저장 공간 부족",
        "ERASURE_UNFINISHED": "삭제 미완료",
        "TEST": "시험 알림",
    },
)
ALERT_SEVERITY = CodeList("alert_severity", "알림 등급", {"CRITICAL": "긴급", "WARNING": "주의", "INFO": "참고"})
ALERT_CHANNEL = CodeList(
    "alert_channel", "알림 통로", {"WEBHOOK": "웹훅", "FILE": "파일", "RECORD": "기록만(통로를 정하지 않음)"}
)
SEVERITIES = {
    "NIGHT_FAILED": "CRITICAL",
    "NIGHT_BLOCKED": "CRITICAL",
    "NIGHT_LATE": "CRITICAL",
    "SERVED_STALE": "CRITICAL",
    "NIGHT_WARNED": "WARNING",
    "NIGHT_FORCED": "WARNING",
    "REVIEWS_OVERDUE": "WARNING",
    "DISK_NEARLY_FULL": "CRITICAL",
    "ERASURE_UNFINISHED": "CRITICAL",
    "TEST": "INFO",
}
"""How urgent each kind of alert is."""

ALERTS = Table(
    id="ops__alerts",
    label="알림",
    description="운영자에게 보낸 알림과 그 결과. 받지 못한 알림은 까닭과 함께 남고, 감시가 다시 보낸다.",
    grain="한 행 = 알림 하나를 통로 하나로 보낸 한 번",
    key=("alert_id", "alert_channel_code", "attempted_at"),
    columns=(
        c.text("alert_id", "알림 번호").required().derived(),
        replace(c.AS_OF, description="알림이 말하는 기준일(Asia/Seoul)"),
        replace(c.RUN_ID, nullable=True),
        Column("alert_kind_code", Kind.STRING, "알림 종류", nullable=False, codes=ALERT_KIND, delivered=False),
        Column("alert_severity_code", Kind.STRING, "알림 등급", nullable=False, codes=ALERT_SEVERITY, delivered=False),
        Column("raised_at", Kind.INSTANT, "알린 시각", nullable=False, delivered=False),
        c.text("detail", "설명").derived(),
        Column("alert_channel_code", Kind.STRING, "알림 통로", nullable=False, codes=ALERT_CHANNEL, delivered=False),
        Column("attempted_at", Kind.INSTANT, "보낸 시각", nullable=False, delivered=False),
        c.count("attempts_count", "시도 횟수", "이번에 보내며 시도한 횟수", unit="회").derived(),
        c.flag("is_received", "전달 여부").required().derived(),
        c.text("problem", "전달하지 못한 까닭", "HTTP 상태나 연결 오류의 이름").derived(),
    ),
    sort_by=("raised_at", "alert_id", "attempted_at"),
)

TABLES = (ALERTS,)
