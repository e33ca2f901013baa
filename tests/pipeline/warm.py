"""What a night imports and loads whatever it is about, done once in the process that commands are forked from.

A command in a Python of its own (`Shell.run_fresh`) pays for it each time: a third of a small night. Put here: modules
and texts that never change. Do not put here: anything that starts a thread or opens a file of a lake.
"""

from __future__ import annotations

import importlib
import threading

from lake.reference import read_skills
from lake.skills import SkillLinker

for name in (
    "altair",
    "dagster._core.storage.event_log.in_memory",
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.noop_compute_log_manager",
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
    "dagster._core.storage.schedules.sqlite.sqlite_schedule_storage",
    "openpyxl",
    "pysail.spark",
    "vl_convert",
):
    importlib.import_module(name)
SkillLinker.from_names((skill.code, skill.name) for skill in read_skills())
assert threading.active_count() == 1
