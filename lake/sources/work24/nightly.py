"""What one night asks of the 고용24 open API: yesterday's postings, the coming half year's courses, the occupations.

Put here: which services and which dates. Not here: how a service is fetched (``fetch.py``).
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from pathlib import Path

from lake.settings import Settings
from lake.sources.work24.client import Work24Client
from lake.sources.work24.fetch import FetchReport, fetch_service
from lake.sources.work24.services import COURSES, OCCUPATIONS, POSTINGS

log = logging.getLogger(__name__)

COURSE_HORIZON_DAYS = 183


def fetch_delivery(settings: Settings, delivery_dir: Path, as_of: date) -> list[FetchReport]:
    """Fetch each service into `delivery_dir`/work24; nothing without a key. A finished fetch asks nothing again."""
    if not settings.work24_key:
        log.info("work24: no key in the settings (GOYONG_WORK24_KEY); not asked")
        return []
    client = Work24Client(settings.work24_url, settings.work24_key)
    try:
        wanted = (
            (POSTINGS, as_of - timedelta(days=1), as_of),
            (COURSES, as_of, as_of + timedelta(days=COURSE_HORIZON_DAYS)),
            (OCCUPATIONS, None, None),
        )
        return [
            fetch_service(client, service, delivery_dir=delivery_dir, since=since, until=until)
            for service, since, until in wanted
        ]
    finally:
        client.close()
