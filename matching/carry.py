"""Carry: what last night's search found, so that an unchanged person only has to meet the new postings.

A person's list of 100 holds everything above its floor. Postings that closed or changed are dropped, new ones compete,
and while at least 50 stand above the floor these are the best 50 there are; otherwise the person is searched anew. So
the result is that of a full search. A cache: deleted or not fitting, the night takes the long way to the same answers.
Do not put here: the search (retrieve.py). Makes no table.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lake.array_files import read_array, read_arrays
from matching.blocks import Flags, Ints, Longs
from matching.compiled import compiled
from matching.graph import POOL
from matching.hashed import Keys
from matching.market import PostingMarket
from matching.retrieve import Best
from matching.selection import TOP, Lists, Stock, count_steps, multiply, order_key
from matching.vectors import Grid

COMPLETE = -(1 << 30)  # the floor of a list that holds every eligible posting: below every fit, also negative ones
GONE = -1
DESCRIPTION, INDEX = "carry.json", "index.npz"

log = logging.getLogger("goyong.carry")


class Found(NamedTuple):
    """What a night's search found (n,): prints of what was searched for, floors in steps, places (n, 100)."""

    prints: Keys
    floors: Ints
    lists: Ints


@dataclass(frozen=True)
class Carry:
    """Last night's lists: whose (sorted) stand in which block and row, and where its postings stand tonight."""

    folder: Path
    names: tuple[str, ...]
    keys: Keys
    blocks: Ints
    rows: Ints
    moved: Longs
    fresh: PostingMarket

    def take(self, keys: Keys, prints: Keys) -> tuple[Flags, Found]:
        """Who of the people `keys` (n,) looks for the same as last night, and what was found then."""
        place = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        is_known = self.keys[place] == keys if len(self.keys) else np.zeros(len(keys), bool)
        found = Found(np.zeros(len(keys), np.uint64), *_nothing_found(len(keys)))
        block = np.where(is_known, self.blocks[place] if len(self.keys) else 0, GONE)
        for number in np.unique(block[is_known]):
            here = np.flatnonzero(block == number)
            rows = self.rows[place[here]]
            for part, values in found._asdict().items():
                stored = read_array(self.folder / f"{self.names[number]}.{part}.npy", mmap_mode="r")
                values[here] = stored[rows]
        moved = np.append(self.moved, GONE).astype(np.int32)[found.lists]
        return is_known & (found.prints == prints), found._replace(lists=moved)


def _nothing_found(people: int) -> tuple[Ints, Ints]:
    return np.full(people, COMPLETE, np.int32), np.full((people, TOP), GONE, np.int32)


def find_carry(home: Path) -> Path | None:
    """The folder of the carry that was kept last in `home`; None when there is none."""
    kept = [file for file in home.glob(f"*/{DESCRIPTION}") if not file.parent.name.endswith(".new")]
    return max(kept, key=lambda file: (file.stat().st_mtime_ns, file)).parent if kept else None


def open_carry(folder: Path, market: PostingMarket, version: str) -> Carry | None:
    """The carry in `folder`, if it was made by the same rules and space (`version`); None otherwise."""
    told = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    if told["version"] != version:
        log.info("carry: made by other rules or another month's space; everybody is searched anew")
        return None
    arrays = read_arrays(folder / INDEX)
    order = np.argsort(market.prints)
    place = np.minimum(np.searchsorted(market.prints[order], arrays["postings"]), len(order) - 1)
    is_there = market.prints[order][place] == arrays["postings"] if len(order) else np.zeros(0, bool)
    moved = np.where(is_there, order[place], GONE) if len(order) else np.full(len(arrays["postings"]), GONE)
    fresh = market.restrict(~np.isin(market.prints, arrays["postings"]))
    names = tuple(told["blocks"])
    return Carry(folder, names, arrays["keys"], arrays["blocks"], arrays["rows"], moved, fresh)


def keep_carry(
    graph_folder: Path, blocks: Sequence[str], folder: Path, *, used: Path | None, market: PostingMarket, version: str
) -> None:
    """Move tonight's lists out of the graph into `folder`, with what finds them.

    Of its neighbours only the one used tonight stays: somebody may still read it.
    """
    aside = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    keys = [read_array(graph_folder / f"{name}.keys.npy") for name in blocks]
    sizes = [len(part) for part in keys]
    joined = np.concatenate(keys) if keys else np.empty(0, np.uint64)
    order = np.argsort(joined, kind="stable")
    numbers = np.repeat(np.arange(len(blocks), dtype=np.int32), sizes)[order]
    rows = np.concatenate([np.arange(size, dtype=np.int32) for size in sizes] or [np.empty(0, np.int32)])[order]
    np.savez(aside / INDEX, keys=joined[order], blocks=numbers, rows=rows, postings=market.prints)
    for name in blocks:
        for part in Found._fields:
            (graph_folder / f"{name}.{part}.npy").replace(aside / f"{name}.{part}.npy")
    told = {"version": version, "blocks": list(blocks)}
    (aside / DESCRIPTION).write_text(json.dumps(told) + "\n", encoding="utf-8")
    for other in folder.parent.iterdir():
        if other not in (aside, used):
            shutil.rmtree(other, ignore_errors=True)
    if folder == used:  # the same night again: what is read now may not change under its name
        shutil.rmtree(aside)
    else:
        aside.replace(folder)


@compiled
def restore_lists(lists: Lists, rows: Ints, found: Ints, queries: Grid, stock: Stock) -> None:
    """Put the postings of last night's lists (n, 100) that are still there into the running lists of `rows`."""
    for place in range(len(rows)):
        row = rows[place]
        filled = np.int32(0)
        for slot in range(found.shape[1]):
            posting = found[row, slot]
            if posting != GONE:
                steps = count_steps(multiply(queries[row], stock.grid[posting]))
                lists.keys[row, filled] = order_key(steps, stock.rank_by_id[posting])
                filled += np.int32(1)
        lists.filled[row] = filled


def is_enough(best: Best, floors: Ints) -> Flags:
    """Whether at least 50 stand above the floor (n,), or the list holds every eligible posting."""
    above = (best.is_there & (best.steps > floors[:, None])).sum(axis=1)
    enough: Flags = (above >= POOL) | (floors == COMPLETE)
    return enough


def note_found(best: Best, floors: Ints, prints: Keys) -> Found:
    """What to keep for tomorrow: everything above the floor, which rises to the last of a full list."""
    is_full = best.is_there[:, -1] if best.is_there.shape[1] else np.zeros(len(floors), bool)
    raised = np.where(is_full, np.maximum(floors, best.steps[:, -1] if best.steps.shape[1] else 0), floors)
    kept = best.is_there & (best.steps > raised[:, None])
    return Found(prints, raised.astype(np.int32), np.where(kept, best.places, GONE).astype(np.int32))
