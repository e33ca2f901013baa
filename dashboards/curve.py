"""The reliability curve as plain coordinates: what was said against what came of it, drawn without script.

A square of 100 × 100 units, 0 % below left. Do not put here: markup (templates/macros.html.j2) or where points
come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SIDE = 100.0


@dataclass(frozen=True)
class Point:
    """One bin: the mean probability told, the share that came true with its 95 % interval, how many people."""

    told: float
    rate: float
    low: float
    high: float
    people: int


@dataclass(frozen=True)
class Dot:
    """A point in drawing units; `top` and `bottom` are the whisker's ends, `label` is for those who do not see it."""

    x: float
    y: float
    top: float
    bottom: float
    label: str


@dataclass(frozen=True)
class Curve:
    """Dots from left to right, the line through them, and one sentence for those who do not see it."""

    dots: tuple[Dot, ...]
    line: str
    label: str


def draw_curve(points: Sequence[Point]) -> Curve | None:
    """The curve of the bins that may be shown, or None when there is none."""
    if not points:
        return None
    dots = tuple(_dot(point) for point in sorted(points, key=lambda point: point.told))
    said = ", ".join(dot.label for dot in dots)
    return Curve(dots, " ".join(f"{dot.x},{dot.y}" for dot in dots), f"보정 곡선. {said}")


def _dot(point: Point) -> Dot:
    label = f"추정 {point.told * 100:.0f}%일 때 실제 {point.rate * 100:.0f}%({point.people:,}명)"
    return Dot(_across(point.told), _up(point.rate), _up(point.high), _up(point.low), label)


def _across(share: float) -> float:
    return round(share * SIDE, 2)


def _up(share: float) -> float:
    return round((1 - share) * SIDE, 2)
