"""One HTTP exchange bounded in time and size: what every client of ours sends a request with.

httpx's transport directly: ``httpx.Client`` logs every full URL at INFO, reads proxy variables and keeps cookies. Put
here: one request, one reply. Do not put here: retries, redirects, what a reply means (the clients), keys or addresses
in an error.
"""

from __future__ import annotations

import functools
import ssl
import threading
import time
from typing import NamedTuple

import httpx

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class BodyTooLarge(RuntimeError):
    """A reply passed the largest size that is accepted."""


class Exchanged(NamedTuple):
    """Status, headers and body of a reply."""

    status: int
    headers: httpx.Headers
    body: bytes


def open_transport() -> httpx.HTTPTransport:
    """Connections that check certificates and never try again by themselves."""
    return httpx.HTTPTransport(verify=_tls_context(), retries=0)


def exchange(transport: httpx.HTTPTransport, request: httpx.Request, *, deadline_s: float, max_bytes: int) -> Exchanged:
    """Send `request` once, within `deadline_s` however slowly the server drips: then its connections are closed.

    Raises httpx.TransportError or BodyTooLarge; neither names the address.
    """
    started = time.monotonic()
    watch = threading.Timer(deadline_s, transport.close)
    watch.daemon = True
    watch.start()
    try:
        return _exchange(transport, request, max_bytes)
    except httpx.TransportError:
        if time.monotonic() - started < deadline_s:
            raise
    finally:
        watch.cancel()
    raise httpx.ReadTimeout(f"no whole reply within {deadline_s:g} s")


def _exchange(transport: httpx.HTTPTransport, request: httpx.Request, max_bytes: int) -> Exchanged:
    response = transport.handle_request(request)
    response.request = request
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > max_bytes:
                raise BodyTooLarge(f"found a reply of more than {max_bytes} bytes; expected at most as many")
    finally:
        response.close()
    return Exchanged(response.status_code, response.headers, bytes(body))


@functools.cache
def _tls_context() -> ssl.SSLContext:
    """Load the certificate store once: it costs a tenth of a second."""
    return httpx.create_ssl_context()
