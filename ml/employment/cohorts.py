"""Which past dates may teach the model, and which people of them are taken.

Do not put here: features (transforms/features/seekers.py) or fitting.
"""

from __future__ import annotations

from datetime import date, timedelta

LABEL_DAYS = 183
MIN_SPELL_DAYS = 28
REPORTING_LAG_DAYS = 45
"""A spell may be reported up to 45 days late (acquisitions by the 15th of the next month)."""
FOLLOW_UP_DAYS = LABEL_DAYS + MIN_SPELL_DAYS + REPORTING_LAG_DAYS
COHORT_SPACING_DAYS = 91
COHORTS = 3
SAMPLE_LIMIT = 40_000
_KEY_SPACE = 16**8


def cohort_dates(as_of: date) -> tuple[date, ...]:
    """Snapshot dates whose outcome is fully known on `as_of`, oldest first; the newest calibrates."""
    newest = as_of - timedelta(days=FOLLOW_UP_DAYS)
    return tuple(newest - timedelta(days=COHORT_SPACING_DAYS * step) for step in reversed(range(COHORTS)))


def sample_condition(seekers_count: int, *, limit: int = SAMPLE_LIMIT) -> str:
    """SQL over seeker_key that keeps about `limit` people, the same ones on every engine and night.

    Keys are HMAC output, so a prefix threshold is a uniform sample without any random number.
    """
    if seekers_count <= limit:
        return "seeker_key is not null"
    return f"seeker_key < '{int(limit / seekers_count * _KEY_SPACE):08x}'"
