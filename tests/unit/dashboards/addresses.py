"""Where a page for people leads: nowhere but to itself and to the ministry's call centre.

Do not put here: pages for analysts, which link each other (tests/browser/addresses.py).
"""

from __future__ import annotations

import re


def leading_out(page: str) -> list[str]:
    """Addresses that a page would load or open beside places on it, its own data and the number 1350."""
    return re.findall(r"""(?:src|href)=["'](?!#|data:|tel:1350["'])[^"']+""", page)
