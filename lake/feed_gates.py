"""Gates on what came in tonight: missing, stale and half feeds, against last night and nights of the same weekday.

Put here: amounts and ages of deliveries. Do not put here: what is in them (drift_gates.py), files that cannot be read
(landing.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median

import duckdb

from lake import tables
from lake.business_days import days_off_before, is_alike, is_unusual
from lake.earlier_nights import NO_EARLIER_NIGHT, Compared
from lake.profiles import FEEDS, Profiles
from lake.quality import Check, connect
from lake.settings import Settings

MOST_LOST, MOST_LOST_UNUSUAL = 0.4, 0.95
"""Of the usual rows: beyond the first a feed counts as half; around public holidays, or from a working day to a day
off, only beyond the second."""
_CHANCE = 4.0
"""Standard deviations of the difference of two counts (Poisson) that chance may take on top: one in 30,000."""
MOST_DAYS_OLD = 3
"""The newest source time of a daily feed may lie so many days back, and the days off before tonight besides."""
_FEWEST_NIGHTS = 2
"""Feeds that need not come every night are judged only if they came on at least so many fitting nights, and on all."""

Deliveries = Mapping[str, Mapping[date, int]]
"""Bronze table → delivery date → readable rows."""


def audit_feeds(settings: Settings, nights: Compared) -> list[Check]:
    """Every gate on tonight's deliveries."""
    with connect(settings) as db:
        db.register("deliveries", tables.dataset(settings, "ops__deliveries"))
        delivered = _delivered(db, nights.as_of)
        checks = [_missing(db, delivered, nights)]
        for feed, table_id in FEEDS.items():
            db.register("feed", tables.dataset(settings, table_id, nights.as_of))
            checks.append(_stale(db, feed, nights))
    return [*checks, *audit_daily_rows(delivered, nights), *_lost_others(delivered, nights)]


def first_deliveries(settings: Settings, *, until: date) -> dict[str, date]:
    """Silver table of a daily feed → the day of its first delivery, which brings all there is and is like no other."""
    with connect(settings) as db:
        db.register("deliveries", tables.dataset(settings, "ops__deliveries"))
        delivered = _delivered(db, until)
    return {FEEDS[feed]: _first(days) for feed, days in delivered.items() if feed in FEEDS}


def _delivered(db: duckdb.DuckDBPyConnection, until: date) -> Deliveries:
    found: dict[str, dict[date, int]] = {}
    for feed, day, rows in db.execute(
        "select table_id, delivery_date, sum(rows_count - coalesce(unreadable_rows_count, 0)) from deliveries "
        "where delivery_date <= ? and table_id is not null group by all having sum(rows_count) > 0",
        [until],
    ).fetchall():
        found.setdefault(feed, {})[day] = int(rows)
    return found


def _first(days: Mapping[date, int]) -> date:
    return min(days)


def _missing(db: duckdb.DuckDBPyConnection, delivered: Deliveries, nights: Compared) -> Check:
    """Daily feeds that came on one of the last published nights and did not tonight, and why."""
    gone = [
        feed
        for feed in FEEDS
        if nights.as_of not in delivered.get(feed, {})
        and any(day in delivered.get(feed, {}) for day in nights.published)
    ]
    said = [f"{feed} ({_why(db, feed, nights.as_of)})" for feed in gone]
    detail = ", ".join(said) if nights.published else NO_EARLIER_NIGHT
    return Check("ops__deliveries", "gate:missing_feeds", float(len(gone)), detail=detail)


def _why(db: duckdb.DuckDBPyConnection, feed: str, as_of: date) -> str:
    files = db.execute(
        "select source_file, duplicate_of, problem from deliveries where table_id = ? and delivery_date = ? order by 1",
        [feed, as_of],
    ).fetchall()
    if not files:
        return "no file"
    name, same_as, problem = files[0]
    return f"{name} has the bytes of {same_as}, sent before" if same_as else problem or f"{name} holds no row"


