"""Silver employment spells: dates that cannot be (makes silver__employment_spells)."""

from __future__ import annotations

from pyspark.sql import functions as F

from transforms.silver.conform import Rule


def rules() -> list[Rule]:
    """Refuse a spell that ends before it starts or was reported before it happened by over a month."""
    return [
        ("end_date:BEFORE_START", F.col("end_date") < F.col("start_date")),
        (
            "start_reported_date:BEFORE_START",
            F.col("start_reported_date") < F.date_sub(F.col("start_date"), 31),
        ),
    ]
