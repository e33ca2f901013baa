"""Rows with the day they become known: what the first delivery holds and what each later night adds.

Do not put here: file writing (`deliveries.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lake.sources.simulated.counters import Ints
from lake.sources.simulated.people import People
from lake.sources.simulated.world import World


@dataclass(frozen=True)
class Dated:
    """Delivery rows and, for each, the day from which the source knows them."""

    rows: pa.Table
    day: Ints


def known_day(world: World, person: People, position: Ints, day: Ints) -> Ints:
    """The day on which a source first sends an event of a person: nothing before the person is registered."""
    registered = person.registered_day[position]
    return np.maximum(day, np.where(registered > world.today, registered, world.today))


def on_date(world: World, parts: Sequence[Dated], day: int) -> pa.Table:
    """The rows of a delivery: everything up to the first date, later only what became known that day."""
    chosen = []
    for part in parts:
        mask = part.day <= day if day == world.today else part.day == day
        chosen.append(part.rows.filter(pa.array(mask)))
    return pa.concat_tables(chosen)
