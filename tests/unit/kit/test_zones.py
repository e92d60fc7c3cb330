"""Which zones people know."""

from zoneinfo import available_timezones

import pytest

from app.kit.zones import is_zone_of_a_place


@pytest.mark.parametrize("zone", ["Europe/London", "America/Argentina/Ushuaia", "UTC"])
def test_a_zone_that_people_know_by_a_city(zone):
    assert is_zone_of_a_place(zone)


@pytest.mark.parametrize(
    "zone",
    ["localtime", "Factory", "posix/Europe/London", "EST5EDT", "Etc/GMT+3", "Europe/Olympus", ""],
)
def test_a_zone_that_only_machines_know(zone):
    assert not is_zone_of_a_place(zone)


def test_names_that_computers_have_for_their_own_zone_are_refused_wherever_they_are_known():
    assert {
        zone for zone in available_timezones() if "/" not in zone and is_zone_of_a_place(zone)
    } == {"UTC"}
