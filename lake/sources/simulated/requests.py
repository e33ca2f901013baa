"""What seekers ask for by right: refusals, stops of processing, reviews and explanations, and what became of them.

Some are withdrawn, most answered within the legal 30 days, a few never: those become overdue. Do not put here: the
refusal that is ticked at registration (`people.py`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.dated import Dated, known_day
from lake.sources.simulated.people import People
from lake.sources.simulated.world import World

REQUEST_SHARE = 0.02
KINDS = ("거부", "처리정지", "재검토", "설명")
KIND_SHARES = (0.3, 0.15, 0.35, 0.2)
SERVICES = ("전체", "취업확률", "추천직업", "추천일자리", "부족역량", "추천훈련", "추천자격증", "인재추천")
SERVICE_SHARES = (0.5, 0.15, 0.05, 0.1, 0.03, 0.05, 0.02, 0.1)
OUTCOMES = ("수용", "변경", "유지", "거절")
OUTCOME_SHARES = ((0.95, 0, 0, 0.05), (0.95, 0, 0, 0.05), (0, 0.3, 0.7, 0), (1, 0, 0, 0))
ENDS = (0.15, 0.65, 0.2)  # withdrawn, answered, neither
EXTENDED_SHARE, EXTENSION_DAYS = 0.4, 30  # of those that wait
PAST_DAYS = 90
LATE_SHARE = 0.25  # made on one of the delivery dates, the others before the first


def rights_requests(world: World, person: People) -> list[Dated]:
    """One request of a few people: as it was made, and again when it was withdrawn or answered."""
    draw = world.counter
    where = np.flatnonzero(draw.chance("request/is", person.index, REQUEST_SHARE))
    index = person.index[where]
    late = draw.chance("request/late", index, LATE_SHARE)
    ahead = world.today + draw.integers("request/night", index, world.size.nights)
    asked = np.where(late, ahead, world.today - draw.integers("request/day", index, PAST_DAYS))
    asked = np.maximum(asked, person.registered_day[where])
    end = draw.pick("request/end", index, ENDS)
    ended = asked + 1 + draw.integers("request/ended", index, 28)
    ended = np.where(end == 2, text.NO_DAY, ended)
    made_on, ended_on = (known_day(world, person, where, day) for day in (asked, ended))
    parts = []
    for is_ended, rows in ((False, ended_on > made_on), (True, ended_on <= world.last_day)):
        chosen = np.flatnonzero(rows & (made_on <= world.last_day))
        told = _told(world, person.resident_number.take(pa.array(where)), index, (asked, ended, end), is_ended=is_ended)
        parts.append(Dated(told.take(pa.array(chosen)), (ended_on if is_ended else made_on)[chosen]))
    return parts


def _told(
    world: World,
    numbers: pa.Array,
    index: np.ndarray,
    days: tuple[np.ndarray, np.ndarray, np.ndarray],
    *,
    is_ended: bool,
) -> pa.Table:
    """The rows as the source sends them before or after the end; `days`: asked, ended, kind of end."""
    draw, (asked, ended, end) = world.counter, days
    kind = draw.pick("request/kind", index, KIND_SHARES)
    outcomes = [draw.pick("request/outcome", index, shares) for shares in OUTCOME_SHARES]
    outcome = np.choose(kind, outcomes)
    is_withdrawn, is_answered = is_ended & (end == 0), is_ended & (end == 1)
    is_extended = (end == 2) & draw.chance("request/extended", index, EXTENDED_SHARE)
    updated = ended if is_ended else asked
    return pa.table(
        {
            "요구번호": text.padded("SYNR", index, 12),
            "주민등록번호": numbers,
            "요구종류": text.labels(KINDS, kind),
            "요구서비스": text.labels(SERVICES, draw.pick("request/service", index, SERVICE_SHARES)),
            "요구일": text.days(asked),
            "철회일": text.days(ended, is_withdrawn),
            "답변일": text.days(ended, is_answered),
            "결과": text.labels(OUTCOMES, np.where(is_answered, outcome, -1)),
            "연장일수": text.whole(np.full(len(index), EXTENSION_DAYS), is_extended),
            "최종수정일시": text.instants(
                draw, f"request/updated/{int(is_ended)}", index, np.where(updated < text.NO_DAY, updated, asked)
            ),
        }
    )
