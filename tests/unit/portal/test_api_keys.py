"""Keys of portals: shown once, kept as hashes, found by exactly their text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.api_keys import KeyRing, KeysFileUnusable, create_key, find_key, read_keys, revoke_key

SECRET = slice(len("goyong_0123456789abcdef_"), None)
"""Where the secret stands in a key (it may hold underscores itself)."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of keys that is not there yet, in a folder that is not there yet."""
    return tmp_path / "secret" / "api_keys.json"


def test_the_file_holds_no_key_and_nobody_else_may_read_it(file: Path) -> None:
    key = create_key(file, "work24-web", ["seeker", "status"])
    secret = key[SECRET]
    assert len(secret) == 43  # 32 random bytes
    assert secret not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    (stored,) = read_keys(file)
    assert (stored.name, stored.scopes) == ("work24-web", ("seeker", "status"))


def test_a_key_is_found_by_exactly_its_text(file: Path) -> None:
    one, other = create_key(file, "one", ["seeker"]), create_key(file, "other", ["posting"])
    ring = KeyRing(file)
    found = ring.find(one)
    assert found is not None
    assert found.name == "one"
    crossed = one.replace(one[SECRET], other[SECRET])
    for wrong in (crossed, one[:-1], one + "a", one.upper(), "", None, "goyong_", "키" * 30):
        assert ring.find(wrong) is None


def test_two_keys_of_one_secret_would_have_two_hashes(file: Path) -> None:
    """Salted: the file does not say who uses the same key."""
    create_key(file, "one", ["seeker"])
    create_key(file, "other", ["seeker"])
    assert len({key.salt for key in read_keys(file)}) == 2


def test_nobody_is_found_in_no_keys() -> None:
    assert find_key({}, "goyong_" + "0" * 16 + "_" + "a" * 43) is None


@pytest.mark.parametrize(
    ("name", "scopes", "said"),
    [
        ("two words", ["seeker"], "Do: name the portal"),
        ("", ["seeker"], "Do: name the portal"),
        ("a" * 41, ["seeker"], "up to 40"),
        ("fine", ["all"], "found all; expected some of seeker, posting, status"),
        ("fine", [], "found none"),
    ],
)
def test_a_key_needs_a_plain_name_and_known_scopes(file: Path, name: str, scopes: list[str], said: str) -> None:
    with pytest.raises(KeysFileUnusable, match=said):
        create_key(file, name, scopes)
    assert not file.exists()


def test_a_name_is_given_once(file: Path) -> None:
    create_key(file, "one", ["seeker"])
    with pytest.raises(KeysFileUnusable, match="revoke it first"):
        create_key(file, "one", ["posting"])
    assert len(read_keys(file)) == 1


def test_a_revoked_key_is_gone_from_file_and_ring(file: Path) -> None:
    one, other = create_key(file, "one", ["seeker"]), create_key(file, "other", ["seeker"])
    ring = KeyRing(file)
    revoke_key(file, "one")
    assert ring.find(one) is not None  # until it looks again
    ring.refresh()
    assert ring.find(one) is None
    assert ring.find(other) is not None
    with pytest.raises(KeysFileUnusable, match="found no key of this name; expected one of: other"):
        revoke_key(file, "one")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"keys": [{"name": "x"}]}', "\x00"])
def test_a_broken_file_of_keys_lets_nobody_in(file: Path, text: str) -> None:
    key = create_key(file, "one", ["seeker"])
    ring = KeyRing(file)
    file.write_text(text)
    with pytest.raises(KeysFileUnusable, match="Do: put it back from a backup"):
        ring.refresh()
    assert ring.find(key) is None


def test_a_removed_file_of_keys_lets_nobody_in(file: Path) -> None:
    key = create_key(file, "one", ["seeker"])
    ring = KeyRing(file)
    file.unlink()
    with pytest.raises(KeysFileUnusable, match="Do: goyong api-key create NAME"):
        ring.refresh()
    assert ring.find(key) is None


def test_an_error_about_the_file_quotes_nothing_of_it(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(json.dumps({"keys": [{"secret": "s3cr3t"}]}))
    with pytest.raises(KeysFileUnusable) as raised:
        read_keys(file)
    assert "s3cr3t" not in str(raised.value)
