"""A 고용24 open API on 127.0.0.1 for tests: pages over given rows, and every way the real one fails.

Put here: the server and the shapes of its replies. Not here: expectations. Makes no table.
Faults are queued: each request takes the next one from ``faults``; an empty queue means good answers.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

Row = dict[str, str]
DRIP_S = 0.02
BOMB_BYTES = 5_000_000
FaultKind = Literal[
    "ok",
    "status",
    "time_out",
    "body",
    "empty",
    "truncated",
    "no_rows",
    "repeated_page",
    "overlapping_page",
    "drop",
    "redirect",
    "drip_head",
    "drip_body",
    "gzip_bomb",
]

ERROR_BODY = "<?xml version='1.0' encoding='UTF-8'?><GO24><error>{text}</error></GO24>"
CODE_BODY = (
    '<?xml version="1.0" encoding="UTF-8"?><{root}><message>{text}</message><messageCd>{code}</messageCd></{root}>'
)


@dataclass(frozen=True)
class Fault:
    """One disturbed answer. ``status``: an HTTP status with headers; ``body``: HTTP 200 with exactly this text."""

    kind: FaultKind
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


@dataclass(frozen=True)
class Endpoint:
    """How one path pages over its rows; ``date_field`` is what the two date parameters filter on."""

    rows: tuple[Row, ...]
    page_param: str = "startPage"
    size_param: str = "display"
    date_field: str = ""
    date_params: tuple[str, str] = ("", "")
    render: Callable[[Sequence[Row], int], str] = lambda rows, total: ""


@dataclass
class FakeWork24:
    """The running server: ``with FakeWork24(endpoints) as server``; ``asked`` holds every query received."""

    endpoints: dict[str, Endpoint]
    faults: deque[Fault] = field(default_factory=deque)
    asked: list[dict[str, str]] = field(default_factory=list)
    totals: deque[int] = field(default_factory=deque)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        """Start on a free port."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release held requests and stop."""
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def base_url(self) -> str:
        """The address for the client."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/call"

    def answer(self, path: str, query: dict[str, str], fault: Fault) -> str:
        """Return the body of a good answer, bent by the fault."""
        endpoint = self.endpoints[path]
        first, last = (query.get(name, "") for name in endpoint.date_params)
        rows = [
            row
            for row in endpoint.rows
            if not endpoint.date_field or first <= row[endpoint.date_field].replace("-", "") <= last
        ]
        size = int(query.get(endpoint.size_param, len(rows) or 1))
        page = int(query.get(endpoint.page_param, 1))
        page -= fault.kind == "repeated_page"
        shift = size // 2 if fault.kind == "overlapping_page" else 0
        total = self.totals.popleft() if self.totals else len(rows)
        shown = [] if fault.kind == "no_rows" else rows[max((page - 1) * size - shift, 0) : page * size - shift]
        body = endpoint.render(shown, total)
        return body[: len(body) * 2 // 3] if fault.kind == "truncated" else body


def _content(fault: Fault, body: str) -> bytes:
    if fault.kind == "gzip_bomb":
        return gzip.compress(bytes(BOMB_BYTES), mtime=0)
    return b"" if fault.kind == "empty" else body.encode()


def _handler_of(fake: FakeWork24) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes; with Nagle's algorithm the second waits 40 ms for an acknowledgement.
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: the request line holds the key."""

        def do_GET(self) -> None:  # noqa: N802 - the name http.server calls
            url = urlsplit(self.path)
            query = dict(parse_qsl(url.query))
            with fake.lock:
                fake.asked.append(query)
                fault = fake.faults.popleft() if fake.faults else Fault("ok")
                body = fault.body or fake.answer(url.path.removeprefix("/call/"), query, fault)
            if fault.kind == "time_out":
                fake.released.wait(10)
                self.close_connection = True
                return
            content = _content(fault, body)
            if fault.kind.startswith("drip"):
                self.drip(content, head_first=fault.kind == "drip_body")
                return
            self.send_response(fault.status)
            for name, value in fault.headers:
                self.send_header(name, value.replace("{path}", self.path))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.close_connection |= fault.kind == "drop"
            self.wfile.write(content[: len(content) // 2] if fault.kind == "drop" else content)

        def drip(self, content: bytes, *, head_first: bool) -> None:
            """Send byte after byte, each in good time, until the client has had enough."""
            self.close_connection = True
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\nX-Wait: {'x' * 60_000}\r\n\r\n".encode()
            sent = [head] if head_first else []
            sent += [bytes([byte]) for byte in (content if head_first else head)]
            try:
                for part in sent:
                    self.wfile.write(part)
                    if fake.released.wait(DRIP_S):
                        return
            except OSError:  # the client has closed the connection
                return

    return Handler


def postings_xml(rows: Sequence[Row], total: int) -> str:
    """Render 채용정보 as ``<wantedRoot>``."""
    return _list_xml("wantedRoot", "wanted", rows, f"<total>{total}</total><startPage>1</startPage>")


def courses_xml(rows: Sequence[Row], total: int) -> str:
    """Render 훈련과정 as ``<HRDNet>``."""
    items = "".join(_element("scn_list", row) for row in rows)
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><HRDNet><scn_cnt>{total}</scn_cnt><srchList>{items}</srchList></HRDNet>"
    )


def courses_json(rows: Sequence[Row], total: int) -> str:
    """Render 훈련과정 as JSON whose content is a string inside ``returnJSON``."""
    inner = json.dumps({"scn_cnt": total, "pageNum": "1", "srchList": list(rows)}, ensure_ascii=False)
    return json.dumps({"returnJSON": inner}, ensure_ascii=False)


def occupations_xml(rows: Sequence[Row], total: int) -> str:
    """Render 직업정보 as ``<jobsList>``."""
    return _list_xml("jobsList", "jobList", rows, f"<total>{total}</total>")


def as_sent(body: str) -> Callable[[Sequence[Row], int], str]:
    """Render a recorded body, whatever was asked."""
    return lambda rows, total: body


def _list_xml(root: str, tag: str, rows: Sequence[Row], head: str) -> str:
    items = "".join(_element(tag, row) for row in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{head}{items}</{root}>'


def _element(tag: str, row: Row) -> str:
    return f"<{tag}>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items()) + f"</{tag}>"
