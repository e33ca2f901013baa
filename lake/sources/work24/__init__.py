"""The 고용24 open API as a source: fetch a service into a delivery folder, then read the folder as text columns.

Put here: the public names. Not here: code. Start with ``fetch_service``; facts of the API are in ``services.py``.
Feeds ``bronze__job_postings``, ``bronze__training_courses`` and ``bronze__occupations``.
"""

from lake.sources.work24.client import TransportSettings, Work24Client
from lake.sources.work24.errors import MalformedResponse, Work24Error
from lake.sources.work24.fetch import FetchReport, fetch_service
from lake.sources.work24.parse import (
    SESSION_ROUND_PATTERN,
    read_courses,
    read_job_dictionary,
    read_job_dictionary_details,
    read_occupations,
    read_posting_details,
    read_postings,
    session_round,
)
from lake.sources.work24.services import (
    COURSES,
    COURSES_XML,
    OCCUPATIONS,
    PERSONAL_FIELDS,
    POSTINGS,
    Service,
    job_dictionary,
    job_dictionary_details,
    posting_details,
)

__all__ = [
    "COURSES",
    "COURSES_XML",
    "OCCUPATIONS",
    "PERSONAL_FIELDS",
    "POSTINGS",
    "SESSION_ROUND_PATTERN",
    "FetchReport",
    "MalformedResponse",
    "Service",
    "TransportSettings",
    "Work24Client",
    "Work24Error",
    "fetch_service",
    "job_dictionary",
    "job_dictionary_details",
    "posting_details",
    "read_courses",
    "read_job_dictionary",
    "read_job_dictionary_details",
    "read_occupations",
    "read_posting_details",
    "read_postings",
    "session_round",
]
