"""Named points of a night at which a fault drill kills the process, as a power cut would.

A point is a table's id (right after it was written and checked), a stage's name (right after its work), or
`stage:moment` inside one. Put here: dying. Do not put here: which points there are (the code that passes them says).
"""

from __future__ import annotations

import os
import signal

from lake.settings import Settings


def pass_point(settings: Settings, name: str) -> None:
    """Die without a last word when the setting `kill_at` names this point; otherwise nothing."""
    if settings.kill_at == name:
        os.kill(os.getpid(), signal.SIGKILL)
