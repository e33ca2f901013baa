"""Free-text Korean job titles to KECO unit groups, by the job dictionary.

Put here: `TitleLinker`, which turns "상품기획;MD" into "0243" through character n-grams of the dictionary's
titles, similar titles and unit-group names. Do not put here: reading or writing of tables (the caller
hands over the dictionary as Arrow), code lists of one source (its mapping). Makes no table.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

Floats = npt.NDArray[np.float32]

PART_SEPARATORS = re.compile(r"[;,\n\r|]+")
# "머천다이저(merchandiser)" is one job under two names; "고위직공무원(일반)" keeps its name without the remark.
PARENTHESES = re.compile(r"\(([^()]*)\)")
NOT_TITLE_CHARACTERS = re.compile(r"[^0-9a-z가-힣+#]+")
LETTER = re.compile(r"[a-z가-힣]")
CHUNK_TEXTS = 2_048
CHUNK_PARTS = 512
# Measured on 2,000 similar titles left out (tests/real/README.md): longer n-grams or whole words add nothing.
NGRAMS = (1, 3)
MINIMUM_SIMILARITY = 0.35
# A wish is for the work, not for leading or teaching it: "구매" is no executive and "디자인" no teacher of it, unless
# the text says so. Groups of managers (KECO 01) and of private teachers (214) count for less without such a word.
LEADING_GROUPS = ("01", "214")
LEADING_WORD = re.compile(r"(관리자|임원|책임자|총괄|대표|이사|장|ceo|cto|강사|교사|교수|코치|트레이너|교육)$")
LEADING_SHARE = np.float32(0.75)
# People name the field where the dictionary names who works in it.
FIELD, WORKER = "디자인", "디자이너"
# A part votes for every group it resembles; the power keeps many faint resemblances below one clear one.
VOTE_POWER = 4
COLUMNS = ("occupation_code", "occupation_name", "title", "similar_titles_text")


class TitleLinkerError(ValueError):
    """The dictionary handed over cannot be linked to."""


@dataclass(frozen=True)
class TitleLinker:
    """Titles of the dictionary as vectors, sorted by code; `codes[i]` owns rows `starts[i]`..`starts[i + 1]`."""

    vectorizer: TfidfVectorizer
    vectors: sparse.csr_matrix
    codes: npt.NDArray[np.str_]
    starts: npt.NDArray[np.int64]
    minimum_similarity: float = MINIMUM_SIMILARITY

    @classmethod
    def from_arrow(cls, dictionary: pa.Table, minimum_similarity: float = MINIMUM_SIMILARITY) -> TitleLinker:
        """A linker over `dictionary` (occupation_code, occupation_name, title, similar_titles_text)."""
        missing = [name for name in COLUMNS if name not in dictionary.column_names]
        if missing:
            raise TitleLinkerError(
                f"job dictionary: columns {missing} are missing; found {dictionary.column_names}; "
                f"hand over {', '.join(COLUMNS)} of silver__occupations"
            )
        pairs = dictionary_titles(dictionary)
        if not pairs:
            raise TitleLinkerError(
                f"job dictionary: no title with an occupation_code in {dictionary.num_rows} rows; "
                "deliver the occupations before a mapping that links to them"
            )
        return cls.from_pairs(pairs, minimum_similarity)

    @classmethod
    def from_pairs(
        cls, pairs: Iterable[tuple[str, str]], minimum_similarity: float = MINIMUM_SIMILARITY
    ) -> TitleLinker:
        """A linker over (occupation_code, normalised title) pairs; equal pairs count once."""
        ordered = sorted(set(pairs))
        owners = np.array([code for code, _ in ordered])
        codes, starts = np.unique(owners, return_index=True)
        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=NGRAMS, lowercase=False, sublinear_tf=True, dtype=np.float32
        )
        vectors = sparse.csr_matrix(vectorizer.fit_transform([title for _, title in ordered]))
        return cls(vectorizer, vectors, codes, starts.astype(np.int64), minimum_similarity)

    def link(self, texts: pa.Array | pa.ChunkedArray, place: int = 1) -> pa.Array:
        """The code in `place` (1 = best) for each text, null where none is similar enough.

        From the second place on only codes that fit one of the text's parts best: "MD" is one wish, and what else it
        resembles is no second one.
        """
        if place < 1:
            raise TitleLinkerError(f"place {place} of a linked title; expected 1 or more")
        plain = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        encoded = pc.dictionary_encode(plain)
        best = self._ranked(encoded.dictionary.to_pylist(), place, is_only_parts_best=place > 1)
        codes = pa.array([ranked[-1][0] if len(ranked) == place else None for ranked in best], pa.string())
        return codes.take(encoded.indices)

    def top(self, texts: Sequence[str | None], k: int) -> list[list[tuple[str, float]]]:
        """The `k` best (code, score between 0 and 1) of each text, best first, ties by code."""
        return self._ranked(texts, k)

    def _ranked(
        self, texts: Sequence[str | None], k: int, *, is_only_parts_best: bool = False
    ) -> list[list[tuple[str, float]]]:
        ranked: list[list[tuple[str, float]]] = []
        for start in range(0, len(texts), CHUNK_TEXTS):
            scores, is_parts_best = self._scores([split_parts(text) for text in texts[start : start + CHUNK_TEXTS]])
            if is_only_parts_best and len(scores):
                is_parts_best[np.arange(len(scores)), scores.argmax(axis=1)] = True
                scores = np.where(is_parts_best, scores, np.float32(0))
            # A stable sort of the negated scores keeps codes, which are ascending, in order among equals.
            order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
            for row, columns in zip(scores, order, strict=True):
                ranked.append([(str(self.codes[i]), float(row[i])) for i in columns if row[i] > 0])
        return ranked

    def _scores(self, parts_of_texts: Sequence[Sequence[str]]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """(texts, codes): the mean vote of a text's parts for each code, and whether the code fits a part best."""
        shape = (len(parts_of_texts), len(self.codes))
        unique = sorted({part for parts in parts_of_texts for part in parts})
        if not unique:
            return np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=bool)
        index = {part: position for position, part in enumerate(unique)}
        rows = np.repeat(np.arange(len(parts_of_texts)), [len(parts) for parts in parts_of_texts])
        columns = np.array([index[part] for parts in parts_of_texts for part in parts], dtype=np.int64)
        shares = np.array([1 / len(parts) for parts in parts_of_texts for _ in parts], dtype=np.float32)
        belongs = sparse.csr_matrix((shares, (rows, columns)), shape=(len(parts_of_texts), len(unique)))
        chunks = [self._votes(unique[start : start + CHUNK_PARTS]) for start in range(0, len(unique), CHUNK_PARTS)]
        votes = sparse.vstack(chunks, format="csr")
        first, is_known = np.asarray(votes.argmax(axis=1)).ravel(), votes.getnnz(axis=1) > 0
        bests = sparse.csr_matrix((is_known.astype(np.float32), (np.arange(len(unique)), first)), shape=votes.shape)
        summed: Floats = (belongs @ votes).toarray().astype(np.float32, copy=False)
        return np.power(summed, np.float32(1 / VOTE_POWER)), (belongs @ bests).toarray() > 0

    def _votes(self, parts: Sequence[str]) -> sparse.csr_matrix:
        """(parts, codes): the similarity of each code's nearest title, to the power of the vote, or nothing."""
        nearest = self._nearest(parts)
        fields = [row for row, part in enumerate(parts) if part.endswith(FIELD)]
        if fields:
            workers = self._nearest([parts[row].removesuffix(FIELD) + WORKER for row in fields])
            nearest[fields] = np.maximum(nearest[fields], workers)
        is_plain = np.array([not LEADING_WORD.search(part) for part in parts])
        is_leading = np.array([code.startswith(LEADING_GROUPS) for code in self.codes.tolist()])
        nearest[np.ix_(is_plain, is_leading)] *= LEADING_SHARE
        # Rounding makes equal titles exactly equal, whatever the order of their n-grams in memory.
        rounded = np.round(nearest, 5)
        return sparse.csr_matrix(np.where(rounded >= self.minimum_similarity, rounded**VOTE_POWER, 0))

    def _nearest(self, parts: Sequence[str]) -> Floats:
        """(parts, codes) float32: the similarity of each code's nearest title."""
        similarity = (self.vectorizer.transform(parts) @ self.vectors.T).toarray()
        nearest: Floats = np.maximum.reduceat(similarity, self.starts, axis=1)
        return nearest


