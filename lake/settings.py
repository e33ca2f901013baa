"""Settings: the one frozen object that says where bytes live and what computes.

The only reader of environment variables (GOYONG_*) and of goyong.toml. Do not put here: anything
that acts. Order of precedence: explicit argument, environment, goyong.toml, default.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_DEVICES = ("auto", "cpu", "gpu")
_HOUR = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


class SettingsError(ValueError):
    """A setting is unknown or has an impossible value."""


@dataclass(frozen=True)
class Settings:
    """Where the lake is, which engine and device compute, and the limits they keep.

    `memory_mb` bounds the engine's memory pool (it spills beyond) and DuckDB; the process tree takes
    about 2 GB more at 1.17 million seekers. `keep_nights` is how many published nights stay readable.
    `analyst_*` is what one query of an analyst may take and return.
    `employment_uses_age` lets the employment model read age; the model card says what leaving it out costs.
    `spark_jars` is the folder of Delta's jars for the engine spark. `kill_at` names a table or a stage
    (lake/kill_points.py): fault drills kill the process right after it. `vault_keys` ("id:hexadecimal, …", the
    first encrypts) takes the place of the file with the vault's keys. `source_file_mb` is the most one delivered
    file may unpack to; Parquet and XLSX are read in a child process that may use `source_reader_mb` of address
    space and keep silent for `source_reader_seconds`. `postgres_dsn` is where `goyong portal load-postgres` loads to.
    `api_*` is for `goyong serve`: the file of API keys, the age at which a night is no longer answered from (0: never),
    and how often one API key may ask (0: no limit).
    space and keep silent for `source_reader_seconds`. Alerts go to `alert_webhook_url` (a secret) and to the file
    `alert_file`, one JSON line each; a night not published by `alert_late_at` (HH:MM in Seoul) is late, and a disk
    with fewer than `alert_disk_gb` free is nearly full.
    """

    lake_dir: Path = Path(".lake")
    engine: str = "embedded"
    device: str = "auto"
    memory_mb: int = 2048
    threads: int = 0
    keep_nights: int = 7
    analyst_seconds: int = 60
    analyst_memory_mb: int = 1024
    analyst_rows: int = 100_000
    employment_uses_age: bool = False
    secret_file: Path | None = None
    vault_keys: str = field(default="", repr=False)
    dagster_home: Path | None = None
    sources_dir: Path = Path("deliveries")
    spark_jars: Path = Path(".spark/jars")
    kill_at: str = ""
    source_file_mb: int = 65_536
    source_reader_mb: int = 3_072
    source_reader_seconds: int = 300
    api_keys_file: Path | None = None
    api_stale_hours: int = 36
    api_requests_per_second: int = 500
    postgres_dsn: str = field(default="", repr=False)
    work24_url: str = "https://www.work24.go.kr/cm/openApi/call"
    work24_key: str = field(default="", repr=False)
    alert_webhook_url: str = field(default="", repr=False)
    alert_file: Path | None = None
    alert_late_at: str = "06:00"
    alert_disk_gb: int = 5

    def __post_init__(self) -> None:
        if self.engine not in ("embedded", "spark") and not self.engine.startswith("sc://"):
            raise SettingsError(f"engine is {self.engine!r}; use embedded, spark or sc://host:port")
        if self.device not in _DEVICES:
            raise SettingsError(f"device is {self.device!r}; use one of {', '.join(_DEVICES)}")
        if self.keep_nights < 1 or self.memory_mb < 256 or self.threads < 0:
            raise SettingsError("keep_nights must be >= 1, memory_mb >= 256, threads >= 0 (0 = all cores)")
        if min(self.source_file_mb, self.source_reader_seconds) < 1 or self.source_reader_mb < 512:
            raise SettingsError("source_file_mb and source_reader_seconds must be >= 1, source_reader_mb >= 512")
        if min(self.api_stale_hours, self.api_requests_per_second) < 0:
            raise SettingsError("api_stale_hours and api_requests_per_second must be >= 0 (0 = no limit)")
        if self.analyst_seconds < 1 or self.analyst_memory_mb < 64 or self.analyst_rows < 1:
            raise SettingsError("analyst_seconds and analyst_rows must be >= 1, analyst_memory_mb >= 64")
        _check_alerts(self.alert_webhook_url, self.alert_late_at)

    @property
    def cores(self) -> int:
        """Threads to use: the setting, or every core this process may run on."""
        return self.threads or len(os.sched_getaffinity(0))

    @property
    def tables_dir(self) -> Path:
        """Delta tables, one folder a layer and noun."""
        return self.lake_dir / "tables"

    @property
    def staging_dir(self) -> Path:
        """Work in progress: decoded files, spill, exports. Safe to delete between nights."""
        return self.lake_dir / "_staging"

    @property
    def carry_dir(self) -> Path:
        """What a night's searches found, so that the next need only look at what is new. Safe to delete."""
        return self.lake_dir / "_carry"

    @property
    def publication_dir(self) -> Path:
        """Pointers, the analysts' database and the pages."""
        return self.lake_dir / "published"

    @property
    def audit_dir(self) -> Path:
        """The audit log: publications, rollbacks, erasures, queries."""
        return self.lake_dir / "audit"

    @property
    def alerts_dir(self) -> Path:
        """The journal of alerts: what was told, on which channel, and whether it arrived."""
        return self.lake_dir / "alerts"

    @property
    def vault_dir(self) -> Path:
        """What names people, encrypted or as keyed hashes only: the vault and the erasure list. Mode 0700."""
        return self.lake_dir / "vault"

    @property
    def exports_dir(self) -> Path:
        """The register of the exports that were made; the files lie where their takers wanted them."""
        return self.lake_dir / "exports"

    @property
    def models_dir(self) -> Path:
        """Trained models by service and month."""
        return self.lake_dir / "models"

    @property
    def key_path(self) -> Path:
        """The pseudonym master key; beside the lake's tables unless the setting puts it elsewhere."""
        return self.secret_file or self.lake_dir / "secret" / "pseudonym.key"

    @property
    def vault_file(self) -> Path:
        """Names, numbers and addresses of people, encrypted."""
        return self.vault_dir / "people.sqlite"

    @property
    def vault_key_path(self) -> Path:
        """The keys of the vault, beside the master key; unused where the setting `vault_keys` gives them."""
        return self.key_path.with_name("vault.key")

    @property
    def api_keys_path(self) -> Path:
        """Salted hashes of the API keys, beside the master key unless the setting puts them elsewhere."""
        return self.api_keys_file or self.key_path.with_name("api_keys.json")

    @property
    def dagster_dir(self) -> Path:
        """Dagster's own records (DAGSTER_HOME)."""
        return self.dagster_home or self.lake_dir / "dagster"


