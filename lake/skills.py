"""Phrases of résumés and postings to the skills of one vocabulary, by their words and by their letters.

Put here: `SkillLinker`, which turns "응용 SW 엔지니어링 실무" into NCS "20010202". Do not put here: what a word is
(tokens.py), titles as occupations (titles.py), reading or writing of tables. Makes no table.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lake.tokens import split_words

Doubles = npt.NDArray[np.float64]

LONGEST_PHRASE = 60  # letters; what is longer is a sentence and names no single skill
# One word under several spellings, and the worker for the work: "DB엔지니어" does DB엔지니어링.
SPELLINGS = (
    ("데이터베이스", "db"),
    ("소프트웨어", "sw"),
    ("네트워크", "nw"),
    ("인공지능", "ai"),
    ("홍보", "pr"),
    ("머천다이징", "md"),
    ("머천다이저", "md"),
    ("디자이너", "디자인"),
    ("아키텍트", "아키텍처"),
    ("아키텍쳐", "아키텍처"),
    ("엔지니어링", "엔지니어"),
    ("매니저", "관리"),
)
WORKER = re.compile(
    r"(개발|관리|기획|설계|분석|편집|운영|상담|조리|미용|간호|조무|치료|정비|용접|촬영|제과|제빵)(?:자|사|원|공)(?![가-힣])"
)
# Say how well or how long somebody does something, not what.
IDLE_WORDS = frozenset(
    word
    for line in (
        "가능 가능자 경력 경력자 경험 경험자 고급 과정 관련 교육과정 기초 능력 능력자 능통 담당 담당자 무관 보유",
        "보유자 분야 수료 수료자 신입 실무 실무자 실습 업무 역량 우대 우수 이수 자격 자격증 전공 전공자 전문 전문가",
        "전반 중급 직무 초급 취득 필수 학과 희망",
    )
    for word in line.split()
)
# Names whose word means something else to most people: "use", information security, to measure.
MISTAKABLE_NAMES = frozenset(("이용", "보안", "측정"))
LETTERS = re.compile(r"[0-9a-z가-힣+#]+")
# Measured on 3,116 phrases of real résumés and postings (tests/real/README.md, "Skill phrases").
LEAST_SIMILARITY = 0.7  # of words, where two or more are shared
LEAST_SIMILARITY_BY_ONE = 0.8  # where one word is shared: "임원비서" is a 비서, "인쇄영업" no 인쇄
LEAST_LETTER_SIMILARITY = 0.85  # "스타일디자인" is no 텍스타일디자인
UNKNOWN_WORD_SHARE = 0.5  # of the weight of the rarest word: a word that no skill has narrows the skill down
LEAST_SHARED = 0.6  # of a name's squared weight, where two words or more are shared
LEAST_SHARED_BY_ONE = 0.8  # where one word is: "물류" is 물류관리, "디스플레이" is not 디스플레이개발
LEAST_LEAD = 0.02  # a phrase that fits two skills alike says neither
LEAST_COVERED = 0.75  # of a name's letters; where its words are less of it ("아이" of 아이돌봄), letters alone count
CHUNK_PHRASES = 2_048


class SkillLinkerError(ValueError):
    """The vocabulary handed over cannot be linked to."""


@dataclass(frozen=True)
class Link:
    """The skill that a phrase names and how alike their texts are."""

    skill_code: str
    similarity_0_1: float


@dataclass(frozen=True)
class _Index:
    """Texts of names as rows of length 1 in `names` (m, f).

    `terms` gives each term its column, `weights` (f,) what it weighs; `first` (m,) is the column of a name's first
    term, f where it has none.
    """

    terms: dict[str, int]
    weights: Doubles
    unknown_weight: float
    names: sparse.csr_matrix
    first: npt.NDArray[np.int64]


@dataclass(frozen=True)
class SkillLinker:
    """A vocabulary to link to: `codes` ascending; `codes[i]` owns names `starts[i]`..`starts[i + 1]`."""

    codes: tuple[str, ...]
    starts: npt.NDArray[np.int64]
    words: _Index
    letters: _Index
    known_words: frozenset[str]

    @classmethod
    def from_names(cls, names: Iterable[tuple[str, str]]) -> SkillLinker:
        """A linker over (skill_code, skill_name); a name of two single words ("회계·감사") is each of them too."""
        pairs = sorted({(code, variant) for code, name in names for variant in name_variants(name)})
        if not pairs:
            raise SkillLinkerError("skill vocabulary: 0 names found, 1 or more expected; write gold__skills first")
        codes, starts = np.unique([code for code, _ in pairs], return_index=True)
        by_words = _index([_name_words(name) for _, name in pairs], weigh=_rarity, unknown_share=UNKNOWN_WORD_SHARE)
        by_letters = _index([_letter_pairs(name) for _, name in pairs], weigh=lambda _, __: 1.0, unknown_share=1.0)
        known = frozenset(word for _, name in pairs for word in split_words(spell(name))) | IDLE_WORDS
        return cls(tuple(codes.tolist()), starts.astype(np.int64), by_words, by_letters, known)

    def link(self, phrases: Sequence[str]) -> list[Link | None]:
        """The skill each phrase names, or None; a phrase's answer depends on itself and the vocabulary alone.

        Two texts are as alike as the cosine of their words weighted by ln((1 + n) / (1 + names with the word)), or of
        their pairs of letters where that is more: words bear a change of order, letters one of spacing.
        """
        found: list[Link | None] = []
        for start in range(0, len(phrases), CHUNK_PHRASES):
            found += self._link_chunk(phrases[start : start + CHUNK_PHRASES])
        return found

    def says_only_known_words(self, phrase: str) -> bool:
        """Whether a phrase is nothing but words of skill names and idle words: no name of anybody can be in it."""
        words = split_words(spell(phrase))
        letters = "".join(LETTERS.findall(spell(phrase)))
        return "".join(words) == letters and self.known_words.issuperset(words)

    def _link_chunk(self, phrases: Sequence[str]) -> list[Link | None]:
        read = [phrase if len(phrase) <= LONGEST_PHRASE else "" for phrase in phrases]
        alike = np.maximum(
            _compare_words(self.words, [phrase_words(phrase) for phrase in read]),
            _compare_letters(self.letters, [_letter_pairs(phrase) for phrase in read]),
        )
        alike = np.maximum.reduceat(alike, self.starts, axis=1)
        best = alike.argmax(axis=1)
        top = alike[np.arange(len(alike)), best]
        alike[np.arange(len(alike)), best] = 0
        # Rounded before: equal likenesses are exactly equal, whatever the order in which their terms were added.
        is_clear = (top > 0) & (top - alike.max(axis=1) >= LEAST_LEAD)
        return [
            Link(self.codes[place], float(value)) if clear else None
            for place, value, clear in zip(best, top, is_clear, strict=True)
        ]


def spell(text: str) -> str:
    """`text` in one spelling: NFKC, lower case, known words in their shortest form, the work for its worker."""
    folded = unicodedata.normalize("NFKC", text).lower()
    for word, written in SPELLINGS:
        folded = folded.replace(word, written)
    return WORKER.sub(r"\1", folded)


def phrase_words(phrase: str) -> list[str]:
    """The words of a phrase that say what somebody does, each once, ascending."""
    return sorted(set(split_words(spell(phrase))) - IDLE_WORDS)


def _name_words(name: str) -> list[str]:
    """The words of a skill's name; none where they are too little of it to stand for it."""
    words = split_words(spell(name))
    letters = sum(len(part) for part in LETTERS.findall(spell(name)))
    is_covered = sum(len(word) for word in words) >= LEAST_COVERED * letters
    return [word for word in words if word not in IDLE_WORDS] if is_covered else []


