"""Silver job seekers: dates that cannot be (makes silver__seekers).

Do not put here: who counts as a seeker on a day (`transforms/gold`).
"""

from __future__ import annotations

from pyspark.sql import functions as F

from transforms.silver.conform import Rule

EARLIEST_BIRTH = "1900-01-01"


def rules() -> list[Rule]:
    """Refuse who registered or was born after the business date, or was born before 1900."""
    birth, as_of = F.col("birth_date"), F.col("as_of")
    return [
        ("registered_date:IN_THE_FUTURE", F.col("registered_date") > as_of),
        ("birth_date:IN_THE_FUTURE", birth > as_of),
        ("birth_date:OUT_OF_RANGE", birth < F.lit(EARLIEST_BIRTH).cast("date")),
    ]
