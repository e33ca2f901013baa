"""What the look-up API of one lake answers with: its nights, its keys and its limits, from the settings.

Put here: what `goyong serve` serves. Do not put here: HTTP (app.py), the server (dagster_project/serve_commands.py).
"""

from __future__ import annotations

from lake.key_value import KeyValueCopy
from lake.settings import Settings
from portal.api_keys import KeyRing
from portal.app import Service
from portal.nights import NightFollower
from portal.rate_limit import RateLimit


def make_service(settings: Settings) -> Service:
    """What the API answers with over the lake of these settings; raises KeysFileUnusable without a file of keys."""
    return Service(
        nights=NightFollower(settings, KeyValueCopy.open),
        keys=KeyRing(settings.api_keys_path),
        rate_limit=RateLimit(settings.api_requests_per_second),
        stale_hours=settings.api_stale_hours,
    )
