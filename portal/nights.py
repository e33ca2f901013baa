"""The night that answers: followed by its pointer, opened before it is served, closed when its last request has ended.

Put here: switching from one published night to the next. Do not put here: what an answer looks like (answers.py), how
the copy is stored (lake/key_value.py). One request holds one night (`lease`), so no answer mixes two.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from lake import publication
from lake.publication import Pointer
from lake.settings import Settings
from portal.file_change import Signature, signature_of

RETRY_SECONDS = 10
"""How long after a failure the same pointer is tried again (a copy may have been put back meanwhile)."""

log = logging.getLogger(__name__)


class Copy(Protocol):
    """What is asked of a key-value copy of the serving tables."""

    def get(self, table_id: str, key: str) -> bytes | None:
        """The row as canonical JSON, or None."""

    def close(self) -> None:
        """Let go of the file."""


class NightUnavailable(RuntimeError):
    """No night can answer now; `code` is NOTHING_PUBLISHED or DAMAGED."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OpenNight:
    """One published night, its open copy, and how many use it: the follower, and each request that reads."""

    def __init__(self, pointer: Pointer, copy: Copy) -> None:
        self.pointer = pointer
        self.sha256 = pointer.sha256
        self.copy = copy
        self.users = 1


class NightFollower:
    """Serves the night that `current.json` names. `refresh` and `lease` may be called from different threads."""

    def __init__(
        self,
        settings: Settings,
        open_copy: Callable[[Settings, Pointer], Copy],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Opens nothing yet: `refresh` does."""
        self._settings, self._open_copy, self._clock = settings, open_copy, clock
        self._one_refresh, self._lock = threading.Lock(), threading.Lock()
        self._night: OpenNight | None = None
        self._refusal = "NOTHING_PUBLISHED"
        self._told = ""
        self._seen: Signature | None = None
        self._retry_at = 0.0

    def refresh(self) -> None:
        """Take up the night that is published now, if it is another one; a stat when nothing changed."""
        with self._one_refresh:
            seen = signature_of(self._settings.publication_dir / "current.json")
            if seen == self._seen and (self._night is not None or self._clock() < self._retry_at):
                return
            self._seen = seen
            try:
                pointer = publication.current(self._settings)
                if self._night is None or self._night.sha256 != pointer.sha256:
                    self._serve(OpenNight(pointer, self._open_copy(self._settings, pointer)))
                    log.info("look-up API: serving run %s, business date %s", pointer.run_id, pointer.as_of)
                self._told = ""
            except publication.NothingPublished as error:
                self._refuse("NOTHING_PUBLISHED", error)
            except Exception as error:
                self._refuse("DAMAGED", error)

    @contextmanager
    def lease(self) -> Iterator[OpenNight]:
        """The night for one request, open until the block ends; raises NightUnavailable."""
        with self._lock:
            night = self._night
            if night is None:
                raise NightUnavailable(self._refusal)
            night.users += 1
        try:
            yield night
        finally:
            with self._lock:
                _release(night)

    def close(self) -> None:
        """Let go of the served night."""
        self._serve(None)

    def _serve(self, night: OpenNight | None) -> None:
        with self._lock:
            left, self._night = self._night, night
            if left is not None:
                _release(left)

    def _refuse(self, code: str, error: Exception) -> None:
        """Serve nothing, and say once why and what to do."""
        self._retry_at = self._clock() + RETRY_SECONDS
        self._refusal = code
        self._serve(None)
        self.tell(code, error)

    def tell(self, code: str, error: Exception) -> None:
        """Say in the log why requests get 503 and what to do; once, however many requests do."""
        told = f"look-up API: answers 503 ({code}): {describe(error)}"
        if told != self._told:
            self._told = told
            log.error("%s", told)


def describe(error: Exception) -> str:
    """An error of ours as it stands; of a foreign one the kind, because its text may quote a row."""
    name = type(error).__name__
    if type(error).__module__.split(".")[0] in ("lake", "portal"):
        return f"{name}: {error}"
    return f"{name}: expected the night as published. Do: goyong verify, then goyong rollback or run the night again"


def _release(night: OpenNight) -> None:
    night.users -= 1
    if night.users == 0:
        night.copy.close()
