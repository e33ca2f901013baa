"""A look-up API over nights that stand in memory, with a clock and keys of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from lake import publication
from lake.contracts.model import Column, Kind, Table
from lake.contracts.registry import table
from lake.contracts.serving import TABLES
from lake.publication import Pointer, PublishedTable
from lake.settings import Settings
from portal.api_keys import KeyRing, create_key
from portal.app import Service, create_app
from portal.nights import NightFollower
from portal.rate_limit import RateLimit
from portal.resources import RESOURCES

PERSON = "0123456789abcdef" * 2
NO_RESULT = "f" * 32
NOBODY = "a" * 32
AS_OF = date(2026, 11, 20)
MORNING = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # nine o'clock in Seoul
_SAMPLES: dict[Kind, Any] = {
    Kind.STRING: '가나|다"라\\마\n',
    Kind.BOOLEAN: True,
    Kind.DATE: "2026-11-20",
    Kind.INSTANT: "2026-11-20T00:00:00Z",
    Kind.FLOAT32: 0.5,
    Kind.FLOAT64: 0.1,
}


def sample_row(contract: Table, key: str, run_id: str, **values: Any) -> dict[str, Any]:
    """A row of a serving table with a legal value in every column, as the key-value copy gives it back."""
    stamp = {contract.key[0]: key, "run_id": run_id, "as_of": AS_OF.isoformat()}
    row = {column.name: _sample(column) for column in contract.columns} | stamp
    return row | {name: value for name, value in values.items() if name in row}


def _sample(column: Column) -> Any:
    if column.codes:
        return next(iter(column.codes.codes))
    return _SAMPLES.get(column.kind, max(1, int(column.minimum or 0)))


class MemoryCopy:
    """A key-value copy that is a dictionary; counts how often it was closed."""

    def __init__(self, rows: dict[tuple[str, str], bytes]) -> None:
        self.rows, self.closed = rows, 0

    def get(self, table_id: str, key: str) -> bytes | None:
        """The row, or None; reading after closing is an error as it is in LMDB."""
        assert not self.closed
        return self.rows.get((table_id, key))

    def close(self) -> None:
        """Count."""
        self.closed += 1


@dataclass
class World:
    """Nights in memory that are published by their pointers on disk."""

    settings: Settings
    keys_file: Path
    now: datetime = MORNING
    monotonic: float = 0.0
    rows: dict[str, dict[tuple[str, str], bytes]] = field(default_factory=dict)
    opened: list[MemoryCopy] = field(default_factory=list)
    tried: int = 0
    fails: Exception | None = None

    def publish(self, run_id: str, as_of: date = AS_OF, **more: Any) -> Pointer:
        """Publish a night with one person, one person without results, and one row in each other table."""
        rows: dict[tuple[str, str], bytes] = {}
        for contract in TABLES:
            is_seekers = contract.key == ("seeker_key",)
            keys = {PERSON: "OK", NO_RESULT: "THIN_FILE"} if is_seekers else {"1": "OK"}
            for key, code in keys.items():
                row = sample_row(contract, key, run_id, answer_code=code)
                rows[(contract.id, key)] = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        self.rows[run_id] = rows
        entries = {contract.id: PublishedTable(1, 1, "0", "0", {}) for contract in TABLES}
        facts = {"model_versions": {"employment": "m1"}, "is_synthetic": True} | more
        pointer = Pointer(run_id, as_of, entries, artefacts={f"lookups-{run_id}.lmdb": run_id}, **facts)
        publication.switch(self.settings, pointer)
        return pointer

    def open_copy(self, _: Settings, pointer: Pointer) -> MemoryCopy:
        """Open a copy as KeyValueCopy.open does."""
        self.tried += 1
        if self.fails is not None:
            raise self.fails
        self.opened.append(MemoryCopy(self.rows[pointer.run_id]))
        return self.opened[-1]

    def follower(self) -> NightFollower:
        """What the API follows the pointer with."""
        return NightFollower(self.settings, self.open_copy, clock=lambda: self.monotonic)

    def service(self, per_second: int = 0) -> Service:
        """What the API answers with."""
        limit = RateLimit(per_second, clock=lambda: self.monotonic)
        return Service(self.follower(), KeyRing(self.keys_file), limit, stale_hours=36, now=lambda: self.now)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty lake and an empty file of keys."""
    keys_file = tmp_path / "api_keys.json"
    keys_file.write_text('{"keys": []}')
    return World(Settings(lake_dir=tmp_path / "lake", memory_mb=256, threads=1), keys_file)


class Api:
    """An application and a client in its process whose key may read everything."""

    def __init__(self, world: World, per_second: int = 0) -> None:
        """The API over what is published, followed only when a test says `service.refresh()`."""
        self.world, self.service = world, world.service(per_second)
        self.service.refresh()
        self.app = create_app(self.service)
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://api")
        self.key = ""

    def request(self, method: str, path: str, **sent: str) -> httpx.Response:
        """Ask with the key that may read everything, or with another `x_api_key`; `content` is the body."""
        content = sent.pop("content", None)
        headers = {"x-api-key": self.key} | {name.replace("_", "-"): value for name, value in sent.items()}
        return self._runner.run(self._client.request(method, path, content=content, headers=headers))

    def get(self, path: str, **sent: str) -> httpx.Response:
        """Ask for a path."""
        return self.request("GET", path, **sent)

    def close(self) -> None:
        """Let everything go."""
        self._runner.run(self._client.aclose())
        self._runner.close()
        self.service.nights.close()


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    """The API over the night `first`."""
    key = create_key(world.keys_file, "everything", ("seeker", "posting", "status"))
    world.publish("first")
    opened = Api(world)
    opened.key = key
    yield opened
    opened.close()


def serving(noun: str) -> Table:
    """The contract of serving__{noun}_v1."""
    return table(f"serving__{noun}_v1")


KEYS = {"{seeker_key}": PERSON, "{skill_code:path}": "1", "{posting_id}": "1", "{occupation_code}": "1"}


def asked_for(path: str) -> str:
    """A resource's path with a key that is there."""
    for parameter, key in (KEYS | {"{session_id}": "1"}).items():
        path = path.replace(parameter, key)
    return path


EVERY_PATH = [f"/v1/seekers/{PERSON}", *(asked_for(resource.path) for resource in RESOURCES)]
