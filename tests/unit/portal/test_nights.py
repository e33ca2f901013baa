"""One request, one night: switching, rolling back, damage, and when an old copy is let go."""

from __future__ import annotations

import pytest

from lake import publication
from lake.publication import PublicationDamaged
from portal.nights import RETRY_SECONDS, NightUnavailable
from tests.unit.portal.conftest import World


def test_the_first_night_is_taken_up_when_it_is_published(world: World) -> None:
    nights = world.follower()
    nights.refresh()
    with pytest.raises(NightUnavailable, match="NOTHING_PUBLISHED"), nights.lease():
        pass
    world.publish("first")
    nights.refresh()
    with nights.lease() as night:
        assert night.pointer.run_id == "first"


def test_a_request_keeps_its_night_while_another_is_published(world: World) -> None:
    world.publish("first")
    nights = world.follower()
    nights.refresh()
    with nights.lease() as held:
        world.publish("second")
        nights.refresh()
        with nights.lease() as new:
            assert (held.pointer.run_id, new.pointer.run_id) == ("first", "second")
        assert world.opened[0].closed == 0
    assert world.opened[0].closed == 1
    assert world.opened[1].closed == 0


def test_the_old_copy_is_let_go_at_once_when_nobody_reads_it(world: World) -> None:
    world.publish("first")
    nights = world.follower()
    nights.refresh()
    world.publish("second")
    nights.refresh()
    assert (world.opened[0].closed, world.opened[1].closed) == (1, 0)
    nights.close()
    assert world.opened[1].closed == 1


def test_a_night_that_comes_back_while_it_is_read_is_served_again(world: World) -> None:
    first = world.publish("first")
    nights = world.follower()
    nights.refresh()
    with nights.lease():
        world.publish("second")
        nights.refresh()
        publication.switch(world.settings, first)
        nights.refresh()
    with nights.lease() as night:
        assert night.pointer.run_id == "first"
    assert [copy.closed for copy in world.opened] == [1, 1, 0]


def test_a_rewritten_pointer_of_the_same_run_is_followed(world: World) -> None:
    """As after an erasure."""
    world.publish("first")
    nights = world.follower()
    nights.refresh()
    rewritten = world.publish("first", is_synthetic=False)
    nights.refresh()
    with nights.lease() as night:
        assert night.sha256 == rewritten.sha256


def test_nothing_is_opened_again_while_the_pointer_stays(world: World) -> None:
    world.publish("first")
    nights = world.follower()
    for _ in range(5):
        nights.refresh()
    assert len(world.opened) == 1


def test_a_damaged_copy_is_refused_told_once_and_tried_again_later(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish("first")
    nights = world.follower()
    nights.refresh()
    world.fails = PublicationDamaged("lookups: differs; expected it as published. Do: goyong verify, then rollback")
    world.publish("second")
    for _ in range(3):
        nights.refresh()
        with pytest.raises(NightUnavailable, match="DAMAGED"), nights.lease():
            pass
        world.monotonic += RETRY_SECONDS
    assert caplog.text.count("Do: goyong verify") == 1
    assert world.tried == 4
    world.fails = None
    nights.refresh()
    with nights.lease() as night:
        assert night.pointer.run_id == "second"


def test_between_two_tries_a_damaged_night_costs_a_stat(world: World) -> None:
    world.fails = PublicationDamaged("no")
    world.publish("first")
    nights = world.follower()
    for _ in range(5):
        nights.refresh()
    assert world.tried == 1


def test_a_damaged_pointer_is_refused_and_the_night_before_is_not_served_in_its_place(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish("first")
    nights = world.follower()
    nights.refresh()
    current = world.settings.publication_dir / "current.json"
    current.write_text(current.read_text().replace("first", "other"))
    nights.refresh()
    with pytest.raises(NightUnavailable, match="DAMAGED"), nights.lease():
        pass
    assert "current.json" in caplog.text
    assert "put the file back from a backup" in caplog.text
    assert world.opened[0].closed == 1


def test_an_error_of_others_is_not_quoted(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.fails = OSError("row of 900101-1234567")
    world.publish("first")
    world.follower().refresh()
    assert "OSError" in caplog.text
    assert "900101" not in caplog.text
