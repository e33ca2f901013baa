"""Charts of the pages: what is drawn (Altair), as an SVG picture that needs no network, no script, no outside font.

A chart is drawn small (260 units and its names) so that its letters stay readable on a phone, and carries its own
colours for a dark screen. Every number of it also stands in the table below it. Do not put here: findings, SQL, markup.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

Row = dict[str, Any]
WIDTH = 260
_ROWS, _PERCENT = "rows", ".0%"
_SHOWN = 1.2
"""A picture is shown so many times larger where there is room."""
_LETTERS = 13
_LINE_LETTERS = 11
_TOLD = 12
INK, DIM, LINE, MAIN, SECOND = "#16202c", "#4b5866", "#d4dae1", "#0b4f9e", "#a84300"
_DARK = {INK: "#eaeff5", DIM: "#b0bcc9", LINE: "#37434f", MAIN: "#7db5f5", SECOND: "#ffb27a"}
_DEEP = ("#dce9f7", "#a9c8ec", "#6ba0d8", "#2f72b8", "#0a4a94")
_FONT = "Pretendard, Noto Sans KR, Noto Sans CJK KR, Apple SD Gothic Neo, Malgun Gothic, NanumGothic, sans-serif"


# Nobody reaches into a picture: its description stands beside it.
_UNUSED = re.compile(r' (?:aria-[a-z]+|role|class|pointer-events)="[^"]*"')


@dataclass(frozen=True)
class Measure:
    """A number that is drawn: the column that holds it, its name and unit, how an axis writes it."""

    name: str
    label: str
    unit: str = ""
    shown: str = ",~r"

    @property
    def title(self) -> str:
        """The axis' title: name and unit."""
        return f"{self.label}({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Chart:
    """One chart: its kind, its rows, the column of names and the measures drawn, in the order the kind wants.

    bars: value. pairs: before, after. spans: value, low, high. tiles: value, with `across` as the second name.
    reliability: told, came true, low, high. `texts` holds what stands beside each row's mark.
    """

    kind: str
    rows: tuple[Row, ...]
    name: str
    measures: tuple[Measure, ...]
    texts: tuple[str, ...] = ()
    across: str = ""

    @property
    def described(self) -> str:
        """The chart in words: its kind, what is measured, its first rows with their values."""
        kinds = {"bars": "막대그래프", "pairs": "두 점 그래프", "spans": "구간 그래프", "tiles": "색칠한 표"}
        kind = kinds.get(self.kind, "보정 곡선")
        label = self.measures[0].title if len(self.measures) != 2 else " → ".join(m.label for m in self.measures)
        said = [self._said(row, text) for row, text in zip(self.rows[:_TOLD], self.texts[:_TOLD], strict=True)]
        more = f" 밖 {len(self.rows) - _TOLD}개" if len(self.rows) > _TOLD else ""
        return f"{kind}. {label}. {', '.join(said)}{more}. 모든 수치는 아래 표에 있습니다."

    def _said(self, row: Row, text: str) -> str:
        name = f"{row[self.name]} {row[self.across]}" if self.across else row[self.name]
        return f"{name} {text}"


@dataclass(frozen=True)
class Picture:
    """A drawn chart: address of the picture itself, its size, and its description."""

    address: str
    width: int
    height: int
    described: str


def draw(chart: Chart) -> Picture:
    """The chart as an SVG inside a data address."""
    import vl_convert
    from altair.utils import schemapi

    with schemapi.debug_mode(False):  # the kinds below are tried in tests; checking each part again takes longer
        spec = _KINDS[chart.kind](chart).to_dict(validate=False)
    # Rows and settings are put in at the end: Altair copies and checks what it is given at every step.
    spec |= _frame(chart) | {"datasets": {_ROWS: _values(chart)}, "config": _config()}
    svg = _with_dark_colours(_UNUSED.sub("", vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])))
    width, height = (round(float(found) * _SHOWN) for found in re.findall(r'(?:width|height)="([0-9.]+)"', svg)[:2])
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return Picture(address, width, height, chart.described)


