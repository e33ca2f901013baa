"""The look-up API under 64 connections, at rest and while nights switch: requests a second, median, p99, errors, mixed.

Peers of the same run: the server's empty path /healthz, and wrk as another client where it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dagster_project.bench import machine
from lake.contracts.serving import TABLES
from lake.privacy import load_master_key
from lake.publication import current
from lake.settings import Settings
from portal.api_keys import create_key
from portal.resources import ALL_OF_SEEKER
from tests.faults.api_load import Found, load
from tests.faults.served_nights import nights_switching, person, publish_night, serving

CONNECTIONS = 64
PEOPLE = 2_000
_WRK = """
local paths, number = {}, 0
for line in io.lines(os.getenv("API_PATHS")) do paths[#paths + 1] = line end
request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number], {["X-Api-Key"] = os.getenv("API_KEY")})
end
done = function(summary, latency)
  local failed = summary.errors
  io.write(string.format("%d requests, %.0f a second, median %.1f ms, p99 %.1f ms, errors %d\\n", summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    failed.status + failed.connect + failed.read + failed.write + failed.timeout))
end
"""


def test_the_api_under_load_prints_rates_and_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(
        lake_dir=tmp_path / "lake", memory_mb=256, threads=1, api_keys_file=tmp_path / "keys.json", api_stale_hours=0
    )
    load_master_key(settings)  # made while the lake is empty
    for number in (0, 1):
        publish_night(settings, number, range(PEOPLE))
    key = create_key(settings.api_keys_path, "bench", ["seeker", "posting", "status"])
    told = measure(settings, key, [person(number) for number in range(PEOPLE)], seconds=10)
    with capsys.disabled():
        print("\n" + "\n".join(told))  # noqa: T201 - a benchmark's result is what it prints
    assert "errors 0, mixed 0" in told[-1]


def measure(settings: Settings, key: str, seekers: list[str], seconds: float) -> list[str]:
    """Lines about the served lake: an empty path, one answer, all answers, and all answers while nights switch."""
    everything = [ALL_OF_SEEKER.replace("{seeker_key}", seeker) for seeker in seekers]
    jobs = [f"{path}/jobs" for path in everything]
    pointer = current(settings)
    size = (settings.publication_dir / pointer.key_values).stat().st_size / 1e6
    rows = max(pointer.tables[contract.id].rows for contract in TABLES)
    told = [
        f"{machine()}, load {os.getloadavg()[0]:.1f}; {rows:,} rows in the longest table, copy {size:.1f} MB; "
        f"{CONNECTIONS} connections, client on the same machine"
    ]
    log, stop = Path(tempfile.mkdtemp()) / "serve.log", threading.Event()
    with serving(settings, log, "--stale-after-hours", "0") as (port, process):
        server = psutil.Process(process.pid)
        for what, paths in (("/healthz (peer)", ["/healthz"]), ("one answer", jobs), ("all six answers", everything)):
            before = sum(server.cpu_times()[:2])
            found = load(port, key, paths, CONNECTIONS, _for(seconds))
            used = (sum(server.cpu_times()[:2]) - before) / len(found.times_ms) * 1_000
            counts = "" if what.startswith("/healthz") else f", {_counts(found)}"
            told.append(f"{what}: {_times(found)}, {used:.2f} ms of CPU a request{counts}")
            told += [f"  wrk: {line}" for line in _wrk(port, key, paths, seconds)]
        with nights_switching(settings, stop) as switched:
            by_wrk = [f"  wrk: {line}" for line in _wrk(port, key, everything, seconds)]
            found = load(port, key, everything, CONNECTIONS, _for(seconds))
        told += [
            f"all six answers during {len(switched)} publications:",
            *by_wrk,
            f"  {_times(found)}, {_counts(found)}",
        ]
    shutil.rmtree(log.parent)
    return told


def _for(seconds: float) -> Callable[[int], bool]:
    ends = time.monotonic() + seconds
    return lambda _: time.monotonic() < ends


def _times(found: Found) -> str:
    asked = len(found.times_ms)
    rate = f"{asked:,} requests, {asked / found.seconds:,.0f} a second"
    return f"{rate}, median {found.at(0.5):.1f} ms, p99 {found.at(0.99):.1f} ms"


def _counts(found: Found) -> str:
    return f"errors {len(found.errors)}, mixed {found.mixed}"


def _wrk(port: int, key: str, paths: list[str], seconds: float) -> list[str]:
    """What wrk says of the same paths; nothing where it is not installed."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder) / "ask.lua", Path(folder) / "paths"
        script.write_text(_WRK)
        listed.write_text("\n".join(paths))
        command = [
            wrk,
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds:.0f}s",
            "-s",
            str(script),
            "--timeout",
            "60s",
            f"http://127.0.0.1:{port}",
        ]
        environment = {"API_PATHS": str(listed), "API_KEY": key}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return [done.stdout.strip().splitlines()[-1]]
