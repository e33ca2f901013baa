"""Dagster's records of a run without its events: for nights whose records nobody reads.

Only the run itself is known (started, failed, succeeded); events of steps, a fifth of a small night's time, are let go.
Do not put here: the records of a night that is looked at (nights.py runs the first one with all of them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dagster import EventRecordsResult
from dagster._core.events import EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.in_memory import InMemoryEventLogStorage


class RunEventsOnly(InMemoryEventLogStorage):
    """Keeps what says how a run stands; knows no asset."""

    def store_event(self, event: EventLogEntry) -> None:
        """Keep an event of the run, forget one of a step."""
        if event.is_dagster_event and event.dagster_event_type in EVENT_TYPE_TO_PIPELINE_RUN_STATUS:
            super().store_event(event)

    def get_asset_records(self, asset_keys: Any = None) -> Sequence[Any]:
        """No asset was ever made."""
        return []

    def fetch_materializations(self, *args: Any, **kwargs: Any) -> EventRecordsResult:
        """Nor when it was made."""
        return EventRecordsResult([], "", False)

    def get_latest_tags_by_partition(self, *args: Any, **kwargs: Any) -> Mapping[str, Mapping[str, str]]:
        """Nor of which version."""
        return {}
