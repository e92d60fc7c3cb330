"""Who may do what with intakes and places."""

import pytest

from app.enrolments import policy
from app.kit.ids import UserId, new_uuid
from tests.make.people import an_actor


@pytest.mark.parametrize(
    ("roles", "reserves", "manages"),
    [
        (("student",), True, False),
        (("instructor",), False, False),
        (("admin",), False, True),
        (("admin", "student"), True, True),
        ((), False, False),
    ],
)
def test_roles(roles, reserves, manages):
    actor = an_actor(*roles)
    assert policy.may_reserve_own_place(actor) is reserves
    assert policy.may_manage_intakes(actor) is manages


def test_only_the_holder_withdraws():
    actor = an_actor("student")
    assert policy.may_withdraw(actor, actor.user_id)
    assert not policy.may_withdraw(actor, UserId(new_uuid()))