def wrapped(name: str) -> str:
    """A name in at most two lines of a chart's margin, broken at a space or a bracket; `|` parts the lines."""
    if len(name) <= _LINE_LETTERS + 1:
        return name
    place = max(name.rfind(" ", 4, _LINE_LETTERS + 2), name.find("(", 1, _LINE_LETTERS + 2) - 1)
    if place > 0 and name[place] != " ":
        name, place = f"{name[: place + 1]} {name[place + 1 :]}", place + 1
    first, rest = (name[:place], name[place + 1 :]) if place > 0 else (name[:_LINE_LETTERS], name[_LINE_LETTERS:])
    return f"{first}|{rest if len(rest) <= _LINE_LETTERS + 1 else rest[:_LINE_LETTERS] + '…'}"


def _config() -> dict[str, Any]:
    axis: dict[str, Any] = {"labelColor": INK, "titleColor": DIM, "titleFontWeight": "normal", "gridColor": LINE}
    axis |= {"domainColor": DIM, "tickColor": DIM, "labelFontSize": _LETTERS - 1, "titleFontSize": _LETTERS - 1}
    legend = {"labelColor": INK, "labelFontSize": _LETTERS, "labelLimit": 0, "orient": "top", "title": None}
    return {
        "font": _FONT,
        "axis": axis | {"labelLimit": 0, "titleLimit": 0},
        "legend": legend,
        "view": {"stroke": None},
        "text": {"color": INK, "fontSize": _LETTERS - 1},
    }


def _with_dark_colours(svg: str) -> str:
    """The picture with a style of its own for dark screens; what is printed stays light."""
    rules = "".join(
        f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}' for light, dark in _DARK.items()
    )
    style = f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"
    return svg.replace(">", f">{style}", 1)


