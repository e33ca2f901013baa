"""The folder of one delivery: bodies exactly as received, a note of the request, and the manifest written last.

Put here: names, atomic writes and the completeness check. Not here: HTTP, or what a body means.
Layout: ``{delivery_dir}/work24/{service}/{shard}-{page:04d}.xml|json``, ``_request.json`` (written first) and
``_complete.json`` (written last). A body is renamed into place only when it is whole on disk; one that turned out
to be unusable is kept beside it as ``*.rejected`` for whoever looks into it, and is never read.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lake.sources.work24.errors import DeliveryMismatch, IncompleteDelivery, MalformedResponse

_MANIFEST = "_complete.json"
_REQUEST = "_request.json"
_PAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.(xml|json)")


@dataclass(frozen=True)
class DeliveredFile:
    """One body of the delivery; ``name`` is relative to the service's folder."""

    name: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What a finished fetch holds. ``rows_announced`` is what the API said there was, ``rows`` what it sent."""

    service: str
    request: dict[str, str]
    fetched_at: str
    shards: int
    pages: int
    rows: int
    rows_announced: int
    fields: tuple[str, ...]
    files: tuple[DeliveredFile, ...]


@dataclass(frozen=True)
class DeliveryFolder:
    """The folder of one service within one delivery."""

    root: Path
    service: str

    @property
    def path(self) -> Path:
        """The service's own folder."""
        return self.root / "work24" / self.service

    def relative_name(self, name: str) -> str:
        """Return the file's path relative to the delivery, with '/' on every system."""
        return f"work24/{self.service}/{name}"

    def begin(self, request: dict[str, str]) -> None:
        """Note what is asked for, or refuse a folder that was begun for something else.

        Raises:
            DeliveryMismatch: pages of two requests would mix.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        noted = self.path / _REQUEST
        if not noted.exists():
            _write_whole(noted, _json_bytes(request))
            return
        found = _read_json(noted, self.service)
        if found != request:
            raise DeliveryMismatch(
                f"work24 {self.service}: {self.relative_name(_REQUEST)} was begun for {found}, now asked for "
                f"{request}. Do: use another delivery folder, or remove this one."
            )

    def read_body(self, name: str) -> bytes | None:
        """Return a saved body, None when that page is not saved yet."""
        file = self.path / name
        return file.read_bytes() if file.exists() else None

    def save_body(self, name: str, body: bytes) -> None:
        """Write a body as received: whole or not at all."""
        _write_whole(self.path / name, body)

    def reject(self, name: str) -> None:
        """Set an unusable body aside so that it is downloaded again."""
        file = self.path / name
        file.replace(file.with_name(f"{name}.rejected"))

    def complete(self, manifest: Manifest) -> None:
        """Write the manifest: from here on the delivery counts as finished."""
        _write_whole(self.path / _MANIFEST, _json_bytes(asdict(manifest)))

    def is_complete(self) -> bool:
        """Say whether a manifest is there."""
        return (self.path / _MANIFEST).exists()

    def load_manifest(self) -> Manifest:
        """Return the manifest.

        Raises:
            IncompleteDelivery: it is absent or unreadable, so the fetch never finished.
        """
        if not self.is_complete():
            raise IncompleteDelivery(
                f"work24 {self.service}: no {self.relative_name(_MANIFEST)}: the fetch has not finished. "
                "Do: run the fetch again; saved pages are kept."
            )
        content = _read_json(self.path / _MANIFEST, self.service)
        try:
            files = tuple(DeliveredFile(**entry) for entry in content.pop("files"))
            fields = tuple(content.pop("fields"))
            manifest = Manifest(**content, fields=fields, files=files)
        except (KeyError, TypeError) as error:
            raise IncompleteDelivery(
                f"work24 {self.service}: {self.relative_name(_MANIFEST)} is not a manifest ({error}). "
                "Do: remove it and run the fetch again; saved pages are kept."
            ) from None
        for file in files:
            if not _PAGE_NAME.fullmatch(file.name):
                raise IncompleteDelivery(
                    f"work24 {self.service}: the manifest names {file.name[:80]!r}, which is no page of this folder. "
                    "Do: remove the manifest and run the fetch again."
                )
        return manifest

    def read_verified(self, file: DeliveredFile) -> bytes:
        """Return a delivered body whose bytes are those of the manifest.

        Raises:
            MalformedResponse: the file is gone, cut off or changed since it was fetched.
        """
        source = self.relative_name(file.name)
        body = self.read_body(file.name)
        if body is None:
            raise MalformedResponse(source, "the file named by the manifest is missing", size=file.bytes)
        if hashlib.sha256(body).hexdigest() == file.sha256:
            return body
        if len(body) < file.bytes:
            line = body.count(b"\n") + 1
            raise MalformedResponse(source, "the file is cut off", line=line, byte=len(body), size=file.bytes)
        raise MalformedResponse(source, "the file changed after it was fetched (sha256 differs)", size=file.bytes)


def _write_whole(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)
    # The rename itself must survive a power cut: the manifest may not outlive the pages it names.
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _json_bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _read_json(file: Path, service: str) -> dict[str, Any]:
    content: Any = None
    try:
        content = json.loads(file.read_bytes())
    except ValueError as error:
        problem = type(error).__name__
    else:
        problem = "not an object"
    if not isinstance(content, dict):
        raise IncompleteDelivery(
            f"work24 {service}: {file.name} cannot be read ({problem}). Do: remove it and run the fetch again."
        )
    return content
