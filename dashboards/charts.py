"""Charts of the pages: what is drawn (Altair), as an SVG picture that needs no network, no script and no outside font.

A chart is drawn small (400 units wide) so that its letters stay readable on a phone, and carries its own colours for a
dark screen. Every number of it also stands in the table below it. Do not put here: findings, SQL, markup.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

Row = dict[str, Any]
WIDTH = 400
_LETTERS = 13
_LINE_LETTERS = 11
_TOLD = 12
INK, DIM, LINE, MAIN, SECOND = "#16202c", "#4b5866", "#d4dae1", "#0b4f9e", "#a84300"
_DARK = {INK: "#eaeff5", DIM: "#b0bcc9", LINE: "#37434f", MAIN: "#7db5f5", SECOND: "#ffb27a"}
_DEEP = ("#dce9f7", "#a9c8ec", "#6ba0d8", "#2f72b8", "#0b4f9e")
_FONT = "Pretendard, Noto Sans KR, Noto Sans CJK KR, Apple SD Gothic Neo, Malgun Gothic, NanumGothic, sans-serif"


@dataclass(frozen=True)
class Measure:
    """A number that is drawn: the column that holds it, its name and unit, how an axis writes it."""

    name: str
    label: str
    unit: str = ""
    shown: str = ",.3~g"

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

    size = "pad" if chart.kind == "reliability" else {"type": "fit-x", "contains": "padding"}
    with schemapi.debug_mode(False):  # the kinds below are tried in tests; checking each part again takes longer
        plot = _KINDS[chart.kind](chart).properties(background="transparent", autosize=size)
        spec = plot.configure(**_config()).to_dict(validate=False)
    svg = _with_dark_colours(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))
    width, height = (round(float(found)) for found in re.findall(r'(?:width|height)="([0-9.]+)"', svg)[:2])
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return Picture(address, width, height, chart.described)


def wrapped(name: str) -> str:
    """A name in at most two lines of a chart's margin, broken at a space where there is one; `|` parts the lines."""
    if len(name) <= _LINE_LETTERS + 1:
        return name
    place = name.rfind(" ", 4, _LINE_LETTERS + 2)
    first, rest = (name[:place], name[place + 1 :]) if place > 0 else (name[:_LINE_LETTERS], name[_LINE_LETTERS:])
    return f"{first}|{rest if len(rest) <= _LINE_LETTERS + 1 else rest[:_LINE_LETTERS] + '…'}"


