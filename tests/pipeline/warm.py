"""What a night imports and loads whatever it is about, done once in the process that commands are forked from.

A command in a Python of its own (`Shell.run_fresh`) pays for it each time: a third of a small night. Only modules and
texts that never change may be loaded here; nothing that starts a thread or opens a file of a lake.
"""

from __future__ import annotations

import threading

import dagster._core.storage.event_log.in_memory
import dagster._core.storage.event_log.sqlite.sqlite_event_log
import dagster._core.storage.noop_compute_log_manager
import dagster._core.storage.runs.sqlite.sqlite_run_storage
import dagster._core.storage.schedules.sqlite.sqlite_schedule_storage
import pysail.spark  # noqa: F401

from lake.reference import read_skills
from lake.skills import SkillLinker

__all__: list[str] = []

SkillLinker.from_names((skill.code, skill.name) for skill in read_skills())
assert threading.active_count() == 1
