"""The family and grade of a certificate, read from its name: who holds a higher grade needs no lower one.

기술사 and 기능장 are above 기사, that above 산업기사, that above 기능사, of the same field (national technical
qualifications act, article 9, and its order of entry requirements); 1급 is above 2급, that above 3급. A note in
parentheses is part of the family; blanks are not. Do not put here: who holds what. Makes no table.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

# Grade word → rank in its family.
_GRADES = {"기술사": 4, "기능장": 4, "산업기사": 2, "기사": 3, "기능사": 1, "1급": 3, "2급": 2, "3급": 1}
_WORDS = list(_GRADES)
_GRADED = re.compile(rf"(?P<field>.+?)(?P<grade>{'|'.join(_GRADES)})(?P<note>\(.*\))?")
_GRADE_IN_NOTE = re.compile(r"(?P<field>.+?)\((?P<grade>[123]급)\)(?P<note>)")
NO_RANK, NO_WORD = 0, -1


class Grade(NamedTuple):
    """A certificate's `family`, its `rank` in it and the number of its grade word (기술사 and 기능장 rank alike)."""

    family: str
    rank: int
    word: int


@lru_cache(maxsize=100_000)
def read_grade(name: str) -> Grade:
    """The grade of a certificate's name; without one, a family of its own."""
    plain = "".join(name.split())
    found = _GRADE_IN_NOTE.fullmatch(plain) or _GRADED.fullmatch(plain)
    if found is None:
        return Grade(plain, NO_RANK, NO_WORD)
    word = found["grade"]
    # 정보처리 1급 and 정보처리기사 are no grades of one another.
    scale = "급" if word.endswith("급") else "기"
    return Grade(f"{found['field']}{found['note'] or ''}/{scale}", _GRADES[word], _WORDS.index(word))
