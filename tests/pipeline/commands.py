"""The command line, each command in a process of its own.

`Shell.run` is what a person types: arguments and environment in, exit code and texts out. The processes are forked from
one that has the imports done, which saves seconds a command; `Shell.run_fresh` starts Python anew.
Do not put here: what a command should answer.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 300
OURS = ("GOYONG_", "DAGSTER_")
_PRELOADED = [
    "dagster_project.cli",
    "dagster_project.run",
    "dagster_project.report",
    "tests.pipeline.commands",
    "tests.pipeline.warm",
]


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code (negative: killed by that signal), texts and time."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def text(self) -> str:
        """Everything it said, for a failed assertion."""
        return f"exit {self.exit_code}\n{self.stdout}\n{self.stderr}"

    @property
    def complaint(self) -> str:
        """The last line on stderr: where an error stands."""
        lines = self.stderr.strip().splitlines()
        return lines[-1] if lines else ""

    @property
    def taken_over(self) -> int:
        """How many tables a night took over from its run before, as they stood."""
        return sum(line.endswith(" stands") for line in self.stderr.splitlines())


class Running:
    """A command that runs; it and what it starts are a process group of their own."""

    def __init__(self, process: BaseProcess, texts: Sequence[Path], started: float) -> None:
        """`started` is on the monotonic clock."""
        self.process = process
        self._texts, self._started = texts, started

    def said(self) -> str:
        """What it has said on stderr until now."""
        return self._texts[1].read_text(encoding="utf-8") if self._texts[1].exists() else ""

    def finish(self, timeout_s: float) -> Outcome:
        """Wait for its end, which is a kill after `timeout_s`."""
        self.process.join(timeout_s)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        stdout = self._texts[0].read_text(encoding="utf-8") if self._texts[0].exists() else ""
        code = self.process.exitcode
        return Outcome(-1 if code is None else code, stdout, self.said(), time.monotonic() - self._started)


class Shell:
    """Runs commands from `folder` (never from the repository, whose goyong.toml is somebody's own)."""

    def __init__(self, folder: Path, environment: Mapping[str, str], timeout_s: float = TIMEOUT_S) -> None:
        """`environment` is added to what every command sees; variables of ours that are already set are not."""
        self.folder = folder
        self.timeout_s = timeout_s
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.environment = kept | dict(environment) | {"PYTHONPATH": str(ROOT)}
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOADED)
        self._numbers = itertools.count(1)

    def run(self, *arguments: str | Path, **variables: str) -> Outcome:
        """One command with `variables` added to its environment."""
        return self.start(*arguments, **variables).finish(self.timeout_s)

    def start(self, *arguments: str | Path, **variables: str) -> Running:
        """The same, not waited for."""
        number = next(self._numbers)
        texts = [self.folder / f"command-{number:03}.{name}" for name in ("stdout", "stderr")]
        words = [str(argument) for argument in arguments]
        process = self._context.Process(target=_command, args=(words, self.environment | variables, texts, self.folder))
        process.start()
        return Running(process, texts, time.monotonic())

    def run_fresh(self, *arguments: str | Path, **variables: str) -> Outcome:
        """The same in a new Python, as `goyong` starts."""
        command = [sys.executable, "-m", "dagster_project.cli", *(str(argument) for argument in arguments)]
        started = time.monotonic()
        done = subprocess.run(  # noqa: S603 - our own command line
            command,
            cwd=self.folder,
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=self.timeout_s,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, time.monotonic() - started)

    def night(self, sources: Path, lake: Path, day: date, *more: str, **variables: str) -> Outcome:
        """`goyong nightly` for one business date."""
        words = ["nightly", "--sources", str(sources), "--lake", str(lake), "--date", day.isoformat(), *more]
        return self.run(*words, **variables)


def _command(words: Sequence[str], environment: Mapping[str, str], texts: Sequence[Path], folder: Path) -> None:
    """In the forked process: become the command."""
    os.setsid()
    for number, text in zip((1, 2), texts, strict=True):
        target = os.open(text, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, number)
        os.close(target)
    # What the imports have set stays: PySpark keeps in the environment that it is the client only.
    for name in [name for name in os.environ if name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv = ["goyong", *words]
    from dagster_project import cli

    try:
        cli.main()
    except Exception:  # what Python itself does with an error that nobody knows
        traceback.print_exc()
        sys.exit(1)
