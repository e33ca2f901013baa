"""Silver requests of data subjects: dates that cannot be (makes silver__rights_requests).

Do not put here: which requests are in force on a day (`transforms/gold/requests.py`).
"""

from __future__ import annotations

from pyspark.sql import functions as F

from transforms.silver.conform import Rule


def rules() -> list[Rule]:
    """Refuse a request that was withdrawn or answered before it was made, or made after it was delivered."""
    return [
        ("withdrawn_date:BEFORE_REQUEST", F.col("withdrawn_date") < F.col("requested_date")),
        ("answered_date:BEFORE_REQUEST", F.col("answered_date") < F.col("requested_date")),
        ("requested_date:AFTER_DELIVERY", F.col("requested_date") > F.col("delivery_date")),
    ]
