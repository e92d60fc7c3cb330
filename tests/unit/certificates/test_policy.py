"""Who manages certificates, and who opens one."""

import pytest

from app.certificates import policy
from tests.make.people import an_actor

HOLDER = an_actor("student")
ADMIN = an_actor("admin")


@pytest.mark.parametrize(
    ("actor", "manages", "opens"),
    [
        (HOLDER, False, True),
        (ADMIN, True, True),
        (an_actor("instructor"), False, False),
        (an_actor("student"), False, False),
    ],
)
def test_who_may(actor, manages, opens):
    assert policy.may_manage(actor) is manages
    assert policy.may_open(actor, HOLDER.user_id) is opens