def _stale(db: duckdb.DuckDBPyConnection, feed: str, nights: Compared) -> Check:
    """How many days lie between the business date and the newest time that the source gives tonight's rows."""
    limit = float(MOST_DAYS_OLD + days_off_before(nights.as_of))
    name = "gate:stale_feed"
    if not nights.published:
        return Check(feed, name, 0.0, limit, NO_EARLIER_NIGHT)
    # Seoul time is UTC + 9 h all year.
    ((newest,),) = db.execute(
        "select max(make_timestamp(epoch_us(updated_at) + 32400000000)::date) from feed where delivery_date = $as_of "
        "and make_timestamp(epoch_us(updated_at) + 32400000000)::date <= $as_of",
        {"as_of": nights.as_of},
    ).fetchall()
    if newest is None:
        return Check(feed, name, 0.0, limit, "no row of tonight says when it was changed")
    return Check(feed, name, float((nights.as_of - newest).days), limit, f"newest source time {newest}")


def audit_daily_rows(delivered: Deliveries, nights: Compared) -> list[Check]:
    """Usable rows of the daily feeds against last night and the same weekday; first deliveries are no measure."""
    checks = []
    for feed, table_id in FEEDS.items():
        first = _first(delivered[feed]) if delivered.get(feed) else None
        usable = {day: _rows(nights.profiles[day], table_id) for day in nights.profiles if day != first}
        now = _rows(nights.tonight, table_id)
        last = [day for day in nights.before if day in usable]
        same = [day for day in nights.same_weekday if day in usable]
        checks.append(_against_last(feed, now, [(day, usable[day]) for day in last], nights.as_of))
        limit = MOST_LOST_UNUSUAL if is_unusual(nights.as_of) else MOST_LOST
        checks.append(_lost(feed, "gate:rows_lost_same_weekday", now, [usable[day] for day in same], limit))
    return checks


def _rows(profiles: Profiles, table_id: str) -> int:
    """Rows of a feed's table: those of any of its measures, which count every row."""
    return int(max((counted.rows for (name, _), counted in profiles.items() if name == table_id), default=0))


def _against_last(feed: str, now: int, before: Sequence[tuple[date, int]], as_of: date) -> Check:
    """Against the night before; a delivery of everything once more among the usual ones is no measure either."""
    name = "gate:rows_lost_last_night"
    if not before:
        return _lost(feed, name, now, [], MOST_LOST)
    (last, rows), others = before[0], [rows for _, rows in before[1:]]
    like = is_alike(as_of, last) and not is_unusual(as_of) and not is_unusual(last)
    usual = min(rows, max(others)) if others else rows
    return _lost(feed, name, now, [usual], MOST_LOST if like else MOST_LOST_UNUSUAL)


def _lost_others(delivered: Deliveries, nights: Compared) -> list[Check]:
    """The other feeds against the same weekday, where they came on each of those."""
    checks = []
    for feed in sorted(set(delivered) - set(FEEDS)):
        days = delivered[feed]
        before = [days.get(day, 0) for day in nights.same_weekday if day != _first(days)]
        if len(before) >= _FEWEST_NIGHTS and min(before) > 0:
            limit = MOST_LOST_UNUSUAL if is_unusual(nights.as_of) else MOST_LOST
            checks.append(_lost(feed, "gate:rows_lost_same_weekday", days.get(nights.as_of, 0), before, limit))
    return checks


def _lost(feed: str, name: str, now: int, before: Sequence[int], most: float) -> Check:
    """The share of the usual rows that did not come; the limit leaves room for the chance in so few rows."""
    usual = float(median(before)) if before else 0.0
    if usual <= 0:
        return Check(feed, name, 0.0, most, NO_EARLIER_NIGHT)
    chance = _CHANCE * ((1 + 1 / len(before)) / usual) ** 0.5
    detail = f"{now:,} rows came, usual are {usual:,.0f} ({len(before)} nights)"
    return Check(feed, name, round(max(0.0, 1 - now / usual), 6), round(max(most, chance), 6), detail)
