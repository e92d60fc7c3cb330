"""What the office reads after an act says who gets a mail only if one was written."""

import pytest
from lxml import html
from sqlalchemy import select

from app.accounts.models import User
from app.enrolments.domain import EnrolmentState as State
from app.notices.models import Notice
from tests.make import NOW
from tests.make.enrolments import an_enrolment
from tests.make.forms import forms_of
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake


@pytest.mark.parametrize("is_closed", [False, True])
@pytest.mark.parametrize(
    ("state", "act", "typed", "told", "untold"),
    [
        (
            State.confirmed,
            "price",
            {"price": "1200", "price_reason": "Agreed"},
            "The price is £1,200 now. The person gets a mail with your reason.",
            "The price is £1,200 now. Nobody gets a mail, because the account is closed.",
        ),
        (
            State.confirmed,
            "cancel",
            {"reason": "Moved away"},
            "The place is taken away, with all that depended on it. The person gets a mail with your reason.",
            "The place is taken away, with all that depended on it. Nobody gets a mail about it, because the "
            "account is closed.",
        ),
        (
            State.requested,
            "confirm",
            {},
            "The place is confirmed. The mail that says how to begin leaves in ten seconds; until then you "
            "can undo this.",
            "The place is confirmed. Nobody gets a mail, because the account is closed.",
        ),
        (
            State.requested,
            "decline",
            {"reason": "No papers"},
            "The request is declined. The mail with your reason leaves in ten seconds; until then you can "
            "undo this.",
            "The request is declined. Nobody gets a mail, because the account is closed.",
        ),
    ],
)
def test_who_was_told(database, as_person, is_closed, state, act, typed, told, untold):
    with database.write() as db:
        published = a_published_course(db)
        olga = a_user(db, "Olga Office", roles=("admin",))
        ann = a_user(db, "Ann Ames")
        if is_closed:
            db.get_one(User, ann.user_id).disabled_at = NOW
        place = an_enrolment(db, an_intake(db), ann, state, published=published)
    office = as_person(olga)
    path = f"/admin/enrolments/{place}"
    shown = office.get(f"{path}/cancel" if act == "cancel" else path)
    (form,) = [form for form in forms_of(shown.text) if form.action == f"{path}/{act}"]
    done = office.post(f"{path}/{act}", data={**form.hidden, **typed})
    assert done.status_code == 303
    page = html.fromstring(office.get(done.headers["location"]).text)
    said = page.xpath("//*[@role='status']")[0].text_content()
    assert " ".join(said.split()) == (untold if is_closed else told)
    with database.read() as db:
        notices = db.scalars(select(Notice).where(Notice.person_id == ann.user_id)).all()
    assert len(notices) == (0 if is_closed else 1), "each mail has a notice"
