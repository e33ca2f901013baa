"""Cut a query into pieces that fit under the API's cap of 100,000 rows.

Put here: date arithmetic over queries. Not here: HTTP or files. Makes no table.
The API hands out at most 1,000 pages of 100 rows a query, silently nothing beyond: so the whole range is asked
first, and only where the announced total exceeds the cap it is cut into months, those into weeks (Monday to
Sunday), those into days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from lake.sources.work24.errors import ShardOverCap, Work24SettingsError
from lake.sources.work24.services import Service

# A shard's name becomes a file name, and ids come from the server: nothing that could leave the folder.
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


@dataclass(frozen=True)
class Shard:
    """One query of a service; ``since`` and ``until`` are both included, None where the service knows no dates."""

    name: str
    params: tuple[tuple[str, str], ...] = ()
    since: date | None = None
    until: date | None = None


def root_shards(service: Service, since: date | None, until: date | None) -> tuple[Shard, ...]:
    """Return the widest queries that together ask for everything: the start, before any cutting."""
    if service.date_params is not None:
        if since is None or until is None or since > until:
            raise Work24SettingsError(
                f"work24 {service.name}: found since={since}, until={until}; expected two days, the first not later. "
                "Do: give both days."
            )
        return (_dated_shard(service.date_params, since, until),)
    if not service.queries:
        return (Shard("all"),)
    for query in service.queries:
        if not _SAFE_NAME.fullmatch(query.name):
            raise Work24SettingsError(
                f"work24 {service.name}: query name {query.name[:80]!r} cannot be a file name; "
                "expected letters, digits, '-' and '_'. Do: check the ids handed in."
            )
    return tuple(Shard(query.name, query.params) for query in service.queries)


def split_shard(service: Service, shard: Shard) -> tuple[Shard, ...]:
    """Return the shard's months, or weeks within one month, or days within one week.

    Raises:
        ShardOverCap: it is one day, or the service cannot be cut by date.
    """
    names, since, until = service.date_params, shard.since, shard.until
    if names is None or since is None or until is None or since == until:
        raise ShardOverCap(
            f"work24 {service.name}, shard {shard.name}: more rows than one query hands out, and it cannot be cut "
            "further by date. Do: ask this service again cut by another parameter (region, occupation)."
        )
    steps: tuple[Callable[[date], date], ...] = (_month_end, _week_end, _same_day)
    last_day = next(step for step in steps if step(since) < until)
    pieces: list[Shard] = []
    start = since
    while start <= until:
        end = min(last_day(start), until)
        pieces.append(_dated_shard(names, start, end))
        start = end + timedelta(days=1)
    return tuple(pieces)


def _dated_shard(names: tuple[str, str], since: date, until: date) -> Shard:
    """Name a range after its month, its day or its two ends: one name for one range, and the other way round."""
    if since == until:
        name = since.isoformat()
    elif since.day == 1 and until == _month_end(since):
        name = f"{since:%Y-%m}"
    else:
        name = f"{since.isoformat()}_{until.isoformat()}"
    return Shard(name, ((names[0], f"{since:%Y%m%d}"), (names[1], f"{until:%Y%m%d}")), since, until)


def _month_end(day: date) -> date:
    following = day.replace(day=28) + timedelta(days=4)
    return following - timedelta(days=following.day)


def _week_end(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def _same_day(day: date) -> date:
    return day