def normalise(text: str) -> str:
    """One title as compared: NFKC, lower case, letters and digits only, one space between words."""
    return NOT_TITLE_CHARACTERS.sub(" ", unicodedata.normalize("NFKC", text).lower()).strip()


def split_parts(text: str | None) -> list[str]:
    """The different titles in one text, normalised, in order of appearance; a bare number is no title."""
    if text is None:
        return []
    parts = (normalise(part) for part in PART_SEPARATORS.split(unicodedata.normalize("NFKC", text)))
    return list(dict.fromkeys(part for part in parts if LETTER.search(part)))


def title_variants(text: str) -> list[str]:
    """A title, the same without its parentheses, and what stands in them when it is a name of its own."""
    text = unicodedata.normalize("NFKC", text)
    inside = [word for word in PARENTHESES.findall(text) if len(normalise(word)) > 1 and not word.startswith("일반")]
    variants = (normalise(variant) for variant in (text, PARENTHESES.sub("", text), *inside))
    return list(dict.fromkeys(variant for variant in variants if variant))


def split_outside_parentheses(text: str) -> list[str]:
    """`text` at its commas, except those inside parentheses."""
    return re.split(r"[,;\n\r]+(?![^()]*\))", unicodedata.normalize("NFKC", text))


def join_words(text: str | None) -> str:
    """The titles in one text without the spaces inside them: "웹 퍼블리셔" and "웹퍼블리셔" are one title.

    For a linker over pairs joined in the same way; measured on the same 2,000 titles it finds as many.
    """
    return ";".join(part.replace(" ", "") for part in split_parts(text))


