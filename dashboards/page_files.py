"""Reads a page of pages/*.md: Markdown whose fenced blocks are SQL over goyong.duckdb or sections made in Python.

`# Title`, then the introduction, then blocks; what is written below a block says how to read it. A block's first word
is its kind: `sql NAME from:TABLE chart:bars:NAME:VALUE` a table (and a chart), `finding` the SQL of the sentence above
it, `section NAME` one made in Python, `empty` what is said when nothing is there. Do not put here: running SQL
(exhibits.py) or markup of pages (templates/).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

PAGES = Path(__file__).parent / "pages"
KINDS = ("sql", "section", "finding", "empty")


class BrokenPage(ValueError):
    """A page's Markdown is not what the builder reads."""


@dataclass(frozen=True)
class Block:
    """One exhibit of a page: `kind` sql or section, its options, SQL, the SQL of its finding, how to read it."""

    kind: str
    name: str
    options: dict[str, str] = field(default_factory=dict)
    sql: str = ""
    finding: str = ""
    note: Markup = Markup("")


@dataclass(frozen=True)
class PageText:
    """A page as written: its title, introduction, blocks, and what is said when none of them has anything."""

    name: str
    title: str
    intro: Markup
    blocks: tuple[Block, ...]
    empty: str = ""


def names() -> tuple[str, ...]:
    """The names of all pages, in order of the alphabet."""
    return tuple(sorted(file.stem for file in PAGES.glob("*.md")))


@cache
def read(name: str) -> PageText:
    """The page `name`; raises BrokenPage where it says what the builder does not know."""
    return parse(name, (PAGES / f"{name}.md").read_text(encoding="utf-8"))


def parse(name: str, text: str) -> PageText:
    """The page of a Markdown text; HTML in it is shown as text."""
    reader = MarkdownIt("commonmark", {"html": False})
    tokens = reader.parse(text)
    if len(tokens) < 3 or (tokens[0].type, tokens[0].tag) != ("heading_open", "h1"):
        raise BrokenPage(f"pages/{name}.md: no title; expected '# Title' in the first line")
    intro: list[Token] = []
    notes: list[list[Token]] = []
    blocks: list[Block] = []
    empty = ""
    for token in tokens[3:]:
        if token.type != "fence":
            (notes[-1] if blocks else intro).append(token)
            continue
        kind, _, rest = token.info.strip().partition(" ")
        if kind == "empty":
            empty = token.content.strip()
        elif kind == "finding" and blocks:
            blocks[-1] = replace(blocks[-1], finding=token.content.strip())
        else:
            blocks.append(_block(name, kind, rest.split(), token.content.strip()))
            notes.append([])
    said = [replace(block, note=_html(reader, note)) for block, note in zip(blocks, notes, strict=True)]
    return PageText(name, tokens[1].content, _html(reader, intro), tuple(said), empty)


def _block(page: str, kind: str, words: list[str], text: str) -> Block:
    options = dict(word.split(":", 1) for word in words[1:] if ":" in word)
    if kind not in ("sql", "section") or not words or len(options) != len(words) - 1:
        raise BrokenPage(f"pages/{page}.md: found ```{kind} {' '.join(words)}; expected one of {', '.join(KINDS)}")
    if kind == "sql" and "from" not in options:
        raise BrokenPage(f"pages/{page}.md: {words[0]} names no table; expected from:SCHEMA.TABLE")
    return Block(kind, words[0], options, text)


def _html(reader: MarkdownIt, tokens: list[Token]) -> Markup:
    # Written by us, and the reader lets no HTML through.
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 -- a file of this package
