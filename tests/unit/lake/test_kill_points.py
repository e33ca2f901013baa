"""A drill dies at its own point and nowhere else."""

from __future__ import annotations

import os
import signal

import pytest

from lake import kill_points
from lake.settings import Settings


@pytest.mark.parametrize(("kill_at", "dies"), [("publication", True), ("", False), ("publication:aside", False)])
def test_a_process_dies_at_the_point_that_the_setting_names(
    monkeypatch: pytest.MonkeyPatch, kill_at: str, dies: bool
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *signal_to: sent.append(signal_to))
    kill_points.pass_point(Settings(kill_at=kill_at), "publication")
    assert sent == ([(os.getpid(), signal.SIGKILL)] if dies else [])
