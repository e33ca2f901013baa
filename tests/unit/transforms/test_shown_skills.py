"""Numbers of what people have shown, merged to one row of texts a person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from transforms.gold.shown_skills import EVIDENCE, SCHEMA, merge_shown

pytestmark = pytest.mark.unit
Shown = tuple[int, int, str]  # code, level, evidence


def merge(people: dict[str, list[Shown]], batch_rows: int = 8_192) -> list[dict[str, Any]]:
    numbers = [[code * 100 + level * 10 + EVIDENCE.index(by) for code, level, by in shown] for shown in people.values()]
    rows = pa.table({"seeker_key": list(people), "shown": pa.array(numbers, pa.list_(pa.int64()))})
    made = list(merge_shown(iter(rows.to_batches(max_chunksize=batch_rows))))
    return pa.Table.from_batches(made, schema=SCHEMA).to_pylist()


def test_a_skill_counts_once_at_its_highest_level_and_keeps_its_zeros() -> None:
    shown = [(1010101, 0, "RESUME"), (20010202, 3, "CAREER"), (20010202, 5, "TRAINING"), (20010202, 0, "RESUME")]
    assert merge({"a": shown}) == [
        {
            "seeker_key": "a",
            "skill_codes_text": "01010101;20010202",
            "skill_levels_text": "05",
            "evidence_codes_text": "CAREER;TRAINING;RESUME",
            "skills_count": 2,
        }
    ]


def test_no_people_make_no_rows() -> None:
    assert merge({}) == []


def plain_reading(shown: list[Shown]) -> tuple[str, str, str]:
    levels: dict[int, int] = {}
    for code, level, _ in shown:
        levels[code] = max(level, levels.get(code, 0))
    told = {by for _, _, by in shown}
    return (
        ";".join(f"{code:08d}" for code in sorted(levels)),
        "".join(str(levels[code]) for code in sorted(levels)),
        ";".join(by for by in EVIDENCE if by in told),
    )


@pytest.mark.parametrize("batch_rows", [1, 7, 8_192])
def test_blocks_and_order_change_nothing_against_a_plain_reading(batch_rows: int) -> None:
    draw = np.random.default_rng(3)
    people = {
        f"{person:03d}": [
            (int(code), int(level), EVIDENCE[by])
            for code, level, by in zip(
                draw.choice([1010101, 2010101, 20010202, 24030102], size),
                draw.integers(0, 9, size),
                draw.integers(0, len(EVIDENCE), size),
                strict=True,
            )
        ]
        for person, size in enumerate(draw.integers(1, 12, 60))
    }
    rows = merge({key: shown[::-1] for key, shown in people.items()}, batch_rows)
    texts = ("skill_codes_text", "skill_levels_text", "evidence_codes_text")
    assert {row["seeker_key"]: tuple(row[name] for name in texts) for row in rows} == {
        key: plain_reading(shown) for key, shown in people.items()
    }
