"""A chart is drawn without asking anybody, readable in both modes, and told in words."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest
from lxml import etree

from dashboards.charts import MAIN, Chart, Measure, draw, wrapped

SHARE = Measure("value", "취업률", "%", ".0%")
ENDS = (Measure("low", "하한", "%"), Measure("high", "상한", "%"))
ROWS = (
    {"name": "서울", "other": "보건", "value": 0.5, "low": 0.4, "high": 0.6, "again": 0.7},
    {"name": "부산", "other": "건설", "value": 0.25, "low": 0.2, "high": 0.3, "again": 0.2},
)
BARS = Chart("bars", ROWS, "name", (SHARE,), ("50%", "25%"))
CHARTS = [
    BARS,
    replace(BARS, kind="pairs", measures=(SHARE, Measure("again", "나눈 뒤", "%", ".0%"))),
    replace(BARS, kind="spans", measures=(SHARE, *ENDS)),
    replace(BARS, kind="tiles", across="other"),
    replace(BARS, kind="reliability", measures=(SHARE, Measure("again", "실제", "%", ".0%"), *ENDS)),
]


def _svg(chart: Chart) -> str:
    kind, _, data = draw(chart).address.partition(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(data).decode()


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: str(chart.kind))
def test_a_picture_is_whole_and_asks_for_nothing(chart: Chart) -> None:
    svg = _svg(chart)
    etree.fromstring(svg.encode())
    assert re.findall(r"(?:href|src)=|url\((?!#)|<script|<image", svg.replace("xmlns:xlink", "")) == []
    assert "prefers-color-scheme:dark" in svg
    assert 'fill="white"' not in svg


@pytest.mark.parametrize("chart", CHARTS[:4], ids=lambda chart: str(chart.kind))
def test_each_row_is_named_in_the_picture(chart: Chart) -> None:
    said = "".join(etree.fromstring(_svg(chart).encode()).itertext())
    assert "서울" in said
    assert "부산" in said


def test_the_same_rows_give_the_same_bytes() -> None:
    assert draw(BARS) == draw(BARS)


def test_a_longer_bar_is_a_larger_value() -> None:
    svg = _svg(BARS)
    bars = [float(width) for width in re.findall(rf'h([0-9.]+)v[^"]*" fill="{MAIN}"', svg)]
    assert len(bars) == 2
    assert bars[0] == pytest.approx(2 * bars[1])


def test_the_description_names_kind_measure_and_values() -> None:
    assert BARS.described == "막대그래프. 취업률(%). 서울 50%, 부산 25%. 모든 수치는 아래 표에 있습니다."


def test_a_long_description_stops_and_says_how_many_more() -> None:
    rows = tuple({"name": f"가{number}", "value": 0.1} for number in range(15))
    assert " 밖 3개. " in Chart("bars", rows, "name", (SHARE,), ("10%",) * 15).described


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("서울", "서울"),
        ("냉동·냉장·공조기 설치·정비원", "냉동·냉장·공조기|설치·정비원"),
        ("공표용 표(serving)들", "공표용 표|(serving)들"),
        ("가나다라마바사아자차카타파하가나다라마바사아자차카타파하", "가나다라마바사아자차카|타파하가나다라마바사아…"),
    ],
)
def test_a_long_name_stands_on_two_lines(name: str, lines: str) -> None:
    assert wrapped(name) == lines
