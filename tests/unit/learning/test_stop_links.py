"""The signed link that stops weekly mails: for one place and one address, and nothing else."""

from uuid import UUID

import pytest

from app.kit.ids import EnrolmentId
from app.learning.stop_links import read_stop_token, stop_token

PLACE = EnrolmentId(UUID("01a22d9f-08a5-7cf9-a90d-e96e25fe4b63"))
TOKEN = stop_token("secret", PLACE, "ann@example.org")


def test_a_link_names_its_place_and_holds_for_its_address():
    link = read_stop_token(TOKEN)
    assert link is not None
    assert link.enrolment_id == PLACE
    assert link.holds_for("ann@example.org", "secret")
    assert link.holds_for("Ann@Example.org", "secret")


@pytest.mark.parametrize(
    ("address", "secret"),
    [("ann@example.com", "secret"), ("", "secret"), ("ann@example.org", "another secret")],
)
def test_it_holds_for_no_other_address_and_under_no_other_secret(address, secret):
    link = read_stop_token(TOKEN)
    assert link is not None
    assert not link.holds_for(address, secret)


def test_the_signature_of_one_place_does_not_hold_for_another():
    other = stop_token("secret", EnrolmentId(UUID(int=7)), "ann@example.org")
    link = read_stop_token(other[:21] + TOKEN[21:])
    assert link is not None
    assert not link.holds_for("ann@example.org", "secret")


@pytest.mark.parametrize(
    "token", ["", TOKEN[:-1], TOKEN + "A", "é" * len(TOKEN), "!" * len(TOKEN), " " + TOKEN[1:]]
)
def test_what_is_cut_off_or_no_token_is_not_read(token):
    assert read_stop_token(token) is None
