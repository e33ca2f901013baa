"""The job space: where occupations, words and skills lie, for people and for postings; kept for a month.

Learned by job_space_model.py, used by vectors.py. Saved as arrays and JSON with their hashes, never pickled: a file
that was changed is refused by its name. Do not put here: learning, sums over rows. Makes no table.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lake.array_files import read_arrays
from lake.file_hash import sha256_of
from matching.blocks import Doubles, MatchingInputError

FORMAT = "job-space-1"
ARRAYS, NAMES, DESCRIPTION = "arrays.npz", "names.json", "space.json"


@dataclass(frozen=True)
class Side:
    """What an occupation (k, d) and a word (v, d) say about content, as asked by people or offered by postings."""

    occupations: Doubles
    words: Doubles


@dataclass(frozen=True)
class JobSpace:
    """Occupations (k,) sorted by code, with their prefixes, and their places (k, d); words (v,); what both sides say.

    `words` are words, then skills and postings under their marks. The first `use_dimensions` numbers of a side's rows
    come from the texts that a word stands in, the others from who applies to what.
    """

    codes: tuple[str, ...]
    words: pa.Array
    occupations: Doubles
    asked: Side
    offered: Side
    use_dimensions: int

    def save(self, folder: Path) -> None:
        """Write the space into `folder`; equal spaces give equal bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / ARRAYS, **self._arrays())
        names = {"codes": self.codes, "words": self.words.to_pylist(), "use_dimensions": self.use_dimensions}
        (folder / NAMES).write_text(json.dumps(names, ensure_ascii=False) + "\n", encoding="utf-8")
        hashes = {name: sha256_of(folder / name) for name in (ARRAYS, NAMES)}
        (folder / DESCRIPTION).write_text(
            json.dumps({"format": FORMAT, "sha256": hashes}, indent=1) + "\n", encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path) -> JobSpace:
        """Read what `save` wrote."""
        description = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        if description["format"] != FORMAT:
            raise MatchingInputError(
                f"{folder / DESCRIPTION}: format {description['format']}, expected {FORMAT}; remove the folder, "
                "the next night learns the space again"
            )
        for name, expected in description["sha256"].items():
            if (found := sha256_of(folder / name)) != expected:
                raise MatchingInputError(
                    f"{folder / name}: sha256 {found[:12]}, expected {expected[:12]}; it was changed after it was "
                    "learned. Restore it, or remove the folder and the next night learns the space again"
                )
        names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        arrays = read_arrays(folder / ARRAYS)
        asked, offered = (Side(arrays[f"{side}_codes"], arrays[f"{side}_words"]) for side in ("asked", "offered"))
        words = pa.array(names["words"], pa.string())
        return cls(tuple(names["codes"]), words, arrays["occupations"], asked, offered, int(names["use_dimensions"]))

    @property
    def version(self) -> str:
        """A short hash of the content: the same sample gives the same version."""
        digest = hashlib.sha256("|".join((str(self.use_dimensions), *self.codes, *self.words.to_pylist())).encode())
        for values in self._arrays().values():
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()[:12]

    def _arrays(self) -> dict[str, Any]:
        return {
            "occupations": self.occupations,
            "asked_codes": self.asked.occupations,
            "asked_words": self.asked.words,
            "offered_codes": self.offered.occupations,
            "offered_words": self.offered.words,
        }


@functools.lru_cache(maxsize=2)
def load_job_space(folder: Path) -> JobSpace:
    """`JobSpace.load`, once a process and folder."""
    return JobSpace.load(folder)
