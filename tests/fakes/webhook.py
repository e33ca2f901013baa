"""A webhook on 127.0.0.1 for tests: takes what is posted, or fails in the way a real one does.

Put here: the server. Not here: expectations.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """`answers` are what the next posts get (a status, or "hang" | "drip"); without any, 200. `bodies` is what came."""

    url: str = ""
    answers: deque[int | str] = field(default_factory=deque)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    posts: int = 0
    released: threading.Event = field(default_factory=threading.Event)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is what some tests want."""


@contextmanager
def running() -> Iterator[Webhook]:
    """A webhook that listens until the block ends."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_POST(self) -> None:  # noqa: N802 - the standard library's name
            hook.posts += 1
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = hook.answers.popleft() if hook.answers else 200
            if answer == "hang":
                hook.released.wait(30)
                return
            if answer == "drip":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n")
                while not hook.released.wait(0.02):
                    self.wfile.write(b"X-Slow: 1\r\n")
                return
            status = int(answer)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://198.51.100.1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            if status == 200:
                hook.bodies.append(body)

    with _Server(("127.0.0.1", 0), Handler) as server:
        hook.url = f"http://127.0.0.1:{server.server_address[1]}/services/SECRET"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield hook
        finally:
            hook.released.set()
            server.shutdown()
            thread.join()
