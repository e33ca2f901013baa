"""Who is answered in an older night and refuses it today: what an operator must know before serving that night again.

Do not put here: gates of tonight (rights_gates.py), serving a night (publication.py).
"""

from __future__ import annotations

import pyarrow.compute as pc

from lake import tables
from lake.contracts.rights import SEEKER_RIGHTS
from lake.contracts.serving import SEEKER_EMPLOYMENT
from lake.publication import Pointer
from lake.settings import Settings


def count_refused_since(settings: Settings, pointer: Pointer) -> int:
    """People answered in a published night who, by the newest rights, refuse it or have their processing stopped."""
    if not tables.exists(settings, SEEKER_RIGHTS.id) or SEEKER_EMPLOYMENT.id not in pointer.tables:
        return 0
    rights = tables.dataset(settings, SEEKER_RIGHTS.id).to_table(
        columns=["as_of", "seeker_key", "is_opted_out", "is_restricted"]
    )
    refuses = pc.or_(pc.fill_null(rights["is_opted_out"], False), pc.fill_null(rights["is_restricted"], False))
    refusing = rights.filter(pc.and_(refuses, pc.equal(rights["as_of"], pc.max(rights["as_of"]))))
    keys = refusing["seeker_key"].combine_chunks()
    version = pointer.tables[SEEKER_EMPLOYMENT.id].version
    answered = tables.dataset(settings, SEEKER_EMPLOYMENT.id, version=version)
    return int(answered.count_rows(filter=pc.field("seeker_key").isin(keys)))
