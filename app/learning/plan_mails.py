"""The weekly mails about plans. The worker runs this each minute; a mail leaves once a week and plan.

Two workers may find the same plan due. Each locks its place and looks again, so the second finds that the
next mail is a week away.
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.enrolments.pending import PlanToMail
from app.enrolments.queries import places_of_many
from app.enrolments.steps.planning import lock_plan, note_mail
from app.enrolments.study_plans import StudyPlan
from app.kit.actor import SystemActor, require
from app.learning import pacing, queries
from app.learning.mails import WeeklyPlanMail
from app.learning.pacing import NoMail
from app.learning.queries import LearningState
from app.notices.steps.sending import send


def send_weekly_mail(
    db: Session, system: SystemActor, due: PlanToMail, *, local: datetime, now: datetime
) -> NoMail | None:
    """Send the mail about one plan if it is still due, and say when the next one leaves. `local` is now in
    the zone of the academy. Return why none was sent, or None.

    A place that has ended, or is not the newest on its course, has no mail; neither has a course that this
    version cannot read. Both are looked at again a week later.
    """
    require(system is SystemActor.worker)
    record = lock_plan(db, due.enrolment_id)
    due_on = record.next_mail_on if record else None
    if record is None or due_on is None or due_on > pacing.mail_day_begun(local):
        return NoMail.not_due
    today = local.date()
    reason = _send_if_wanted(db, due, record.plan, due_on, today, now)
    mailed_on = record.mailed_on if reason else today
    earliest = max(today + timedelta(days=1), record.plan.paused_until or today)
    following = pacing.next_mail_day(record.plan.mail_weekday, earliest, mailed_on)
    note_mail(
        db,
        due.enrolment_id,
        mailed_on=mailed_on,
        next_mail_on=None if reason is NoMail.theory_done else following,
    )
    return reason


def _send_if_wanted(
    db: Session, due: PlanToMail, plan: StudyPlan, due_on: date, today: date, now: datetime
) -> NoMail | None:
    state = _state(db, due)
    if state is None:
        return NoMail.no_course
    person = accounts.person(db, due.user_id)
    left = pacing.minutes_left(state.course, state.done)
    reason = pacing.no_mail_reason(
        plan, due_on=due_on, today=today, left=left, is_closed=person.is_closed
    )
    if reason is None:
        _send(db, person, state, plan, today, now)
    return reason


def _state(db: Session, due: PlanToMail) -> LearningState | None:
    """Return where the person stands, or None if this place is not the one they learn with, or this version
    cannot read its course."""
    places = places_of_many(db, [due.user_id], due.course_key)[due.user_id]
    if not places or places[0].enrolment_id != due.enrolment_id:
        return None
    done = {due.course_key: queries.done_by(db, due.user_id, due.course_key)}
    return queries.standings_on(db, places[:1], done).get(due.course_key)


def _send(
    db: Session,
    person: Person,
    state: LearningState,
    plan: StudyPlan,
    today: date,
    now: datetime,
) -> None:
    course, done = state.course, state.done
    standing = pacing.plan_standing(plan, course, done, today)
    week = pacing.week_ahead(course, done, plan.minutes_a_week)
    if standing is None or week is None:
        raise AssertionError("nothing is left, so no mail is due")
    mail = WeeklyPlanMail(
        name=person.name,
        course=course.title,
        course_key=course.key,
        parts=queries.parts_since(db, person.user_id, course.key, now - timedelta(days=7)),
        plan=standing.line,
        pace=standing.pace_words,
        week=week.words,
        first=week.first,
        enrolment_id=state.place.enrolment_id,
    )
    send(db, person, mail, now=now)
