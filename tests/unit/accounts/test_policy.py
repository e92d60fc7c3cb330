"""Who may do what to whom."""

import pytest

from app.accounts import policy
from tests.make.people import an_actor


@pytest.mark.parametrize(
    ("role", "allowed"), [("student", False), ("instructor", False), ("admin", True)]
)
def test_only_admins_manage_people_and_groups(role, allowed):
    actor = an_actor(role)
    assert policy.may_manage_people(actor) is allowed
    assert policy.may_manage_groups(actor) is allowed


@pytest.mark.parametrize(
    ("role", "is_theirs", "allowed"),
    [
        ("admin", False, True),
        ("instructor", True, True),
        ("instructor", False, False),
        ("student", True, False),
    ],
)
def test_who_sees_a_group(role, is_theirs, allowed):
    actor = an_actor(role)
    instructors = {actor.user_id} if is_theirs else set()
    assert policy.may_see_group(actor, instructors) is allowed
