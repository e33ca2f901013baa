"""Korean texts as words: nouns and roots found by Kiwi, foreign words as written, the same on every machine.

Only this file imports kiwipiepy; its model lies in the package and nothing is fetched. Put here: what a word is. Do
not put here: what words weigh or mean (matching/job_space_model.py), titles as occupations (titles.py).
"""

from __future__ import annotations

import functools
import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from kiwipiepy import Kiwi

LONGEST_TEXT = 400  # characters of one text that are read; a longer title or keyword is a pasted body
KEPT_STRETCHES = 200_000  # distinct stretches of Hangul whose words a process remembers: about 50 MB
# Names what is worked on or with: general and proper nouns, roots ("깨끗"). No particles, endings, counting nouns.
WORD_TAGS = frozenset(("NNG", "NNP", "XR"))
# "c++", "c#", "r&d", "node.js", "3d" stay whole and numbers are dropped. Hangul goes to Kiwi one stretch at a time:
# a sentence adds little to the nouns of a title and stretches repeat far more often than titles do.
STRETCH = re.compile(r"(?P<hangul>[가-힣]+)|\d*[a-z][a-z0-9]*(?:[&.][a-z0-9]+)*(?:\+\+|#)?|[\u4e00-\u9fff]+")


def find_words(texts: pa.Array | pa.ChunkedArray) -> pa.ListArray:
    """The words of every text in their order, with repetitions; none for a null. Equal texts are read once."""
    plain = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = pc.dictionary_encode(plain.cast(pa.string()))
    words = [split_words(text) for text in encoded.dictionary.to_pylist()]
    distinct = pa.array([*words, ()], pa.list_(pa.string()))
    places = pc.fill_null(encoded.indices, len(words)).to_numpy(zero_copy_only=False)
    return distinct.take(pa.array(places.astype(np.int64)))


def split_words(text: str) -> list[str]:
    """The words of one text in their order, lower case, with repetitions."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    words: list[str] = []
    for stretch in STRETCH.finditer(folded):
        words += _find_nouns(stretch.group()) if stretch.lastgroup else (stretch.group(),)
    return words


@functools.lru_cache(maxsize=KEPT_STRETCHES)
def _find_nouns(stretch: str) -> tuple[str, ...]:
    return tuple(token.form for token in _load_kiwi().tokenize(stretch) if token.tag in WORD_TAGS)


@functools.lru_cache(maxsize=1)
def _load_kiwi() -> Kiwi:
    """The analyser, loaded with the first Hangul of a process (about a second, 320 MB).

    Without its names of several words: a stretch is one word, and they cost 190 MB.
    """
    return Kiwi(num_workers=1, model_type="cong", load_multi_dict=False)
