"""Starts Dagster's web server on a lake as `make ui` does, without its daemon, and stops all of it.

Do not put here: what the pages show.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.browser.chromium import ROOT

PATIENCE_S = 300
_READY = "Serving dagster-webserver"


@contextmanager
def serve_dagster(lake: Path, room: Path) -> Iterator[str]:
    """The address of a read-only web server over a copy of the lake's records; `room` is an empty folder."""
    home = room / "home"
    shutil.copytree(lake / "dagster", home)
    if not (home / "dagster.yaml").exists():
        shutil.copyfile(ROOT / "dagster_project" / "dagster.yaml", home / "dagster.yaml")
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOYONG_", "DAGSTER_"))}
    told = {"DAGSTER_HOME": str(home), "GOYONG_LAKE_DIR": str(lake), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "dagster_webserver", "-w", str(ROOT / "workspace.yaml"), "--read-only"]
    process = subprocess.Popen(  # noqa: S603 - our own command line
        [*command, "-h", "127.0.0.1", "-p", str(port)],
        cwd=room,
        env=kept | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        _wait(process)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(process: subprocess.Popen[str]) -> None:
    """Until the server says that it serves; raises AssertionError with what it said when it ends or never does."""
    heard: list[str] = []
    ready, ended = threading.Event(), threading.Event()
    assert process.stdout is not None
    threading.Thread(target=_listen, args=(process.stdout, heard, ready, ended), daemon=True).start()
    assert ready.wait(PATIENCE_S), f"Dagster's web server did not answer: {''.join(heard[-40:])}"
    assert not ended.is_set(), f"Dagster's web server ended: {''.join(heard[-40:])}"


def _listen(stream: IO[str], heard: list[str], ready: threading.Event, ended: threading.Event) -> None:
    """Take what the server says, to its end: a full pipe would stop it."""
    with stream:
        for line in stream:
            heard.append(line)
            if _READY in line:
                ready.set()
    if not ready.is_set():
        ended.set()
        ready.set()


def _stop(process: subprocess.Popen[str]) -> None:
    """End the server with the code server that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
