"""Who may find what."""

import pytest

from app.search.domain import Findable
from app.search.policy import Reach, may_search, reach_of
from tests.make.people import an_actor

TAUGHT = {Findable.people: Reach.taught, Findable.practicals: Reach.taught}
EVERYTHING = dict.fromkeys(Findable, Reach.all)


@pytest.mark.parametrize(
    ("roles", "may", "reach"),
    [
        ((), False, {}),
        (("student",), False, {}),
        (("instructor",), True, TAUGHT),
        (("instructor", "student"), True, TAUGHT),
        (("admin",), True, EVERYTHING),
        (("admin", "instructor"), True, EVERYTHING),
    ],
)
def test_reach(roles, may, reach):
    actor = an_actor(*roles)
    assert may_search(actor) is may
    assert reach_of(actor) == reach