def name_variants(name: str) -> list[str]:
    """The texts that name a skill: none for a mistakable one, both words too of a name like "회계·감사"."""
    if name in MISTAKABLE_NAMES:
        return []
    halves = name.split("·")
    is_two_words = len(halves) == 2 and all(len(split_words(spell(half))) == 1 for half in halves)
    return [name, *halves] if is_two_words else [name]


def _letter_pairs(text: str) -> list[str]:
    """Neighbouring letters of a text without its spaces and idle words, with its beginning and end."""
    joined = "".join(part for part in LETTERS.findall(spell(text)) if part not in IDLE_WORDS)
    framed = f"^{joined}$"
    return [framed[place : place + 2] for place in range(len(framed) - 1)] if joined else []


def _rarity(count: int, names_with_it: int) -> float:
    """ln((1 + n) / (1 + m)), never quite 0."""
    return max(log((1 + count) / (1 + names_with_it)), 0.1)


def _index(names: Sequence[Sequence[str]], *, weigh: Callable[[int, int], float], unknown_share: float) -> _Index:
    seen = Counter(term for name in names for term in set(name))
    terms = {term: place for place, term in enumerate(sorted(seen))}
    weights = np.array([weigh(len(names), seen[term]) for term in terms])
    first = np.array([terms[name[0]] if name else len(terms) for name in names], dtype=np.int64)
    index = _Index(terms, weights, unknown_share * weigh(len(names), 0), sparse.csr_matrix((0, len(terms))), first)
    return replace(index, names=_rows(index, names))


def _rows(index: _Index, texts: Sequence[Sequence[str]]) -> sparse.csr_matrix:
    """(n, f) rows of the texts' known terms; a row has length 1 together with its unknown terms."""
    counted = [Counter(text) for text in texts]
    row = np.array([place for place, terms in enumerate(counted) for _ in terms], dtype=np.int64)
    times = np.array([count for terms in counted for count in terms.values()], dtype=np.float64)
    column = np.array([index.terms.get(term, -1) for terms in counted for term in terms], dtype=np.int64)
    values = times * np.where(column >= 0, np.append(index.weights, 0.0)[column], index.unknown_weight)
    lengths = np.sqrt(np.bincount(row, values**2, minlength=len(texts)))
    is_known = column >= 0
    unit = values[is_known] / lengths[row[is_known]]
    return sparse.csr_matrix((unit, (row[is_known], column[is_known])), shape=(len(texts), len(index.terms)))


def _compare_words(index: _Index, texts: Sequence[Sequence[str]]) -> Doubles:
    """(n, m) cosine of words, 0 where too little of the name is shared or not its first word, which says its field."""
    rows = _rows(index, texts)
    is_word, is_named = rows.sign(), index.names.sign()
    shared, held = (is_word @ is_named.T).toarray(), (is_word @ index.names.power(2).T).toarray()
    no_term = sparse.csr_matrix((len(texts), 1))
    has_first = sparse.hstack([is_word, no_term], format="csr")[:, index.first].toarray() > 0
    is_enough = held >= np.where(shared >= 2, LEAST_SHARED, LEAST_SHARED_BY_ONE)
    alike: Doubles = np.round((rows @ index.names.T).toarray(), 6)
    is_alike = alike >= np.where(shared >= 2, LEAST_SIMILARITY, LEAST_SIMILARITY_BY_ONE)
    return np.where(has_first & is_enough & is_alike, alike, 0.0)


def _compare_letters(index: _Index, texts: Sequence[Sequence[str]]) -> Doubles:
    """(n, m) cosine of pairs of letters, 0 where it is small."""
    alike: Doubles = np.round((_rows(index, texts) @ index.names.T).toarray(), 6)
    return np.where(alike >= LEAST_LETTER_SIMILARITY, alike, 0.0)
