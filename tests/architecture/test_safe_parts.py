"""Nothing in the product runs what it reads: no pickles, no eval, no XML entities, no shell, no SQL of outside values.

Do not put here: which library belongs where (test_imports.py).
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from dagster_project import report
from lake.settings import Settings

PACKAGES = ("lake/", "transforms/", "ml/", "matching/", "dashboards/", "portal/", "dagster_project/")
# What they read becomes code or objects of any class; joblib only for its thread pools.
NEVER_IMPORTED = {
    "pickle",
    "cloudpickle",
    "dill",
    "marshal",
    "shelve",
    "pickletools",
    "yaml",
    "xml",
    "requests",
    "urllib3",
}
FROM_JOBLIB = {"Parallel", "delayed", "parallel_config"}
NEVER_CALLED = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pd.read_pickle",
    "pandas.read_pickle",
}
# One place reads XML, and one makes requests.
XML_READER = "lake/sources/work24/pages.py"
HTTP_CLIENTS = {"lake/sources/work24/client.py", "lake/http_exchange.py", "lake/alert_webhook.py"}
"""The exchange that is bounded in time and size, and who sends through it."""
XML_SAFE = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==", re.MULTILINE)


def find_unsafe(path: str, source: str) -> set[str]:
    """What the file at `path` imports or calls that no product file may."""
    if not path.startswith(PACKAGES):
        return set()
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        found |= _unsafe_import(path, node) | _unsafe_call(path, node)
    return found


def _unsafe_import(path: str, node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        names = {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module:
        names = {f"{node.module}.{alias.name}" for alias in node.names}
    else:
        return set()
    guarded = NEVER_IMPORTED | ({"lxml"} if path != XML_READER else set())
    found = {name for name in names if name.split(".")[0] in guarded}
    found |= {name for name in names if name.startswith("joblib") and name.split(".")[-1] not in FROM_JOBLIB}
    if path not in HTTP_CLIENTS:
        found |= {n for n in names if n.split(".")[0] == "httpx" or n.startswith(("urllib.request", "http.client"))}
    return found


def _unsafe_call(path: str, node: ast.AST) -> set[str]:
    if not isinstance(node, ast.Call):
        return set()
    called = ast.unparse(node.func)
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    found = {called} & NEVER_CALLED
    if given.get("shell") not in (None, "False"):
        found.add(f"{called}(shell=…)")
    if given.get("allow_pickle") not in (None, "False"):  # numpy refuses pickles unless told otherwise
        found.add(f"{called}(allow_pickle=…)")
    if called.startswith("etree.") and called.split(".")[1] in ("parse", "fromstring", "XML", "HTML", "iterparse"):
        unsafe = [name for name, value in XML_SAFE.items() if given.get(name) != str(value)]
        found |= {f"{called} without {name}" for name in unsafe}
    return found


def find_pasted_sql(source: str) -> list[str]:
    """Calls of execute or sql with a text put together by % or format: values belong in parameters."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    texts = [c.args[0] for c in calls if ast.unparse(c.func).split(".")[-1] in ("execute", "executemany", "sql")]
    return [
        ast.unparse(text)
        for text in texts
        if (isinstance(text, ast.BinOp) and isinstance(text.op, ast.Mod))
        or (isinstance(text, ast.Call) and ast.unparse(text.func).endswith(".format"))
    ]


def test_product_imports_and_calls_nothing_that_runs_what_it_reads(python_file: str, root: Path) -> None:
    assert find_unsafe(python_file, (root / python_file).read_text(encoding="utf-8")) == set()


def exempt_from_s608(root: Path) -> list[str]:
    """The patterns of files whose SQL is made of own names."""
    lint = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    assert "S608" not in lint["ignore"]
    return [pattern for pattern, rules in lint["per-file-ignores"].items() if "S608" in rules]


def test_no_value_is_pasted_into_sql(python_file: str, root: Path) -> None:
    listed = re.findall(r"\w+", " ".join(exempt_from_s608(root)))
    if python_file.startswith(PACKAGES) and Path(python_file).stem not in listed:
        assert find_pasted_sql((root / python_file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from xml.etree import ElementTree",
        "from joblib import load",
        "import urllib.request",
        "x = eval('1')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "etree.fromstring(body)",
        "etree.iterparse(body, resolve_entities=False, load_dtd=True, no_network=True, huge_tree=False)",
    ],
)
def test_the_search_finds_what_is_unsafe(source: str) -> None:
    assert find_unsafe("lake/some.py", source)
    assert not find_unsafe("tests/some.py", source)


def test_the_search_finds_pasted_sql() -> None:
    assert find_pasted_sql("db.execute('select %s' % name)") == ["'select %s' % name"]
    assert find_pasted_sql("db.execute('select ?', [name])") == []


def test_sql_made_of_own_names_stays_in_the_files_that_are_listed(root: Path) -> None:
    """Ruff's S608 finds texts that look like SQL with something pasted in; whole folders of ours are not let off."""
    patterns = [pattern for pattern in exempt_from_s608(root) if pattern != "tests/**"]
    assert patterns
    assert [pattern for pattern in patterns if "*" in pattern] == []


def test_every_locked_package_carries_its_hashes(lock_file: str, root: Path) -> None:
    lines = (root / lock_file).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[a-z0-9][a-z0-9._-]*==)", lines)[1:]
    assert len(blocks) == len(LOCKED.findall(lines)) > 50
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_a_secret_setting_is_never_printed(tmp_path: Path) -> None:
    settings = Settings(lake_dir=tmp_path, work24_key="s3cr3t-of-work24")
    told = [
        repr(settings),
        str(settings),
        report.doctor(settings, as_json=True)[0],
        report.doctor(settings, as_json=False)[0],
    ]
    assert [text for text in told if "s3cr3t-of-work24" in text] == []


def test_every_setting_that_holds_a_secret_is_kept_out_of_its_print() -> None:
    secret = [f for f in fields(Settings) if re.search(r"(^|_)(key|token|password|secret)$", f.name)]
    assert [f.name for f in secret if f.repr] == []
    assert "work24_key" in {f.name for f in secret}
