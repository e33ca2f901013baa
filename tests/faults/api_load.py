"""Many connections to the look-up API at once, and what came back: errors, mixed nights, times.

Put here: asking and counting. Not here: expectations. A small client of its own: wrk, where it is there, measures
more but does not look into answers.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

RUN_ID = re.compile(rb'"run_id":"([^"]+)"')


@dataclass
class Found:
    """What a load found; times are in milliseconds."""

    errors: list[str] = field(default_factory=list)
    mixed: int = 0
    nights: dict[str, int] = field(default_factory=dict)
    times_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def at(self, share: float) -> float:
        """The time that this share of the requests stayed within."""
        return sorted(self.times_ms)[min(len(self.times_ms) - 1, int(share * len(self.times_ms)))]


def load(port: int, key: str, paths: Sequence[str], connections: int, goes_on: Callable[[int], bool]) -> Found:
    """Ask for `paths` in turn over that many connections, each as fast as it is answered, while `goes_on(asked)`."""
    return asyncio.run(_load(port, key, paths, connections, goes_on))


async def _load(port: int, key: str, paths: Sequence[str], connections: int, goes_on: Callable[[int], bool]) -> Found:
    found, began = Found(), time.perf_counter()
    asked = iter(range(1_000_000_000))

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while goes_on(number := next(asked)):
            sent = time.perf_counter()
            writer.write(f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: api\r\nX-Api-Key: {key}\r\n\r\n".encode())
            head, body = await _read(reader)
            found.times_ms.append((time.perf_counter() - sent) * 1_000)
            _note(found, head, body)
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    found.seconds = time.perf_counter() - began
    return found


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    (length,) = re.findall(rb"(?i)content-length: (\d+)", head)
    return head, await reader.readexactly(int(length))


def _note(found: Found, head: bytes, body: bytes) -> None:
    if not head.startswith(b"HTTP/1.1 200"):
        found.errors.append(head.split(b"\r\n")[0].decode())
        return
    runs = set(RUN_ID.findall(body))
    found.mixed += len(runs) != 1
    for run in runs:
        found.nights[run.decode()] = found.nights.get(run.decode(), 0) + 1
