"""Read one body of the 고용24 API into rows, and tell a refusal from an empty answer.

Put here: the shapes of XML and JSON bodies and of their errors. Not here: HTTP, folders, Arrow. Makes no table.
HTTP 200 carries refusals in several shapes, all seen in the wild: ``<GO24><error>…``, ``<message>``/``<messageCd>``
under the ordinary root, ``{"error": …}``, and the public gateway's ``returnReasonCode``. Code 006 "정보가 존재하지
않습니다" is no refusal: there is no such data. Zero rows without a total are never taken for an empty answer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from lxml import etree

from lake.sources.work24.errors import (
    KeyRefused,
    MalformedResponse,
    QuotaExceeded,
    RequestRefused,
    ServiceUnavailable,
    Work24Error,
)
from lake.sources.work24.services import PERSONAL_FIELDS, Service

Row = dict[str, str | None]

_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")
_CODE_TAGS = ("messageCd", "message_cd", "returnReasonCode")
_TEXT_TAGS = ("error", "message", "returnAuthMsg")
_SUCCESS_CODES = frozenset({"000", "00", "200"})
_NO_DATA_CODE = "006"
_KEY_CODES = frozenset({"002", "20", "30", "31", "32"})
_QUOTA_CODES = frozenset({"003", "22"})
_KEY_WORDS = ("인증키", "authkey", "개인회원", "신청하신", "service_key", "access_denied")
_QUOTA_WORDS = ("초과", "limited_number", "exceeds")
_MAINTENANCE_WORDS = ("점검", "일시적")
_ERROR_ROOTS = ("GO24", "OpenAPI_ServiceResponse", "error")


@dataclass(frozen=True)
class Page:
    """The rows of one body as sent (empty text is None) and the total it announces; ``is_no_data``: code 006."""

    rows: tuple[Row, ...]
    total: int
    is_no_data: bool = False


def read_page(body: bytes, service: Service, *, source: str, body_format: str | None = None) -> Page:
    """Return the rows of one body; ``source`` names it in errors, ``body_format`` overrides the service's own.

    Raises:
        MalformedResponse: broken, cut off, or not of the service's shape.
        KeyRefused, QuotaExceeded, RequestRefused, ServiceUnavailable: the body says so.
    """
    if not body.strip():
        raise MalformedResponse(source, "the body is empty", size=len(body))
    if (body_format or service.body_format) == "json":
        return _read_json(body, service, source)
    return _read_xml(body, service, source)


def _read_xml(body: bytes, service: Service, source: str) -> Page:
    rows: list[Row] = []
    notes: Row = {}
    total: str | None = None
    events = etree.iterparse(
        BytesIO(body),
        events=("end",),
        tag=tuple({service.row_tag, service.total_tag or service.row_tag, *_CODE_TAGS, *_TEXT_TAGS}),
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            parent = element.getparent()
            above = None if parent is None else parent.tag
            if element.tag == service.row_tag and above == service.row_parent:
                rows.append(_row_of(element))
                _forget(element)
            elif element.tag == service.total_tag and above in service.root_tags:
                total = element.text
            elif above is None or above in (*service.root_tags, *_ERROR_ROOTS, "cmmMsgHeader"):
                notes[element.tag] = element.text
        root = events.root
    except etree.XMLSyntaxError as error:
        raise _xml_fault(body, error, source) from None
    if root.getroottree().docinfo.doctype:
        raise MalformedResponse(source, "the body declares a DTD, which is refused", line=1, size=len(body))
    _raise_refusal(notes, source, has_rows=bool(rows))
    if root.tag not in service.root_tags:
        problem = f"expected <{service.root_tags[0]}>, found <{str(root.tag)[:40]}>"
        raise MalformedResponse(source, problem, line=1, size=len(body))
    is_no_data = _code_of(notes) == _NO_DATA_CODE
    return _page([] if is_no_data else rows, total, service, is_no_data=is_no_data, place=(source, len(body)))


def _read_json(body: bytes, service: Service, source: str) -> Page:
    content = _decode_json(body, source, "")
    if isinstance(content, dict) and isinstance(content.get("returnJSON"), str):
        content = _decode_json(content["returnJSON"].encode("utf-8", "surrogatepass"), source, " inside returnJSON")
    elif isinstance(content, dict) and isinstance(content.get("returnJSON"), dict):
        content = content["returnJSON"]
    if not isinstance(content, dict):
        raise MalformedResponse(source, "expected a JSON object", size=len(body))
    notes: Row = {name: _text(content[name]) for name in (*_CODE_TAGS, *_TEXT_TAGS) if name in content}
    sent = content.get(service.row_parent or "") or []
    sent = sent.get(service.row_tag, []) if isinstance(sent, dict) else sent
    sent = [sent] if isinstance(sent, dict) else sent
    if not isinstance(sent, list) or not all(isinstance(item, dict) for item in sent):
        raise MalformedResponse(source, f"expected a list of objects in {service.row_parent!r}", size=len(body))
    rows = [
        {name: (value or None) if type(value) is str else _text(value) for name, value in item.items()} for item in sent
    ]
    if b"\\u" in body:
        rows = [{name: value and _without_surrogates(value) for name, value in row.items()} for row in rows]
    _raise_refusal(notes, source, has_rows=bool(rows))
    is_no_data = _code_of(notes) == _NO_DATA_CODE
    total = _text(content.get(service.total_tag or ""))
    return _page([] if is_no_data else rows, total, service, is_no_data=is_no_data, place=(source, len(body)))


def _page(rows: list[Row], total: str | None, service: Service, *, is_no_data: bool, place: tuple[str, int]) -> Page:
    if is_no_data:
        return Page((), 0, is_no_data=True)
    source, size = place
    strange = sorted(name for name in set().union(*rows) if not _FIELD_NAME.fullmatch(name))
    if strange:
        raise MalformedResponse(source, f"field name {strange[0][:40]!r} is not one of this API", line=1, size=size)
    if service.total_tag is None:
        return Page(tuple(rows), 1)
    digits = (total or "").strip()
    if not _WHOLE_NUMBER.fullmatch(digits):
        problem = f"expected a whole number in {service.total_tag!r}, found {digits[:20]!r}"
        raise MalformedResponse(source, problem, line=1, size=size)
    if rows and not int(digits):
        raise MalformedResponse(source, f"announces 0 rows and holds {len(rows)}", line=1, size=size)
    return Page(tuple(rows), int(digits))


def _row_of(element: Any) -> Row:
    """Flatten a row element to its leaves; a leaf sent several times is joined by '|', as the API itself does."""
    row: Row = {}
    for leaf in element.iterdescendants():
        if len(leaf) or leaf.tag in PERSONAL_FIELDS:
            continue
        earlier = row.get(leaf.tag)
        row[leaf.tag] = f"{earlier}|{leaf.text}" if earlier and leaf.text else leaf.text or earlier
    return row


def _forget(element: Any) -> None:
    """Free a row already read, so that memory holds one row's tree and not the page's."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _xml_fault(body: bytes, error: etree.XMLSyntaxError, source: str) -> MalformedResponse:
    line, column = error.position
    starts = body.split(b"\n", line)[: max(line - 1, 0)]
    byte = min(sum(len(part) + 1 for part in starts) + max(column - 1, 0), len(body))
    # libxml2's text may quote the document; only its kind is told.
    kind = str(error.msg).split(":", 1)[0].split(",", 1)[0][:60] if error.msg else "broken XML"
    problem = f"not well-formed XML ({kind})" if body.rstrip().endswith(b">") else f"XML cut off or broken ({kind})"
    return MalformedResponse(source, problem, line=max(line, 1), byte=byte, size=len(body))


