"""Turns a template and plain values into one self-contained HTML page, or a Markdown text.

The style sheet is inlined and named by its hash in a strict Content-Security-Policy; there is no script, no image
and no outside address. Every value of a page is escaped. Do not put here: words or numbers.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    # The style sheet is our own file; escaping it would break its quotes and its hash.
    environment.globals["css"] = Markup(css)  # noqa: S704 -- a file of this package, never a value
    environment.globals["csp"] = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return environment


def render_page(template: str, **values: Any) -> str:
    """The page of `template`; a value the template names and nobody gives is an error."""
    return _environment().get_template(template).render(**values)
