"""The files the architecture tests look at: every file git tracks or would add, one test case each."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY_SUFFIXES = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".parquet", ".npz", ".zip", ".gz"}


def list_project_files() -> list[str]:
    """Paths relative to the root, in git's order; a file deleted but not yet committed is left out."""
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed arguments
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per file for a test that asks for `python_file`, `text_file` or `lock_file`."""
    files = list_project_files()
    cases = {
        "python_file": [name for name in files if name.endswith(".py")],
        "text_file": [name for name in files if Path(name).suffix not in BINARY_SUFFIXES],
        "lock_file": [name for name in files if name.startswith("requirements/") and name.endswith(".txt")],
    }
    for argument in set(cases) & set(metafunc.fixturenames):
        metafunc.parametrize(argument, cases[argument])


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT
