"""What one night asks of the 고용24 open API: yesterday's postings, the coming half year's courses, the occupations.

Put here: which services, which dates and which key. Not here: how a service is fetched (``fetch.py``).
Feeds ``bronze__job_postings``, ``bronze__training_courses`` and ``bronze__occupations`` through a delivery folder.
"""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta
from pathlib import Path

from lake.settings import Settings
from lake.sources.work24.client import Work24Client
from lake.sources.work24.errors import Work24SettingsError
from lake.sources.work24.fetch import FetchReport, fetch_service
from lake.sources.work24.services import COURSES, OCCUPATIONS, POSTINGS

log = logging.getLogger(__name__)

COURSE_HORIZON_DAYS = 183
_SERVICES = (POSTINGS, COURSES, OCCUPATIONS)
_NAMED_KEY = rf"(?:{'|'.join(service.name for service in _SERVICES)})=\S+"
_NAMED_KEYS = re.compile(rf"{_NAMED_KEY}(?:\s+{_NAMED_KEY})*")


def fetch_delivery(settings: Settings, delivery_dir: Path, as_of: date) -> list[FetchReport]:
    """Fetch each service that has a key into `delivery_dir`/work24. A finished fetch asks nothing again.

    Every path lies below `settings.work24_url`: /wk (postings, occupations) and /hr (courses) alike.

    Raises:
        Work24Error: any named failure of the source; finished services stay and are not asked again.
    """
    keys = read_keys(settings.work24_key)
    days = {
        POSTINGS.name: (as_of - timedelta(days=1), as_of),
        COURSES.name: (as_of, as_of + timedelta(days=COURSE_HORIZON_DAYS)),
    }
    reports = []
    for service in _SERVICES:
        if service.name not in keys:
            log.info("work24 %s: no key in the settings (GOYONG_WORK24_KEY); not asked", service.name)
            continue
        client = Work24Client(settings.work24_url, keys[service.name])
        since, until = days.get(service.name, (None, None))
        try:
            reports.append(fetch_service(client, service, delivery_dir=delivery_dir, since=since, until=until))
        finally:
            client.close()
    return reports


def read_keys(setting: str) -> dict[str, str]:
    """Service → key: one key serves all, "postings=… courses=… occupations=…" names one each (고용24 issues them so).

    Raises:
        Work24SettingsError: several words that are not such a list.
    """
    text = setting.strip()
    if _NAMED_KEYS.fullmatch(text):
        return dict(word.split("=", 1) for word in text.split())
    if len(text.split()) > 1:
        names = ", ".join(service.name for service in _SERVICES)
        raise Work24SettingsError(
            f"work24: GOYONG_WORK24_KEY holds {len(text.split())} words that are no list of keys; expected one key, or "
            f"name=key for each of {names}, parted by blanks. Do: correct it in the settings."
        )
    return {service.name: text for service in _SERVICES} if text else {}
