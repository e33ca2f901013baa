"""Psychological tests: what workers and seekers score on the four instruments, as sources send it.

Everybody has true traits that lean towards the own or the wanted occupation's profile. A score is √α · true + √(1-α) ·
noise (α the reliability), so two tests of one person share what is true. Do not put here: the profiles and what is
assumed about the instruments (`profiles.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lake.contracts.scales import INSTRUMENT_SCALES, INSTRUMENTS, ITEM_ANSWERS, ITEM_LETTERS, ITEMS_PER_SCALE, SCALES
from lake.sources.simulated import text
from lake.sources.simulated.counters import Bools, Counter, Floats, Ints
from lake.sources.simulated.dated import Dated, known_day
from lake.sources.simulated.people import People
from lake.sources.simulated.profiles import BY_NAME, INTEREST_RELIABILITIES, RELIABILITIES
from lake.sources.simulated.world import World

TEST_SHARE = 0.45
RETEST_SHARE = 0.15  # of those tested, once more 90 to 720 days later
VALUE_SHARE, PERSONALITY_SHARE = 0.35, 0.45  # of those tested; of those who took the interest test (the long form)
SCALE_MISSING_SHARE = 0.01
RAW_SHARE = 0.10  # of the interest tests come as answers to items
LONG_SHARE = 0.15  # of those all 204 items, the others the first SHORT_ITEMS of each scale
SHORT_ITEMS = 10
HASTY_SHARE, HASTY_BLANK, BLANK = 0.03, 0.6, 0.02  # who leaves many items out, how many, and how many others leave out
CARELESS_SHARES = (0.985, 0.0075, 0.004, 0.0035)  # careful, all answers equal, in no time, over days
SECONDS = {"interest": 1500, "aptitude": 5100, "value": 1200, "personality": 900}  # SOURCES §3 for the first two
SECONDS_AN_ITEM = 7
SECONDS_KNOWN_SHARE = 0.9
# Correlation of a true trait with the profile of the wanted or the own occupation. At the worker's, discriminant
# analysis has the own one among its five for .58 by all scales and .10 by interest: as on KNOW (.52 to .58, .11).
SEEKER_LEANING = 0.42
WORKER_LEANING = 0.50
SCALE_HEADERS = tuple(scale.label.replace(" ", "_", 1) for scale in SCALES)
ITEMS_HEADER = "흥미문항응답"
_INTERESTS = len(ITEM_LETTERS)
_ANSWER_SPREAD = 1.1  # standard deviation of an answer before it is cut to 1 … 5
# Correlation of two items of a scale that gives the published α to 34 of them (Spearman and Brown, 1910).
_ITEM_CORRELATIONS = np.array([α / (ITEMS_PER_SCALE - (ITEMS_PER_SCALE - 1) * α) for α in INTEREST_RELIABILITIES])


def true_traits(world: World, stream: str, index: Ints, occupation: Ints, leaning: float) -> Floats:
    """What the tests measure, shape (n, 35): mean 0, deviation 1, correlated as in `profiles.py`."""
    parts = []
    for name in INSTRUMENTS:
        correlations = BY_NAME[name].true_correlations
        cell = index[:, None] * 16 + np.arange(len(correlations))
        own = world.counter.normal(f"{stream}/{name}", cell) @ np.linalg.cholesky(correlations).T
        parts.append(leaning * world.floats(name)[occupation] + np.sqrt(1.0 - leaning**2) * own)
    return np.concatenate(parts, axis=1)


def observed_scores(counter: Counter, stream: str, cell: Ints, true: Floats) -> Floats:
    """Scale scores of one sitting, shape (n, 35): mean 100, deviation 15, one decimal; `cell` numbers the sitting."""
    noise = counter.normal(f"{stream}/noise", cell[:, None] * 64 + np.arange(true.shape[1]))
    score = np.sqrt(RELIABILITIES) * true + np.sqrt(1.0 - RELIABILITIES) * noise
    result: Floats = np.clip(np.round(100.0 + 15.0 * score, 1), 20.0, 180.0)
    return result


def scale_columns(score: Floats, known: Bools) -> dict[str, pa.Array]:
    """The 35 scales under their Korean headers, null where not `known` (n, 35)."""
    return {header: pa.array(score[:, place], mask=~known[:, place]) for place, header in enumerate(SCALE_HEADERS)}


@dataclass(frozen=True)
class _Sitting:
    """One test of some people: their positions in People, the stream and counter of its draws, its day."""

    position: Ints
    stream: str
    cell: Ints
    day: Ints


def test_results(world: World, person: People) -> list[Dated]:
    """The tests of those who took any, and the second ones."""
    draw = world.counter
    where = np.flatnonzero(draw.chance("test/taken", person.index, TEST_SHARE) & ~person.is_thin)
    index, registered = person.index[where], person.registered_day[where]
    day = np.minimum(registered + draw.integers("test/day", index, 60), np.maximum(registered, world.today))
    again = draw.chance("test/again", index, RETEST_SHARE)
    later = day + 90 + draw.integers("test/again/day", index, 631)
    sittings = (
        _Sitting(where, "test", index, day),
        _Sitting(where[again], "test/again", index[again], later[again]),
    )
    return [_rows(world, person, sitting) for sitting in sittings]


def _rows(world: World, person: People, sitting: _Sitting) -> Dated:
    draw, cell, where = world.counter, sitting.cell, sitting.position
    true = true_traits(world, "test", person.index[where], person.wishes[where, 0], SEEKER_LEANING)
    score = observed_scores(draw, sitting.stream, cell, true)
    careless = draw.pick(f"{sitting.stream}/careless", cell, CARELESS_SHARES)
    score = np.where((careless == 1)[:, None], np.round(score[:, :1]), score)
    taken = _taken(draw, sitting)
    is_raw = taken[:, 0] & draw.chance(f"{sitting.stream}/raw", cell, RAW_SHARE)
    answers = _item_answers(draw, sitting, true[:, :_INTERESTS], is_raw)
    answers = np.where((answers > 0) & (careless == 1)[:, None], answers.max(axis=1, initial=0)[:, None], answers)
    widths = [len(INSTRUMENT_SCALES[name]) for name in INSTRUMENTS]
    known = np.repeat(taken, widths, axis=1)
    known &= ~draw.chance(f"{sitting.stream}/missing", cell[:, None] * 64 + np.arange(len(SCALES)), SCALE_MISSING_SHARE)
    known[is_raw, :_INTERESTS] = False
    rows = pa.table(
        {
            "주민등록번호": person.resident_number.take(pa.array(where)),
            "검사일": text.days(sitting.day),
            "최종수정일시": text.instants(draw, f"{sitting.stream}/updated", cell, sitting.day),
            **scale_columns(score, known),
            ITEMS_HEADER: _item_text(answers),
            "응답시간_초": _seconds(draw, sitting, taken, careless, (answers > 0).sum(axis=1)),
        }
    )
    return Dated(rows, known_day(world, person, where, sitting.day))


def _taken(draw: Counter, sitting: _Sitting) -> Bools:
    """Which instruments were taken, shape (n, 4)."""
    stream, cell = sitting.stream, sitting.cell
    which = draw.pick(f"{stream}/which", cell, [0.62, 0.28, 0.10])  # interest and aptitude, interest, aptitude
    value = draw.chance(f"{stream}/value", cell, VALUE_SHARE)
    personality = (which != 2) & draw.chance(f"{stream}/personality", cell, PERSONALITY_SHARE)
    return np.stack([which != 2, which != 1, value, personality], axis=1)


def _item_answers(draw: Counter, sitting: _Sitting, true: Floats, is_raw: Bools) -> Ints:
    """Answers 1 … 5 to the 204 items in the order R01 … C34, 0 where not asked or left out, shape (n, 204)."""
    items = _INTERESTS * ITEMS_PER_SCALE
    answers = np.zeros((len(is_raw), items), dtype=np.int64)
    cell = sitting.cell[is_raw]
    each = cell[:, None] * 256 + np.arange(items)
    strength = np.repeat(np.sqrt(_ITEM_CORRELATIONS), ITEMS_PER_SCALE)
    trait = np.repeat(true[is_raw], ITEMS_PER_SCALE, axis=1)
    drawn = strength * trait + np.sqrt(1.0 - strength**2) * draw.normal(f"{sitting.stream}/item", each)
    middle = sum(ITEM_ANSWERS) / 2
    answered = np.clip(np.rint(middle + _ANSWER_SPREAD * drawn), *ITEM_ANSWERS).astype(np.int64)
    is_long = draw.chance(f"{sitting.stream}/long", cell, LONG_SHARE)
    asked = is_long[:, None] | (np.arange(items) % ITEMS_PER_SCALE < SHORT_ITEMS)
    blank = np.where(draw.chance(f"{sitting.stream}/hasty", cell, HASTY_SHARE), HASTY_BLANK, BLANK)
    left_out = draw.uniform(f"{sitting.stream}/blank", each) < blank[:, None]
    answers[is_raw] = np.where(asked & ~left_out, answered, 0)
    return answers


def _item_text(answers: Ints) -> pa.Array:
    """Answers (n, 204), 0 for none, as "R01:4;R02:3"; null where there is no answer."""
    names = "".join(f"{letter}{place:02}:0;" for letter in ITEM_LETTERS for place in range(1, ITEMS_PER_SCALE + 1))
    token = np.frombuffer(names.encode(), np.uint8).reshape(-1, 6)
    row, place = np.nonzero(answers)
    sent = token[place]
    sent[:, 4] += answers[row, place].astype(np.uint8)
    length = 6 * np.bincount(row, minlength=len(answers))
    kept = np.ones(sent.size, dtype=bool)
    kept[np.cumsum(length)[length > 0] - 1] = False  # the last semicolon of each row
    offsets = np.concatenate([[0], np.cumsum(np.maximum(length - 1, 0))]).astype(np.int32)
    buffers = [pa.py_buffer(offsets), pa.py_buffer(sent.reshape(-1)[kept])]
    joined = pa.StringArray.from_buffers(len(answers), *buffers)
    return joined.take(pa.array(np.arange(len(answers)), mask=length == 0))


def _seconds(draw: Counter, sitting: _Sitting, taken: Bools, careless: Ints, items: Ints) -> pa.Array:
    """Seconds the whole sitting took; null for a tenth."""
    stream, cell = sitting.stream, sitting.cell
    typical = taken[:, 1:] @ np.array([SECONDS[name] for name in INSTRUMENTS[1:]])
    typical = typical + np.where(items > 0, SECONDS_AN_ITEM * items, SECONDS["interest"] * taken[:, 0])
    usual = np.rint(typical * np.exp(0.2 * draw.normal(f"{stream}/seconds", cell))).astype(np.int64)
    fast = 3 + draw.integers(f"{stream}/fast", cell, 15)
    slow = 90_000 + draw.integers(f"{stream}/slow", cell, 200_000)
    known = draw.chance(f"{stream}/seconds/known", cell, SECONDS_KNOWN_SHARE) | (careless >= 2)
    return text.whole(np.select([careless == 2, careless == 3], [fast, slow], usual), known)