def dictionary_titles(dictionary: pa.Table) -> list[tuple[str, str]]:
    """Every (occupation_code, normalised title) the dictionary knows, under all its names."""
    pairs: set[tuple[str, str]] = set()
    columns = [dictionary.column(name).to_pylist() for name in COLUMNS]
    for code, name, title, similar in zip(*columns, strict=True):
        if not code:
            continue
        for text in (name, title, *split_outside_parentheses(similar or "")):
            pairs.update((code, variant) for variant in title_variants(text or ""))
    return sorted(pairs)


def hit_rates(dictionary: pa.Table, sample: int = 2_000, places: tuple[int, ...] = (1, 5)) -> dict[int, float]:
    """Share of similar titles whose code is found in the first places when the title itself is left out.

    A fixed sample by hash of the title. A text that also names another group stays in the dictionary there.
    """
    codes, similar = (dictionary.column(name).to_pylist() for name in ("occupation_code", "similar_titles_text"))
    queries = {
        (code, normalise(part))
        for code, text in zip(codes, similar, strict=True)
        if code and text
        for part in split_outside_parentheses(text)
    }
    asked = sorted((q for q in queries if q[1]), key=lambda q: hashlib.sha256("\t".join(q).encode()).digest())[:sample]
    left_out = {(code, variant) for code, title in asked for variant in (title, *title_variants(title))}
    linker = TitleLinker.from_pairs(
        [pair for pair in dictionary_titles(dictionary) if pair not in left_out], minimum_similarity=0.0
    )
    found = linker.top([title for _, title in asked], max(places))
    return {
        k: float(np.mean([code in [c for c, _ in best[:k]] for (code, _), best in zip(asked, found, strict=True)]))
        for k in places
    }
