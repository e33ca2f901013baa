"""The certificate of an erasure in Korean, as printed for the person and the office.

Do not put here: the record itself (lake/erasure_certificate.py). Nothing here says who it was.
"""

from __future__ import annotations

from typing import Any

from dashboards import texts
from lake.contracts.registry import table


def as_text(certificate: dict[str, Any]) -> str:
    """The certificate as lines of text."""
    words = texts.load("erasure")
    lines = [
        words["title"],
        words["number"].format(**certificate),
        words["basis"].format(**certificate),
        words["people"].format(count=len(certificate["people"])),
        *(f"  {mark}" for mark in certificate["people"]),
        words["tables"],
        *(f"  {_table_line(words, found)}" for found in certificate["tables"]),
    ]
    if not certificate["tables"]:
        lines.append(f"  {words['no_table']}")
    lines.append(words["vault"].format(count=certificate["vault_rows"]))
    if certificate["exports_removed"]:
        lines.append(words["exports"].format(files=", ".join(certificate["exports_removed"])))
    lines += [words["recall"].format(**handed) for handed in certificate["exports_to_recall"]]
    lines.append(words["looked"].format(count=certificate["tables_looked_through"]))
    residue = certificate["residue"]
    lines.append(words["residue"].format(places=", ".join(residue)) if residue else words["clean"])
    lines += [words["again"], *(words["not_touched"][code] for code in certificate["not_touched"])]
    return "\n".join([*lines, words["seal"].format(**certificate)])


def _table_line(words: dict[str, Any], found: dict[str, Any]) -> str:
    shown = found | {"versions": ", ".join(map(str, found["versions"])), "label": table(found["table_id"]).label}
    return str(words["table"].format(**shown))
