"""The weekly mail about a plan: once a week, with kind words, and not for people who do not want it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from app import jobs
from app.accounts.models import User
from app.enrolments.models import Enrolment, EnrolmentState, StudyPlanRow
from app.learning import plan_mails, planning
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from tests.make.learning import (
    a_completed_theory,
    a_done_lesson,
    a_learner_place,
)
from tests.make.patience import SECONDS

KEY = "small-course"
LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 12, 7, 7, 0, tzinfo=UTC)
"""A Monday at seven in London, where it is winter time."""
WEEK = timedelta(days=7)


@pytest.fixture
def student(database, student):
    """The learner has a plan."""
    with database.write() as db:
        planning.choose_hours(db, student, KEY, 2, today=(MONDAY - timedelta(days=3)).date())
    return student


def mails(database) -> list[dict]:
    with database.read() as db:
        payloads = db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id)).all()
    return [mail for mail in payloads if mail.get("template") == "learning/weekly-plan"]


def notices(database) -> int:
    with database.read() as db:
        return len(db.scalars(select(Notice.id)).all())


def a_round(database, now) -> int:
    return jobs.send_weekly_mails(database, LONDON, now=now)


def test_a_mail_leaves_on_monday_at_seven_once_a_week(database, student):
    assert a_round(database, MONDAY - timedelta(seconds=1)) == 0
    for hours in (0, 0.1, 24, 6 * 24):
        a_round(database, MONDAY + timedelta(hours=hours))
    assert (len(mails(database)), notices(database)) == (1, 1)
    assert a_round(database, MONDAY + WEEK) == 1
    assert len(mails(database)) == 2


def test_in_summer_it_is_seven_in_london_too(database, student):
    summer = datetime(2027, 3, 29, 6, 0, tzinfo=UTC)
    with database.write() as db:
        db.execute(update(StudyPlanRow).values(next_mail_on=summer.date()))
    assert a_round(database, summer - timedelta(seconds=1)) == 0
    assert a_round(database, summer) == 1


def test_what_the_mail_knows(database, published, student):
    a_round(database, MONDAY)
    with database.write() as db:
        a_done_lesson(db, student, published, "skin-layers")
    a_round(database, MONDAY + WEEK)
    first, second = (mail["values"] for mail in mails(database))
    assert (first["parts"], first["course_key"], first["name"]) == (0, KEY, "Sam Student")
    assert first["first"] == published.course.modules[0].lessons[0].title
    assert second["first"] == published.course.modules[0].lessons[1].title


def no_mails(db, student, published):
    planning.choose_mail_day(
        db, student, KEY, planning.MailDay.never, today=(MONDAY - timedelta(days=3)).date()
    )


def away(db, student, published):
    until = (MONDAY + timedelta(days=1)).date()
    planning.pause(db, student, KEY, until, today=(MONDAY - timedelta(days=3)).date())


def stopped(db, student, published):
    planning.stop(db, student, KEY)


def ended(db, student, published):
    db.execute(update(Enrolment).values(state=EnrolmentState.cancelled))


def closed(db, student, published):
    db.execute(update(User).values(disabled_at=MONDAY))


WITHOUT = [no_mails, away, stopped, ended, closed, a_completed_theory]


@pytest.mark.parametrize("happens", WITHOUT, ids=lambda happens: happens.__name__)
def test_nobody_gets_a_mail_who_does_not_want_or_need_it(database, student, published, happens):
    with database.write() as db:
        happens(db, student, published)
    assert a_round(database, MONDAY) == 0
    assert (mails(database), notices(database)) == ([], 0)


def test_after_the_theory_a_plan_is_never_looked_at_again(database, student, published):
    with database.write() as db:
        a_completed_theory(db, student, published)
    a_round(database, MONDAY)
    with database.read() as db:
        assert db.scalars(select(StudyPlanRow.next_mail_on)).all() == [None]


def test_a_worker_that_rested_for_days_leaves_the_mail_out(database, student):
    assert a_round(database, MONDAY + timedelta(days=3)) == 0
    assert mails(database) == []
    assert a_round(database, MONDAY + WEEK) == 1


def test_a_second_place_on_the_course_has_the_plan_that_counts(database, published, student):
    """The plan belongs to a place; pages show that of the newest."""
    with database.write() as db:
        a_learner_place(db, student, published)
        db.execute(
            update(Enrolment)
            .where(Enrolment.id.in_(select(StudyPlanRow.enrolment_id)))
            .values(decided_at=MONDAY - timedelta(days=300))
        )
    assert a_round(database, MONDAY) == 0
    assert mails(database) == []


@pytest.mark.parametrize("looks_again", [True, False])
def test_two_workers_send_one_mail(database, student, monkeypatch, looks_again):
    """Both have read that the mail is due before either sends it. The negative control trusts that."""
    both_have_read, plans_to_mail = Barrier(2), jobs.enrolments_pending.plans_to_mail

    def plans_read_by_both(db, *, day):
        plans = plans_to_mail(db, day=day)
        both_have_read.wait(SECONDS)
        return plans

    monkeypatch.setattr(jobs.enrolments_pending, "plans_to_mail", plans_read_by_both)
    if not looks_again:
        with database.write() as db:
            before = plan_mails.lock_plan(db, db.scalars(select(Enrolment.id)).one())
        monkeypatch.setattr(plan_mails, "lock_plan", lambda _db, _enrolment_id: before)
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(a_round, database, MONDAY) for _ in range(2)]
        sent = [each.result(SECONDS) for each in running]
    assert len(mails(database)) == sum(sent) == (1 if looks_again else 2)
