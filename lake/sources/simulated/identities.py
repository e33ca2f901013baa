"""Names, phones, e-mails and addresses of synthetic people: plainly nobody's, and each a draw of its own.

Put here: what goes to the vault. Do not put here: resident numbers (`people.py`), which the pseudonyms are made of.
A phone number begins with 010-0 or 010-1, which no subscriber has (exchange numbers begin with 2 to 9); a mail address
is at example.com (RFC 2606); the street of an address does not exist.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.sources.simulated import text
from lake.sources.simulated.counters import Ints
from lake.sources.simulated.world import World

NO_EMAIL_SHARE = 0.08
_FAMILY = "김이박최정강조윤장임한오서신권황안송류홍"
_FIRST = "가나다도라마보서수시아연예우유은이재정주준지채태하현혜호희"
_LAST = "경규기나늘람린민빈서선성수아연영온우원윤은인준진찬하현호훈희"
_NUMBERS = 20_000_000  # 010-0000-0000 to 010-1999-9999


def columns(world: World, index: Ints) -> dict[str, pa.Array]:
    """성명, 휴대전화, 이메일, 주소 of the persons numbered `index`; a phone number is one person's alone."""
    draw = world.counter
    name = [
        text.labels(tuple(syllables), draw.integers(f"person/name/{place}", index, len(syllables)))
        for place, syllables in enumerate((_FAMILY, _FIRST, _LAST))
    ]
    shift = int(draw.bits("person/phone", np.zeros(1, dtype=np.int64))[0] % np.uint64(_NUMBERS))
    phone = (index * 7_368_787 + shift) % _NUMBERS
    has_email = ~draw.chance("person/email", index, NO_EMAIL_SHARE)
    email = pc.binary_join_element_wise(text.padded("synthetic", index, 8), "example.com", "@")
    house = [draw.integers(f"person/address/{place}", index, count) + 1 for place, count in enumerate((400, 99, 30))]
    parts = [pc.cast(pa.array(number), pa.string()) for number in house]
    return {
        "성명": pc.binary_join_element_wise(*name, ""),
        "휴대전화": pc.binary_join_element_wise(
            "010", text.padded("", phone // 10_000, 4), text.padded("", phone % 10_000, 4), "-"
        ),
        "이메일": pc.if_else(pa.array(has_email), email, pa.scalar(None, pa.string())),
        "주소": pc.binary_join_element_wise("가상시 합성로 ", parts[0], "번길 ", parts[1], ", ", parts[2], "층", ""),
    }
