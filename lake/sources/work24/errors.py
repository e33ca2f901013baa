"""Named failures of the 고용24 source: what was found, what was expected, what to do.

Put here: exceptions only. Not here: the code that decides between them (``pages.py``, ``client.py``).
No message ever holds the authentication key, a full URL or a row's content.
Concept: HTTP 200 is not success at 고용24; a refused key answers 200 with an ``<error>`` body.
"""

from __future__ import annotations


class Work24Error(Exception):
    """Any failure of the 고용24 source."""


class Work24SettingsError(Work24Error):
    """The address, the key or a query cannot be used as given."""


class TransportFailed(Work24Error):
    """The server gave no usable HTTP reply within the allowed retries."""


class RedirectRefused(TransportFailed):
    """The server pointed to another host, port or scheme; following it would hand the key over."""


class ResponseTooLarge(TransportFailed):
    """The reply is larger than the cap; nothing of it was kept."""


class ServiceUnavailable(Work24Error):
    """HTTP 200 whose body says that the service is under maintenance."""


class KeyRefused(Work24Error):
    """The key is unknown, expired, of the wrong member type, or not signed up for this service."""


class QuotaExceeded(Work24Error):
    """The key's daily number of calls is used up."""


class RequestRefused(Work24Error):
    """The API named a fault in the request itself (a wrong or missing parameter)."""


class RowsMissing(Work24Error):
    """The reply announces rows it does not hold."""


class RepeatedPage(Work24Error):
    """The server sent the same rows under two page numbers."""


class ShardOverCap(Work24Error):
    """A query that cannot be cut further still has more rows than the API hands out."""


class IncompleteDelivery(Work24Error):
    """A delivery folder without a readable ``_complete.json``: its fetch never finished."""


class DeliveryMismatch(Work24Error):
    """The folder holds a delivery of another request."""


class MalformedResponse(Work24Error):
    """A body that is not what the API documents: broken, cut off, or of another shape."""

    def __init__(self, source: str, problem: str, *, line: int = 0, byte: int = 0, size: int = 0) -> None:
        """Name the file, the place in it and the way out."""
        self.source = source
        self.line = line
        self.byte = byte
        place = f"line {line}, byte {byte} of {size}" if line else f"byte {byte} of {size}"
        super().__init__(
            f"work24 {source}: {problem} at {place}. "
            "Expected the whole response as the API guide describes it. "
            "Do: fetch this delivery again (intact pages are kept, only this one is downloaded)."
        )
