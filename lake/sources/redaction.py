"""What people wrote where it does not belong: numbers, addresses and names taken out of a delivery's other columns.

Put here: cleaning of the columns of one chunk, before anything is made of them. Not here: the patterns
(``lake/privacy.py``), what goes to the vault (``mapped_files.py``).
Concept: resident numbers, phone numbers and e-mail addresses are known by their form and taken out of every column,
whoever they belong to. A name or a postal address has no form; but whose row it is, the vault knows, so a person's own
name, address and numbers are taken out of the person's own rows. The name of somebody else (a referee) stays.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from lake.identity import FIELDS
from lake.privacy import REMOVED, redact_ids, redact_texts
from lake.sources.mapping_model import SourceMapping, table_of
from lake.sources.values import ReadContext, by_distinct

KnownPeople = Callable[[list[str]], Mapping[str, Mapping[str, str | None]]]
_WORD = "[가-힣A-Za-z]{2,}"
_SHORTEST_NUMBER = len("021234567")  # codes, flags and amounts are shorter and need no look
_SHORTEST_INSIDE_WORDS = 3  # a name of two letters is taken out only where it stands alone: 이상, 안전 are words too


def without_personal(
    mapping: SourceMapping,
    sent: Mapping[str, pa.Array],
    people: pa.Table | None,
    *,
    context: ReadContext,
) -> dict[str, pa.Array]:
    """The cleaned columns of a file without personal data; those that may stand nowhere are left as they are.

    `people` has seeker_key and the vault's fields of each row where this file brings them; with seeker_key alone
    (another file about people) the vault tells the fields of those in question.
    """
    ids = {header for spec in mapping.columns if spec.name.endswith(("_id", "_key")) for header in spec.headers}
    cleaned = dict(sent)
    for name in sent.keys() - mapping.secret_headers:
        cleaned[name] = (
            by_distinct(sent[name], lambda v: redact_ids(v, context.master_key)) if name in ids else _bare(sent[name])
        )
    if people is None or not mapping.is_about_people:
        return cleaned
    suspects = {
        name: mask
        for name in sorted(cleaned.keys() - mapping.secret_headers - ids)
        if pc.any(mask := _suspects(mapping, name, cleaned[name])).as_py()
    }
    # A file that fills the vault holds it: asking the vault from here would wait for ever.
    known = None if mapping.vault else context.known
    return cleaned | _without_own(cleaned, suspects, people, known) if suspects else cleaned


def _bare(values: pa.Array) -> pa.Array:
    longest = pc.max(pc.binary_length(values)).as_py() or 0
    if longest < _SHORTEST_NUMBER and not pc.any(pc.match_substring(values, "@")).as_py():
        return values
    return by_distinct(values, redact_texts)


def _suspects(mapping: SourceMapping, header: str, values: pa.Array) -> pa.Array:
    """Which rows may hold a name or an address: free text, columns nobody knows, and words that are no code."""
    specs = [spec for spec in mapping.columns if header in spec.headers]
    if not specs or any(spec.is_free_text for spec in specs):
        return pc.is_valid(values)
    contract = {column.name: column.codes for column in table_of(mapping.noun).columns}
    listed = [closed.codes for spec in specs if (closed := contract[spec.name]) is not None]
    codes = pa.array(
        sorted({*(code for spec in specs for code in spec.codes or ()), *itertools.chain(*listed)}), pa.string()
    )

    def is_strange(distinct: pa.Array) -> pa.Array:
        is_word = pc.match_substring_regex(distinct, _WORD)
        return pc.and_(pc.fill_null(is_word, False), pc.invert(pc.is_in(distinct, value_set=codes)))

    return pc.fill_null(by_distinct(values, is_strange), False)


def _without_own(
    columns: Mapping[str, pa.Array], suspects: Mapping[str, pa.Array], people: pa.Table, known: KnownPeople | None
) -> dict[str, pa.Array]:
    """The suspect columns, each row without what the vault knows of its person."""
    rows = sorted({row for mask in suspects.values() for row in pc.indices_nonzero(mask).to_pylist()})
    own = dict(zip(rows, _own_values(people.take(pa.array(rows, pa.int64())), known), strict=True))
    result = {}
    for name, mask in suspects.items():
        texts = columns[name].to_pylist()
        for row in pc.indices_nonzero(mask).to_pylist():
            texts[row] = _without(texts[row], own[row])
        result[name] = pa.array(texts, pa.string())
    return result


def _own_values(people: pa.Table, known: KnownPeople | None) -> list[list[str]]:
    """For each row what is known of its person."""
    if known is None:
        fields = [name for name in FIELDS if name in people.column_names]
        return [[value for value in row.values() if value] for row in people.select(fields).to_pylist()]
    keys = people.column("seeker_key").to_pylist()
    found = known(sorted({key for key in keys if key}))
    return [[value for value in found.get(key, {}).values() if value] for key in keys]


def _without(text: str, values: list[str]) -> str:
    """The text without the values, whatever the spaces and capitals between and in them."""
    bare = "".join(text.split()).casefold()
    hits = [value for value in values if len(value) > 1 and value.replace(" ", "").casefold() in bare]
    for value in sorted(hits, key=len, reverse=True):
        written = r"\s*".join(map(re.escape, value.split()))
        alone = written if len(value) >= _SHORTEST_INSIDE_WORDS else rf"(?<!\w){written}(?!\w)"
        text = re.sub(alone, REMOVED, text, flags=re.IGNORECASE)
    return text