def _check_alerts(url: str, late_at: str) -> None:
    """A webhook's address is a secret: it is not told."""
    host = url.partition("://")[2].split("/")[0]
    is_local = url.startswith("http://") and host.rpartition(":")[0] in ("127.0.0.1", "localhost")
    if url and not (host and (url.startswith("https://") or is_local)):
        raise SettingsError("alert_webhook_url cannot be used; expected https://host/… (http for this machine alone)")
    if not _HOUR.fullmatch(late_at):
        raise SettingsError(f"alert_late_at is {late_at!r}; expected HH:MM in Seoul, such as 06:00")


def _parsed(name: str, value: Any) -> Any:
    kind = {f.name: f.type for f in fields(Settings)}[name]
    if value is None:
        return None
    if "Path" in str(kind):
        return Path(str(value)).expanduser()
    if kind == "int":
        try:
            return int(str(value))
        except ValueError as error:
            raise SettingsError(f"setting {name} is {value!r}; it must be a whole number") from error
    if kind == "bool":
        if str(value).lower() not in _FLAGS:
            raise SettingsError(f"setting {name} is {value!r}; use true or false")
        return _FLAGS[str(value).lower()]
    return str(value)


def _refuse_unknown(given: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(given) - known)
    if unknown:
        raise SettingsError(f"{where}: unknown settings {unknown}; known: {', '.join(sorted(known))}")


def load_settings(
    env: Mapping[str, str] | None = None, *, file: Path = Path("goyong.toml"), **overrides: Any
) -> Settings:
    """Settings from `overrides` (None = not given), GOYONG_* variables, `file`, then defaults."""
    env = os.environ if env is None else env
    known = {f.name for f in fields(Settings)}
    values: dict[str, Any] = {}
    if file.is_file():
        try:
            from_file = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{file}: {error}") from error
        _refuse_unknown(from_file, known, str(file))
        values |= from_file
    _refuse_unknown(overrides, known, "arguments")
    values |= {name: env[f"GOYONG_{name.upper()}"] for name in known if env.get(f"GOYONG_{name.upper()}")}
    values |= {name: value for name, value in overrides.items() if value is not None}
    return Settings(**{name: _parsed(name, value) for name, value in values.items()})


def today_in_seoul(now: datetime | None = None) -> date:
    """The business date: the calendar day in Asia/Seoul whatever the machine's clock zone."""
    return (now or datetime.now(tz=KST)).astimezone(KST).date()
