"""Versions of records: a save that would undo an unseen change is refused, any other passes."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.kit.messages import msg
from app.kit.versions import Stale, demand_current, version_of

BEFORE = {"room": "Room 1", "starts": datetime(2026, 12, 8, 10, tzinfo=UTC), "who": ("b", "a")}
VERSION = version_of(BEFORE)


def refusal(expected: str, recorded: dict, sent: dict) -> Stale:
    with pytest.raises(Stale) as caught:
        demand_current(expected, recorded=recorded, sent=sent)
    assert caught.value.reason == "stale"
    return caught.value


def test_a_form_of_the_present_version_may_write_everything():
    demand_current(VERSION, recorded=BEFORE, sent={"room": "Room 9", "starts": None, "who": ()})


def test_a_stale_form_that_would_put_an_old_value_back_is_refused():
    recorded = BEFORE | {"room": "Room 2"}
    stale = refusal(VERSION, recorded, BEFORE | {"who": ("a",)})
    assert stale.changed == ("room",)
    assert stale.untouched == {"room"}


def test_a_refusal_says_what_to_do_and_which_fields_changed():
    recorded = BEFORE | {"room": "Room 2", "who": ()}
    stale = refusal(VERSION, recorded, BEFORE)
    assert (str(stale.title), stale.slug) == ("This was changed in the meantime", "stale")
    assert str(stale) == (
        "This was changed after you opened it, so what you sent is not saved. "
        "Compare it with what is on record, then save again."
    )
    changed = msg("This was changed in the meantime.")
    assert stale.fields == {"room": changed, "who": changed}


def test_a_field_that_both_changed_is_not_taken_for_untouched():
    stale = refusal(VERSION, BEFORE | {"room": "Room 2"}, BEFORE | {"room": "Room 3"})
    assert stale.changed == ("room",)
    assert stale.untouched == frozenset()


def test_saving_the_same_twice_undoes_nothing():
    after = BEFORE | {"room": "Room 2"}
    demand_current(VERSION, recorded=after, sent=after)


def test_both_changed_other_fields_and_the_sender_has_taken_over_the_new_value():
    recorded = BEFORE | {"room": "Room 2"}
    demand_current(VERSION, recorded=recorded, sent=recorded | {"who": ("c",)})


@pytest.mark.parametrize(
    "version", ["", "x", VERSION[:-1], VERSION + "AAAAAAAA", "€" * len(VERSION)]
)
def test_a_version_that_cannot_be_read_is_older_than_every_change(version):
    stale = refusal(version, BEFORE, BEFORE | {"room": "Room 3"})
    assert stale.changed == ("room",)
    assert stale.untouched == frozenset()
    demand_current(version, recorded=BEFORE, sent=BEFORE)


def test_the_same_moment_and_the_same_people_are_the_same_value():
    zone = timezone(timedelta(hours=1))
    same = {"room": "Room 1", "starts": BEFORE["starts"].astimezone(zone), "who": frozenset("ab")}
    assert version_of(same) == VERSION


def test_a_moment_counts_and_not_how_it_is_written():
    recorded = BEFORE | {"starts": datetime(2026, 12, 8, 11, tzinfo=UTC)}
    assert refusal(VERSION, recorded, BEFORE).changed == ("starts",)


def test_servers_in_two_zones_agree(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert version_of(BEFORE) == VERSION
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_day_or_an_id_is_a_value_too():
    day, moment = date(2027, 1, 5), UUID(int=7)
    assert version_of({"on": day}) == version_of({"on": "2027-01-05"})
    assert version_of({"on": day, "id": moment}) != version_of({"on": day, "id": UUID(int=8)})


def test_nothing_and_an_empty_text_are_two_values():
    assert version_of({"note": None}) != version_of({"note": ""})


def test_a_value_counts_for_its_own_field_only():
    assert version_of({"a": 1, "b": 2}) != version_of({"a": 2, "b": 1})