def _values(chart: Chart) -> list[Row]:
    """The rows as drawn: wrapped names, the texts beside the marks, the colour of a tile."""
    values = [
        {"name": wrapped(str(row[chart.name])), "text": text, **{m.name: row[m.name] for m in chart.measures}}
        for row, text in zip(chart.rows, chart.texts, strict=True)
    ]
    if chart.kind != "tiles":
        return values
    (value,) = chart.measures
    found = sorted(row[value.name] for row in chart.rows)
    steps = [found[len(found) * part // len(_DEEP)] for part in range(1, len(_DEEP))]
    for row, drawn in zip(chart.rows, values, strict=True):
        depth = sum(row[value.name] >= step for step in steps)
        drawn |= {"text": f"{row[value.name]:.1f}", "across": row[chart.across]}
        drawn |= {"colour": _DEEP[depth], "ink": "#ffffff" if depth > 2 else "#000000"}
    return values


def _frame(chart: Chart) -> Row:
    """Size and ground of the picture; a line of a name is as high as its letters need."""
    if chart.kind == "reliability":
        return {"background": "transparent", "autosize": "pad", "width": 300, "height": 300}
    step = 36 if any("|" in wrapped(str(row[chart.name])) for row in chart.rows) else 25
    return {"background": "transparent", "autosize": "pad", "width": WIDTH, "height": {"step": step}}


def _plot() -> Any:
    import altair as alt

    return alt.Chart(alt.NamedData(name=_ROWS))


def _names() -> Any:
    """The axis of names, in the order of the rows."""
    import altair as alt

    axis = alt.Axis(
        title=None, labelExpr="split(datum.label, '|')", grid=False, ticks=False, domain=False, labelPadding=6
    )
    return alt.Y("name:N", sort=None, axis=axis)


def _along(measure: Measure, *, zero: bool = True, room: float = 1.0, high: float | None = None) -> Any:
    """The axis of a measure; `high` × `room` leaves place for the texts beside the marks."""
    import altair as alt

    shown = measure.shown
    said: Any = alt.Undefined
    if shown == _PERCENT:
        shown = ".1%" if high is not None and high < 0.1 else _PERCENT
        said = "datum.value > 1 ? '' : datum.label"
    scale = alt.Scale(zero=zero, nice=False, domainMax=high * room) if high else alt.Scale(zero=zero)
    axis = alt.Axis(format=shown, labelExpr=said, tickCount=4)
    return alt.X(f"{measure.name}:Q", title=measure.title, scale=scale, axis=axis)


def _highest(chart: Chart) -> float | None:
    found = [row[m.name] for row in chart.rows for m in chart.measures if row[m.name] is not None]
    return max(found) if found and max(found) > 0 else None


def _bars(chart: Chart) -> Any:
    import altair as alt

    plot, names = _plot(), _names()
    along = _along(chart.measures[0], room=1.28, high=_highest(chart))
    bars = plot.mark_bar(color=MAIN, height={"band": 0.62}).encode(x=along, y=names)
    return bars + plot.mark_text(align="left", dx=4).encode(x=along, y=names, text=alt.Text("text:N"))


def _pairs(chart: Chart) -> Any:
    """Before as an open ring, after as a filled point, joined; told apart by form as well as by colour."""
    import altair as alt

    before, after = chart.measures
    plot, names = _plot(), _names()
    along = _along(before, high=_highest(chart), room=1.05).title(before.unit or None)
    line = plot.mark_rule(color=DIM, strokeWidth=1.5).encode(x=along, x2=alt.X2(after.name), y=names)
    kinds = alt.Scale(domain=[before.label, after.label], range=[SECOND, MAIN])
    forms = alt.Scale(domain=[before.label, after.label], range=["circle", "square"])
    layers = [line]
    for measure, filled in ((before, False), (after, True)):
        marks = plot.mark_point(size=70, filled=filled, strokeWidth=2, opacity=1)
        layers.append(
            marks.encode(
                x=alt.X(f"{measure.name}:Q"),
                y=names,
                color=alt.Color(datum=measure.label, type="nominal", scale=kinds),
                shape=alt.Shape(datum=measure.label, type="nominal", scale=forms),
            )
        )
    return alt.layer(*layers)


def _spans(chart: Chart) -> Any:
    """A point with the line of its interval."""
    import altair as alt

    value, low, high = chart.measures
    plot, names = _plot(), _names()
    along = _along(replace(value, name=low.name), zero=value.unit == "%", high=_highest(chart), room=1.02)
    line = plot.mark_rule(color=MAIN, strokeWidth=2).encode(x=along, x2=alt.X2(high.name), y=names)
    points = plot.mark_point(color=MAIN, size=60, filled=True, opacity=1)
    return line + points.encode(x=alt.X(f"{value.name}:Q"), y=names)


def _tiles(chart: Chart) -> Any:
    """A table of colours with its values written in it; white letters on the dark half."""
    import altair as alt

    axis = alt.Axis(title=None, orient="top", labelAngle=-40, labelLimit=100, ticks=False, domain=False)
    across = alt.X("across:N", sort=None, axis=axis)
    tiles = _plot().mark_rect().encode(x=across, y=_names(), color=alt.Color("colour:N", scale=None))
    letters = _plot().mark_text(fontSize=_LETTERS - 3)
    return tiles + letters.encode(x=across, y=_names(), text=alt.Text("text:N"), color=alt.Color("ink:N", scale=None))


def _reliability(chart: Chart) -> Any:
    """What was told against what came true, in a square; the broken line is where the two are the same."""
    import altair as alt

    told, true, low, high = chart.measures
    square = alt.Scale(domain=[0, 1])
    across = alt.X(f"{told.name}:Q", title=told.title, scale=square, axis=alt.Axis(format=told.shown, tickCount=5))
    up = alt.Y(f"{true.name}:Q", title=true.title, scale=square, axis=alt.Axis(format=true.shown, tickCount=5))
    ends = alt.InlineData([{"a": 0, "b": 0}, {"a": 1, "b": 1}])
    same = alt.Chart(ends).mark_line(color=DIM, strokeDash=[5, 5])
    whiskers = _plot().mark_rule(color=MAIN).encode(x=across, y=alt.Y(f"{low.name}:Q"), y2=alt.Y2(high.name))
    points = alt.OverlayMarkDef(color=MAIN, size=55, filled=True)
    line = _plot().mark_line(color=MAIN, point=points).encode(x=across, y=up)
    return same.encode(x=alt.X("a:Q", scale=square), y=alt.Y("b:Q", scale=square)) + whiskers + line


_KINDS: dict[str, Callable[[Chart], Any]] = {
    "bars": _bars,
    "pairs": _pairs,
    "spans": _spans,
    "tiles": _tiles,
    "reliability": _reliability,
}