def _config() -> dict[str, Any]:
    axis = {"labelColor": INK, "titleColor": DIM, "titleFontWeight": "normal", "gridColor": LINE, "domainColor": DIM}
    axis |= {"tickColor": DIM, "labelFontSize": _LETTERS - 1, "titleFontSize": _LETTERS - 1, "labelLimit": 0}
    legend = {"labelColor": INK, "titleColor": DIM, "labelFontSize": _LETTERS, "orient": "top", "title": None}
    return {
        "font": _FONT,
        "axis": axis | {"titleLimit": 0},
        "legend": legend | {"labelLimit": 0},
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


def _base(chart: Chart) -> tuple[Any, Any]:
    """The rows with wrapped names and their texts, and the axis of names in the order of the rows."""
    import altair as alt

    values = [
        {"name": wrapped(str(row[chart.name])), "text": text, **{m.name: row[m.name] for m in chart.measures}}
        for row, text in zip(chart.rows, chart.texts, strict=True)
    ]
    axis = alt.Axis(title=None, labelExpr="split(datum.label, '|')", grid=False, ticks=False, domain=False, labelPadding=6)
    plot = alt.Chart(alt.Data(values=values)).properties(width=WIDTH, height=alt.Step(_step(values)))
    return plot, alt.Y("name:N", sort=None, axis=axis)


def _step(values: Sequence[Row]) -> int:
    return 36 if any("|" in row["name"] for row in values) else 25


def _along(measure: Measure, *, zero: bool = True, room: float = 1.0, high: float | None = None) -> Any:
    """The axis of a measure; `high` × `room` leaves place for the texts beside the marks."""
    import altair as alt

    scale = alt.Scale(zero=zero, nice=False, domainMax=high * room) if high else alt.Scale(zero=zero)
    return alt.X(f"{measure.name}:Q", title=measure.title, scale=scale, axis=alt.Axis(format=measure.shown, tickCount=4))


def _highest(chart: Chart) -> float | None:
    found = [row[m.name] for row in chart.rows for m in chart.measures if row[m.name] is not None]
    return max(found) if found and max(found) > 0 else None


def _bars(chart: Chart) -> Any:
    plot, names = _base(chart)
    along = _along(chart.measures[0], room=1.28, high=_highest(chart))
    bars = plot.mark_bar(color=MAIN, height={"band": 0.62}).encode(x=along, y=names)
    return bars + plot.mark_text(align="left", dx=4).encode(x=along, y=names, text="text:N")


def _pairs(chart: Chart) -> Any:
    """Before as an open ring, after as a filled point, joined; told apart by form as well as by colour."""
    import altair as alt

    before, after = chart.measures
    plot, names = _base(chart)
    along = _along(before, high=_highest(chart), room=1.05).title(before.unit or None)
    line = plot.mark_rule(color=DIM, strokeWidth=1.5).encode(x=along, x2=f"{after.name}:Q", y=names)
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
    value, low, high = chart.measures
    plot, names = _base(chart)
    along = _along(replace(value, name=low.name), high=_highest(chart), room=1.02)
    line = plot.mark_rule(color=MAIN, strokeWidth=2).encode(x=along, x2=f"{high.name}:Q", y=names)
    return line + plot.mark_point(color=MAIN, size=60, filled=True, opacity=1).encode(x=f"{value.name}:Q", y=names)


def _tiles(chart: Chart) -> Any:
    """A table of colours with its values written in it; white letters on the dark half."""
    import altair as alt

    (value,) = chart.measures
    found = sorted(row[value.name] for row in chart.rows if row[value.name] is not None)
    steps = [found[round(len(found) * part / 5)] for part in (1, 2, 3, 4)] if len(found) > 5 else [1, 2, 3, 4]
    values = [
        {
            "name": wrapped(str(row[chart.name])),
            "across": str(row[chart.across]),
            "text": text,
            "colour": _DEEP[sum(row[value.name] >= step for step in steps)],
            "ink": "#ffffff" if sum(row[value.name] >= step for step in steps) > 2 else "#000000",
        }
        for row, text in zip(chart.rows, chart.texts, strict=True)
        if row[value.name] is not None
    ]
    plot = alt.Chart(alt.Data(values=values)).properties(width=WIDTH, height=alt.Step(_step(values)))
    across = alt.X("across:N", sort=None, axis=alt.Axis(title=None, orient="top", labelAngle=-40, ticks=False, domain=False))
    down = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelExpr="split(datum.label, '|')", ticks=False, domain=False))
    tiles = plot.mark_rect().encode(x=across, y=down, color=alt.Color("colour:N", scale=None))
    said = plot.mark_text(fontSize=_LETTERS - 3).encode(x=across, y=down, text="text:N", color=alt.Color("ink:N", scale=None))
    return tiles + said


def _reliability(chart: Chart) -> Any:
    """What was told against what came true, in a square; the broken line is where the two are the same."""
    import altair as alt

    told, true, low, high = chart.measures
    square = alt.Scale(domain=[0, 1])
    plot = alt.Chart(alt.Data(values=list(chart.rows))).properties(width=300, height=300)
    across = alt.X(f"{told.name}:Q", title=told.title, scale=square, axis=alt.Axis(format=told.shown))
    up = alt.Y(f"{true.name}:Q", title=true.title, scale=square, axis=alt.Axis(format=true.shown))
    same = alt.Chart(alt.Data(values=[{"a": 0, "b": 0}, {"a": 1, "b": 1}])).mark_line(color=DIM, strokeDash=[5, 5])
    whiskers = plot.mark_rule(color=MAIN).encode(x=across, y=f"{low.name}:Q", y2=f"{high.name}:Q")
    points = plot.mark_line(color=MAIN, point=alt.OverlayMarkDef(color=MAIN, size=55, filled=True)).encode(x=across, y=up)
    return same.encode(x=alt.X("a:Q", scale=square), y=alt.Y("b:Q", scale=square)) + whiskers + points


_KINDS: dict[str, Callable[[Chart], Any]] = {
    "bars": _bars,
    "pairs": _pairs,
    "spans": _spans,
    "tiles": _tiles,
    "reliability": _reliability,
}
