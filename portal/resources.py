"""What can be looked up: each path, the serving table behind it, and the scope that a key needs.

Do not put here: how a request is answered (answers.py, app.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from lake.contracts import serving
from lake.contracts.model import Table

SEEKER_KEY_PATTERN = "^[0-9a-f]{32}$"
ID_PATTERN = r"^[^\x00-\x1f\x7f]{1,100}$"
"""A posting, course, skill or occupation: up to 100 characters, none of them a control character."""
PATH_BYTES = 1_024
"""The longest path with its query that is looked at."""


@dataclass(frozen=True)
class Resource:
    """One row of one serving table under one path; `parameter` is what stands in braces there.

    `scope` is empty where every key may read. A resource with an answer says OK or why there is no result yet.
    """

    path: str
    table: Table
    scope: str = ""

    @property
    def parameter(self) -> str:
        """The name of the path's key: that of the table's key column."""
        (name,) = self.table.key
        return name

    @property
    def pattern(self) -> str:
        """What a key of this resource looks like (a regular expression)."""
        return SEEKER_KEY_PATTERN if self.parameter == "seeker_key" else ID_PATTERN

    @property
    def has_answer(self) -> bool:
        """Whether the row may be a reason why there is no result yet."""
        return "answer_code" in self.table.names

    @property
    def schema_name(self) -> str:
        """The row's schema in the OpenAPI text: serving__seeker_jobs_v1 → SeekerJobsV1."""
        return "".join(word.capitalize() for word in self.table.noun.split("_"))


SEEKER_ANSWERS = {
    "employment": serving.SEEKER_EMPLOYMENT,
    "occupations": serving.SEEKER_OCCUPATIONS,
    "jobs": serving.SEEKER_JOBS,
    "skill-gaps": serving.SEEKER_SKILL_GAPS,
    "courses": serving.SEEKER_COURSES,
    "certificates": serving.SEEKER_CERTIFICATES,
}
"""The last part of a seeker's path → the table; together they are /v1/seekers/{seeker_key}."""
ALL_OF_SEEKER = "/v1/seekers/{seeker_key}"

RESOURCES = (
    *(Resource(f"{ALL_OF_SEEKER}/{name}", table, "seeker") for name, table in SEEKER_ANSWERS.items()),
    Resource("/v1/postings/{posting_id}", serving.JOB_POSTINGS, "posting"),
    Resource("/v1/postings/{posting_id}/talents", serving.POSTING_TALENTS, "posting"),
    Resource("/v1/occupations/{occupation_code}", serving.OCCUPATIONS),
    Resource("/v1/courses/{session_id}", serving.COURSES),
    Resource("/v1/skills/{skill_code:path}", serving.SKILLS),  # a certificate's name may hold a slash
)
