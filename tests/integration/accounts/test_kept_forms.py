"""Forms that were sent after a sign-in had ended, and the sign-ins behind them, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts import kept_forms, sign_ins
from app.accounts.kept_forms import MOST_OF_A_PERSON, KeptForms
from app.accounts.models import KeptFormRow, SignIn
from app.kit.actor import SystemActor
from app.kit.kept_form import KeptForm
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.people import a_sign_in, a_user

FORM = KeptForm("/me?x=1", "/me", {"name": ("Zoë\n“Ann”",), "roles": ("a", "b")})
LATER = NOW + timedelta(days=8)


@pytest.fixture
def keeper() -> KeptForms:
    return KeptForms("a secret of this test")


@pytest.fixture
def people(database):
    """Two people, each with a sign-in that has ended by LATER."""
    with database.write() as db:
        two_people = a_user(db, "Ann Able"), a_user(db, "Ben Bold")
        for actor, token in zip(two_people, ("ann", "ben"), strict=True):
            a_sign_in(db, actor, token=token)
        sign_ins.end_expired(db, SystemActor.worker, now=LATER)
    return two_people


def test_only_its_sender_reads_it_for_half_an_hour(database, keeper, people):
    ann, ben = people
    ended = keeper.keep(database, "ann", FORM, now=LATER)
    assert ended.how == "idle"
    assert ended.kept_id is not None
    read = keeper.read(database, ended.kept_id, ann.user_id, now=LATER)
    assert read == FORM
    assert keeper.read(database, ended.kept_id, ben.user_id, now=LATER) is None
    late = LATER + kept_forms.LASTS
    assert keeper.read(database, ended.kept_id, ann.user_id, now=late) is None
    sweep(database, now=late)
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(KeptFormRow)) == 0


def test_the_oldest_of_one_person_goes_and_nobody_elses(database, keeper, people):
    ann, ben = people
    first = keeper.keep(database, "ben", FORM, now=LATER)
    for minute in range(MOST_OF_A_PERSON + 2):
        keeper.keep(database, "ann", FORM, now=LATER + timedelta(minutes=minute))
    with database.read() as db:
        of_ann = select(func.count()).where(KeptFormRow.user_id == ann.user_id)
        assert db.scalar(of_ann) == MOST_OF_A_PERSON
    assert keeper.read(database, str(first.kept_id), ben.user_id, now=LATER) == FORM


@pytest.mark.parametrize("token", [None, "", "nobody's"])
def test_nothing_is_kept_of_who_is_not_known(database, keeper, people, token):
    ended = keeper.keep(database, token, FORM, now=LATER)
    assert (ended.how, ended.kept_id) == ("gone", None)


def test_ended_sign_ins_are_marked_once_and_go_after_a_day(database, people):
    with database.write() as db:
        assert sign_ins.end_expired(db, SystemActor.worker, now=LATER + timedelta(hours=1)) == 0
    with database.read() as db:
        assert set(db.scalars(select(SignIn.ended_at))) == {LATER}
    sweep(database, now=LATER + timedelta(days=1))
    with database.read() as db:
        assert db.scalars(select(SignIn.id)).all() == []
