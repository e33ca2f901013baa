"""Sessions of processes: what a command has started, found and ended by session id.

Do not put here: what is run.
"""

from __future__ import annotations

import os
import signal
import time

import psutil

PATIENCE_S = 20.0


def of_session(session: int) -> list[psutil.Process]:
    """Every living process of a session."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def outliving(session: int) -> list[str]:
    """What still runs in a session after a while: a child sees the death of its parent a moment later."""
    deadline = time.monotonic() + PATIENCE_S
    while (alive := of_session(session)) and time.monotonic() < deadline:
        psutil.wait_procs(alive, timeout=0.2)
    return [" ".join(process.cmdline()[:6]) for process in alive]


def kill_session(session: int) -> None:
    """SIGKILL to every process of a session at once, as when a machine loses its power."""
    alive = of_session(session)
    for process in alive:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(alive, timeout=PATIENCE_S)
