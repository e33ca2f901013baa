"""Turns a template and plain values into one self-contained HTML page, or a Markdown text.

The style sheet is inlined and named by its hash in a strict Content-Security-Policy; there is no outside address and
no script but the one that sorts tables, where a template sets `sortable`: never on pages for people. Every value of a
page is escaped. Do not put here: words or numbers.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

_TEMPLATES = Path(__file__).parent / "templates"
_CALL_CENTRE = '<a href="tel:1350">1350</a>'


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Style sheet and script are our own files; escaping them would break their quotes and their hash.
    css, css_hash = _inline("style.css")
    script, script_hash = _inline("sort.js")
    environment.globals["css"], environment.globals["sort_script"] = css, script
    environment.globals["csp"] = (
        f"default-src 'none'; style-src '{css_hash}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    environment.filters["dialled"] = dialled
    environment.globals["script_csp"] = f"; script-src '{script_hash}'"
    return environment


def _inline(name: str) -> tuple[Markup, str]:
    """A file of the templates' folder as it goes into a page, and the hash by which the policy allows it."""
    text = (_TEMPLATES / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"sha256-{digest}"  # noqa: S704 -- a file of this package, never a value


def dialled(text: str) -> Markup:
    """An escaped sentence in which the ministry's number can be called by touching it."""
    return Markup(_CALL_CENTRE).join(escape(part) for part in text.split("1350"))  # noqa: S704 -- our own link only


def render_page(template: str, **values: Any) -> str:
    """The page of `template`; a value the template names and nobody gives is an error."""
    return _environment().get_template(template).render(**values)
