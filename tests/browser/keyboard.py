"""Walks through a page with the Tab key, as somebody without a mouse does.

Do not put here: expectations (test_keyboard.py).
"""

from __future__ import annotations

from playwright.sync_api import Page

_MARK = """() => {
  document.querySelectorAll("details").forEach((fold) => { fold.open = true; });
  const shown = [...document.querySelectorAll("a[href], button, summary, input, select, [tabindex='0']")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }));
  shown.forEach((e, place) => { e.dataset.place = place; });
  return shown.map((e) => `${e.localName} "${e.textContent.trim().replace(/\\s+/g, " ").slice(0, 40)}"`);
}"""
_WHERE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return { place: Number(e.dataset.place ?? -1), ring };
}"""


def walk(page: Page) -> tuple[list[str], list[int], list[str]]:
    """What can be used on the page, the places that Tab reaches in its order, and what shows no ring when focused."""
    things = page.evaluate(_MARK)
    reached: list[int] = []
    unseen: list[str] = []
    for _ in range(len(things) + 5):
        page.keyboard.press("Tab")
        here = page.evaluate(_WHERE)
        if here is None or here["place"] in reached:
            break
        reached.append(here["place"])
        if not here["ring"]:
            unseen.append(things[here["place"]])
    return things, reached, unseen
