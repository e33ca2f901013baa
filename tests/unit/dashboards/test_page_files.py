"""A page is Markdown: title, introduction, blocks of SQL with their finding, and how to read each."""

from __future__ import annotations

import pytest

from dashboards import page_files
from dashboards.page_files import BrokenPage, parse

PAGE = """# 제목

머리말 **굵게**

```sql wages from:gold.occupations chart:bars:occupation_name:openings_count
select 1
```
```finding
select '문장'
```
읽는 법 <b>x</b>

```section gates
```
```empty
없음
```
"""


def test_a_page_is_its_title_introduction_and_blocks_in_order() -> None:
    page = parse("p", PAGE)
    assert (page.title, page.empty) == ("제목", "없음")
    assert page.intro == "<p>머리말 <strong>굵게</strong></p>\n"
    assert [(block.kind, block.name) for block in page.blocks] == [("sql", "wages"), ("section", "gates")]


def test_what_stands_below_a_block_is_its_note_and_the_finding_is_its_sql() -> None:
    wages, gates = parse("p", PAGE).blocks
    assert (wages.sql, wages.finding) == ("select 1", "select '문장'")
    assert wages.options == {"from": "gold.occupations", "chart": "bars:occupation_name:openings_count"}
    assert wages.note == "<p>읽는 법 &lt;b&gt;x&lt;/b&gt;</p>\n"
    assert gates.note == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("글", "no title"),
        ("# t\n\n```python x\n```", "expected one of sql, section"),
        ("# t\n\n```sql\nselect 1\n```", "expected one of"),
        ("# t\n\n```sql x broken\nselect 1\n```", "expected one of"),
        ("# t\n\n```sql x\nselect 1\n```", "names no table"),
        ("# t\n\n```finding\nselect 1\n```", "expected one of"),
    ],
)
def test_a_broken_page_says_what_was_found(text: str, why: str) -> None:
    with pytest.raises(BrokenPage, match=why):
        parse("p", text)


@pytest.mark.parametrize("name", page_files.names())
def test_a_block_has_a_name_of_its_own_and_sql_says_its_question_grain_and_source(name: str) -> None:
    blocks = page_files.read(name).blocks
    assert len({block.name for block in blocks}) == len(blocks)
    for block in blocks:
        if block.kind == "sql":
            assert block.sql.startswith("-- question: ")
            assert "-- grain: " in block.sql
            assert f"source: {block.options['from']}" in block.sql
            assert f"from {block.options['from']}" in block.sql
            assert block.finding
