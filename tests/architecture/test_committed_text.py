"""What is committed works on any machine: no path of one machine, no address of a package index, locks with hashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

# Written in pieces so that this file does not find itself.
INDEX_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("repo", "maven", "apache", "org"),
        ("repo1", "maven", "org"),
        ("deb", "debian", "org"),
        ("registry", "npmjs", "org"),
    ]
]
HOMES = ["ro" + "ot", "wo" + "rk", "tmp/scr" + "atch", "ho" + r"me/[a-z]\w*", "Us" + r"ers/[A-Za-z]\w*"]
# A path inside a URL is no path of a machine, hence the look-behind.
MACHINE_PATH = re.compile(rf"(?<![\w.])/(?:{'|'.join(HOMES)})(?:/|\b)")
INDEX_OPTION = re.compile(r"^\s*(--(extra-)?index-url|--find-links|-i|-f)\b", re.MULTILINE)
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==(\S+)", re.MULTILINE)


def find_lines(pattern: re.Pattern[str], text: str) -> list[str]:
    """Matching lines with their numbers, as a reader would look them up."""
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)]


def test_no_path_of_one_machine(text_file: str, root: Path) -> None:
    assert find_lines(MACHINE_PATH, (root / text_file).read_text(encoding="utf-8", errors="replace")) == []


def test_no_address_of_a_package_index(text_file: str, root: Path) -> None:
    text = (root / text_file).read_text(encoding="utf-8", errors="replace")
    assert [host for host in INDEX_HOSTS if host in text] == []


def test_lock_names_no_index(lock_file: str, root: Path) -> None:
    text = (root / lock_file).read_text(encoding="utf-8")
    assert not INDEX_OPTION.search(text)
    assert "://" not in text


def test_every_locked_package_has_a_hash(lock_file: str, root: Path) -> None:
    text = (root / lock_file).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 50
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["default", "spark", "gpu"])
def test_lock_holds_exactly_the_pins_asked_for(name: str, root: Path) -> None:
    asked: dict[str, str] = {}
    for source in ("core", name, "dev"):
        asked |= dict(PINNED.findall((root / f"requirements/{source}.in").read_text(encoding="utf-8")))
    locked = dict(PINNED.findall((root / f"requirements/{name}.txt").read_text(encoding="utf-8")))
    exact = {package: version for package, version in asked.items() if not version.endswith(".*")}
    assert {package: locked.get(package) for package in exact} == exact


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_readme_shows_the_two_commands_and_make_knows_them(command: str, root: Path) -> None:
    assert re.search(rf"^\s*(\$ )?{command}\s*(#.*)?$", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    target = command.split()[1]
    assert re.search(rf"^{target}:", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("line", "is_machine_path"),
    [
        ("out = '/" + HOMES[0] + "/lake'", True),
        ("cd /" + HOMES[1] + "/main", True),
        ("see https://example.org/home/page", False),
        ("lake/work24/pages.py", False),
        ("/workspace.yaml", False),
    ],
)
def test_a_machine_path_is_told_from_other_paths(line: str, is_machine_path: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is is_machine_path
