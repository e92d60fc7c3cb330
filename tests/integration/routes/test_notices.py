"""What the use-cases of a whole academy wrote, and to whom."""

from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import User
from app.demo.seed_notices import AWAY, READ
from app.mail.kinds import FIRST_TYPED_VERSION, PersonMail
from app.mail_kinds import KINDS
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from tests.make import NOW


def test_every_mail_about_ones_own_things_is_ones_notice_and_no_other_is(academy_database):
    with academy_database.read() as db:
        mails = {
            event.id: (event.payload["to"], event.payload["template"], event.payload["values"])
            for event in db.scalars(select(OutboxEvent).where(OutboxEvent.name == "mail"))
        }
        notices = {
            notice.id: (email, notice.template, notice.details)
            for notice, email in db.execute(
                select(Notice, User.email).join(User, User.id == Notice.person_id)
            )
        }
    of_persons = {kind.template for kind in KINDS if issubclass(kind, PersonMail)}
    own = {mail_id: mail for mail_id, mail in mails.items() if mail[1] in of_persons}
    assert notices == own
    assert 0 < len(own) < len(mails)


def test_notices_hold_typed_values(academy_database):
    with academy_database.read() as db:
        notices = db.scalars(select(Notice)).all()
    kinds = {notice.template for notice in notices}
    assert {"enrolments/confirmed", "practicals/booked", "certificates/issued"} <= kinds
    assert {notice.details["version"] for notice in notices} == {FIRST_TYPED_VERSION}
    for notice in notices:
        assert KINDS.filling_of(notice.template, notice.details)["name"]


def test_what_is_older_than_a_week_is_read_but_for_one_who_was_away(academy_database):
    with academy_database.read() as db:
        rows = db.execute(
            select(User.email, Notice.at)
            .join(User, User.id == Notice.person_id)
            .where(Notice.read_at.is_(None))
        ).all()
    week_ago = NOW - timedelta(days=READ, hours=12)
    assert {email for email, at in rows if at < week_ago} == {AWAY.email}
    assert len({email for email, at in rows if at >= week_ago}) >= 3