def _decode_json(body: bytes, source: str, where: str) -> Any:
    try:
        # Numbers stay as sent: "0221" or 12.50 must not lose a digit.
        return json.loads(body.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise MalformedResponse(source, f"not UTF-8{where}", byte=error.start, size=len(body)) from None
    except json.JSONDecodeError as error:
        byte = len(error.doc[: error.pos].encode())
        problem = f"JSON cut off or broken{where} ({error.msg})"
        raise MalformedResponse(source, problem, line=error.lineno, byte=byte, size=len(body)) from None
    except _NotJson as error:
        raise MalformedResponse(source, f"{error}, which is no JSON{where}", size=len(body)) from None
    except RecursionError:
        raise MalformedResponse(source, f"JSON nested too deeply{where}", size=len(body)) from None


class _NotJson(ValueError):
    """NaN and Infinity, which Python's reader would take."""


def _refuse_constant(name: str) -> None:
    raise _NotJson(name)


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _without_surrogates(text: str) -> str:
    """Replace lone surrogates, which no file or table can hold, by '?': the row still lands."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _code_of(notes: Row) -> str | None:
    return next((notes[name] for name in _CODE_TAGS if notes.get(name)), None)


def _raise_refusal(notes: Row, source: str, *, has_rows: bool) -> None:
    code = _code_of(notes)
    if code is None and has_rows and not notes.get("error"):
        return  # a bare <message> beside rows is a remark
    text = " ".join(str(notes[name]) for name in _TEXT_TAGS if notes.get(name))[:200]
    if code in _SUCCESS_CODES or code == _NO_DATA_CODE or not (code or text):
        return
    kind, advice = _kind_of_refusal(code, text)
    raise kind(f"work24 {source}: HTTP 200 with code {code or 'none'} and message {text!r}. Do: {advice}")


def _kind_of_refusal(code: str | None, text: str) -> tuple[type[Work24Error], str]:
    low = text.lower()
    if code in _KEY_CODES or any(word in low for word in _KEY_WORDS):
        return KeyRefused, "check the key and that this member type and service are approved at 고용24."
    if code in _QUOTA_CODES or any(word in low for word in _QUOTA_WORDS):
        return QuotaExceeded, "run again after the daily quota is renewed; saved pages are kept."
    if any(word in low for word in _MAINTENANCE_WORDS):
        return ServiceUnavailable, "run again after the maintenance; saved pages are kept."
    return RequestRefused, "compare the request's parameters with the API guide."
