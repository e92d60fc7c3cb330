"""Who may do what to whom."""

import pytest

from app.accounts import policy
from tests.make.people import an_actor


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


@pytest.mark.parametrize(
    ("role", "is_own", "allowed"),
    [("admin", False, True), ("admin", True, False), ("instructor", False, False)],
)
def test_nobody_records_a_proof_of_their_own(role, is_own, allowed):
    actor = an_actor(role)
    person = actor if is_own else an_actor("student")
    assert policy.may_record_proof(actor, person.user_id) is allowed
