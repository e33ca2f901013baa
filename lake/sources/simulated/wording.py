"""How people and employers write skills: as code and name, or in words of their own without a code.

Do not put here: which skills somebody has or asks for.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lake.sources.simulated import text
from lake.sources.simulated.counters import Bools, Ints
from lake.sources.simulated.world import World

SEEKERS_OWN_WORDS = 0.25  # of résumés
EMPLOYERS_OWN_WORDS = 0.15  # of postings
_WAYS = 5
_LAST_WORDS = (
    "관리",
    "기획",
    "운영",
    "설계",
    "제작",
    "개발",
    "시공",
    "정비",
    "가공",
    "영업",
    "분석",
    "서비스",
    "상담",
    "교육",
    "지원",
    "조작",
)


def phrase_skill(name: str) -> tuple[str, ...]:
    """The name of a skill in five ways: as it is, followed by 실무, 가능 or 자격, with the last word apart."""
    apart = name
    for word in _LAST_WORDS:
        if name.endswith(word) and len(name) > len(word) and name[-len(word) - 1].isalnum():
            apart = f"{name.removesuffix(word)} {word}"
    return name, f"{name} 실무", f"{name} 가능", f"{name} 자격", apart


def write_skills(world: World, stream: str, cell: Ints, skills: Ints, own_words: Bools) -> tuple[pa.Array, pa.Array]:
    """Names and codes of `skills` (n, k; -1 none) joined by semicolons.

    Where `own_words` (n,) the names vary and there are no codes; `cell` (n, k) numbers the draws.
    """
    phrases = [phrase for name in world.skill_names for phrase in phrase_skill(name)]
    way = np.where(own_words[:, None], world.counter.integers(f"{stream}/way", cell, _WAYS), 0)
    names = text.joined(phrases, np.where(skills >= 0, skills * _WAYS + way, -1))
    codes = text.joined(world.skill_codes, np.where(own_words[:, None], -1, skills))
    return names, codes
