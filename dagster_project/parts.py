"""`make audit`: which parts this product is made of, and which of them have known faults.

Writes build/sbom.json (CycloneDX) from the locks and what is installed, then asks pip-audit about the locked versions.
Without a network it says so; that is no failure. Do not put here: what the product does.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

LOCK = Path("requirements/default.txt")
OUT = Path("build/sbom.json")
_LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.IGNORECASE | re.MULTILINE)
_TIMEOUT_S = 300


def main() -> int:
    """Write the list of parts, print what is known about them; 1 when a locked version has a known fault."""
    parts = list_parts(LOCK.read_text(encoding="utf-8"))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(as_cyclonedx(parts), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    unknown = [part["name"] for part in parts if not part["licence"]]
    _say(f"wrote {OUT}: {len(parts)} locked packages; licence not stated by {', '.join(unknown) or 'none'}")
    found = ask_for_faults()
    if found is None:
        _say(
            "known faults: not asked: no network, or no service behind it that knows the packages. "
            "Do: make audit where there is one"
        )
        return 0
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or 'no version'}"
        for each in found
        for fault in each["vulns"]
    ]
    _say("\n".join(faults) or f"known faults: none in the {len(found)} of {len(parts)} packages that the service knows")
    return 1 if faults else 0


def list_parts(lock: str) -> list[dict[str, str]]:
    """Name, version and licence of every package of a lock; the licence is empty where the package is not installed."""
    return [
        {"name": name.lower(), "version": version, "licence": _licence(name)} for name, version in _LOCKED.findall(lock)
    ]


def as_cyclonedx(parts: list[dict[str, str]]) -> dict[str, Any]:
    """The parts as a CycloneDX 1.5 document, the same for the same lock."""
    components = [
        {
            "type": "library",
            "name": part["name"],
            "version": part["version"],
            "purl": f"pkg:pypi/{part['name']}@{part['version']}",
            "licenses": [{"license": {"name": part["licence"]}}] if part["licence"] else [],
        }
        for part in parts
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def ask_for_faults() -> list[dict[str, Any]] | None:
    """What pip-audit says of each locked package, or None when it could not ask.

    A mirror without the service's answers makes it skip every package and end well: that is not asked either.
    """
    words = ["-r", str(LOCK), "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            [sys.executable, "-m", "pip_audit", *words], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
        return [each for each in json.loads(done.stdout)["dependencies"] if "vulns" in each] or None
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None


def _licence(name: str) -> str:
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return ""
    return _stated(found)


def _stated(found: Distribution) -> str:
    """The licence as the package states it: an expression, a classifier, or the first line of its text."""
    stated = found.metadata.get_all("License-Expression", [])
    classified = [
        line.rsplit(" :: ", 1)[-1] for line in found.metadata.get_all("Classifier", []) if "License ::" in line
    ]
    text = [line for line in "".join(found.metadata.get_all("License", [])).splitlines() if line.strip()]
    return ", ".join(stated or classified) or (text[0].strip()[:80] if text else "")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
