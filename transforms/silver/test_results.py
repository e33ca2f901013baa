"""Silver test results: answers to items that cannot be (makes silver__test_results).

Do not put here: what the answers are worth (`transforms/gold/seeker_tests.py`); a careless test is a good row.
"""

from __future__ import annotations

from pyspark.sql import functions as F

from lake.contracts.scales import ITEM_ANSWERS, ITEM_LETTERS
from transforms.silver.conform import Rule

_ITEM = rf"(^|;)[{ITEM_LETTERS}](0[1-9]|[12][0-9]|3[0-4]):[^:;]*"  # 01 to ITEMS_PER_SCALE (34)
_ANSWER = rf":[{ITEM_ANSWERS[0]}-{ITEM_ANSWERS[1]}](;|\z)"


def rules() -> list[Rule]:
    """Refuse an item that the inventory does not have, an answer outside 1 to 5, and an item answered twice.

    Known items and answers are taken away, so that what stays is wrong: a pattern for a whole text of 204 items would
    be slow, and deep in Java.
    """
    sent = F.col("item_answers_text")
    items = F.split(F.regexp_replace(sent, r":[^;]*", ""), ";")
    return [
        ("item_answers_text:UNKNOWN_ITEM", F.regexp_replace(sent, _ITEM, "") != ""),
        ("item_answers_text:OUT_OF_RANGE", F.regexp_replace(sent, _ANSWER, "").contains(":")),
        ("item_answers_text:ANSWERED_TWICE", F.size(F.array_distinct(items)) < F.size(items)),
    ]
