"""R-130: every route that writes leaves its act in the audit trail. The routes are those of the application:
one that writes and is neither tried here nor named with its reason fails."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.accounts.api_tokens import make_for_address
from app.accounts.domain import LinkPurpose
from app.accounts.factors import challenges, resets
from app.accounts.factors import queries as factor_queries
from app.accounts.factors import service as factors
from app.accounts.factors.challenges import ChallengeHolder, PasskeyPurpose
from app.accounts.factors.models import Passkey
from app.accounts.mailed_links import sign_link
from app.accounts.models import ApiToken, Group, GroupMember, SignIn, User
from app.accounts.steps.links import make_link
from app.assessments.models import Assessment
from app.audit.models import AuditEvent
from app.certificates.models import Certificate, CertificateBlock
from app.conversations.domain import ConversationState
from app.conversations.models import Conversation, ConversationMessage
from app.courses import queries as courses
from app.courses.models import Revision
from app.db.database import Database
from app.demo.people import ADMIN, ADMINS, INSTRUCTORS, PASSWORD, STUDENTS, DemoPerson, StudentStage
from app.demo.studying import BLOCKED
from app.enquiries.models import Enquiry
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.actor import Actor, SystemActor
from app.kit.ids import EventId, new_uuid
from app.outbox.models import OutboxEvent
from app.practicals.domain.seats import PracticalStatus, SeatState, WaitingState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AllowanceRow, AnswerRow, AttemptRow, ExceptionRow
from app.web.csrf import SAFE_METHODS
from app.web.routing import policies
from tests.make import NOW
from tests.make.authenticator import Device, text_of
from tests.make.factors import a_passkey, an_app_factor, code_at, recovery_codes
from tests.make.forms import forms_of
from tests.make.keys import sealing_keys
from tests.make.stored import stored_course

COURSE = "mesotherapy"
NEW_PASSWORD = "gravel parsnip tuesday ninety"

NO_ACT = {
    "POST /verify": "reads: it looks a certificate up",
    "POST /verify/file": "reads: it checks a file and looks a certificate up",
    "POST /notices/read": "marks a person's own notices as read",
    "POST /notices/{notice_id}/read": "marks a person's own notice as read",
    "POST /api/v1/notices/{notice_id}/read": "marks a person's own notice as read",
    "POST /api/v1/me/sign-in/renew": "moves the end of the person's own sign-in, as every page does",
    "POST /learn/{course_key}/lessons/{lesson_key}/done": "the completion is its own dated record",
    "POST /learn/{course_key}/lessons/{lesson_key}/not-done": "the person's own mark in their course",
    "POST /api/v1/learn/{course_key}/lessons/{lesson_key}/done": "as on the page",
    "POST /learn/{course_key}/lessons/{lesson_key}/section": "where the person is in their own reading",
    "PUT /api/v1/learn/{course_key}/lessons/{lesson_key}/position": "as on the page",
    "POST /learn/{course_key}/plan": "how the person spreads their own reading, which nobody else sees",
    "POST /learn/{course_key}/plan/mail": "as the hours of the plan",
    "POST /learn/{course_key}/plan/pause": "as the hours of the plan",
    "POST /learn/{course_key}/plan/resume": "as the hours of the plan",
    "POST /learn/{course_key}/plan/stop": "as the hours of the plan",
    "POST /stop-weekly-mails": "as the hours of the plan; the link knows the person",
    "PUT /api/v1/learn/{course_key}/plan": "as on the page",
    "DELETE /api/v1/learn/{course_key}/plan": "as on the page",
    "PUT /api/v1/learn/{course_key}/plan/mail": "as on the page",
    "PUT /api/v1/learn/{course_key}/plan/pause": "as on the page",
    "DELETE /api/v1/learn/{course_key}/plan/pause": "as on the page",
    "POST /learn/{course_key}/lessons/{lesson_key}/note": "a person's own note, which nobody else reads",
    "PUT /api/v1/learn/{course_key}/lessons/{lesson_key}/note": "as on the page",
    "POST /learn/{course_key}/lessons/{lesson_key}/highlight": "a person's own mark, which nobody else sees",
    "POST /learn/{course_key}/highlights/{highlight_id}/remove": "a person's own mark",
    "POST /api/v1/learn/{course_key}/lessons/{lesson_key}/highlights": "as on the page",
    "DELETE /api/v1/learn/{course_key}/highlights/{highlight_id}": "as on the page",
    "POST /learn/{course_key}/lessons/{lesson_key}/clear": "anonymous to staff, and the history names people",
    "PUT /api/v1/learn/{course_key}/lessons/{lesson_key}/clear": "as on the page",
    "POST /attempts/{attempt_id}/questions/{position}/choose": "a choice is appended as an answer",
    "POST /attempts/{attempt_id}/questions/{position}": "answers are appended, never changed",
    "POST /api/v1/attempts/{attempt_id}/answers": "answers are appended, never changed",
    "POST /api/v1/attempts/{attempt_id}/answers/{position}/choose": "a choice is appended as an answer",
    "PUT /api/v1/attempts/{attempt_id}/answers/{position}": "answers are appended, never changed",
    "PUT /api/v1/attempts/{attempt_id}/flags/{position}": "a student's own mark, which changes no result",
    "POST /assessments/{assessment_id}/steps/{step_key}": "marks are appended with who and when",
    "PUT /api/v1/assessments/{assessment_id}/steps/{step_key}": "marks are appended with who and when",
    "POST /quizzes/number-keys": "sets a cookie of the browser, or takes it off",
    "POST /me/second-factor/app/begin": "makes a secret that opens nothing until a code confirms it",
    "POST /me/second-factor/codes/kept": "takes a cookie off the browser",
    "POST /me/second-factor/passkeys/options": "makes a challenge of five minutes",
    "POST /prove/passkey/options": "makes a challenge of five minutes",
    "POST /sign-in/passkey/options": "makes a challenge of five minutes",
    "POST /sign-in/second-factor/passkey/options": "makes a challenge of five minutes",
    "POST /learn/{course_key}/lessons/{lesson_key}/ask": "the student's own message, dated; answers are acts",
    "POST /questions/{conversation_id}/reply": "the student's own message, dated",
    "POST /questions/{conversation_id}/close": "closes the student's own question; the row says when",
    "POST /api/v1/questions": "as on the page",
    "POST /api/v1/questions/{conversation_id}/replies": "as on the page",
    "POST /api/v1/questions/{conversation_id}/close": "as on the page",
    "POST /enquiry": "a visitor's question is its own dated record; the act is that it was answered",
}
"""Routes that leave no act, each with the reason."""


@dataclass
class World:
    """The demo academy and what a test does in it."""

    database: Database
    browser_of: Callable[[DemoPerson | None], TestClient]
    secret: str

    def value(self, statement: Any) -> Any:
        with self.database.read() as db:
            return db.scalars(statement).first()

    def change(self, statement: Any) -> None:
        with self.database.write() as db:
            db.execute(statement)

    def add(self, *rows: Any) -> None:
        with self.database.write() as db:
            for row in rows:
                db.add(row)
                db.flush()

    def id_of(self, person: DemoPerson) -> UUID:
        user_id = self.value(select(User.id).where(User.email == person.email))
        assert isinstance(user_id, UUID)
        return user_id

    def post(self, who: DemoPerson | None, path: str, **form: Any) -> Any:
        return self.browser_of(who).post(path, data=form)

    def json(self, who: DemoPerson, method: str, path: str, **body: Any) -> Any:
        return self.browser_of(who).request(method, path, json=body)

    def press(self, who: DemoPerson, page: str, action: str, **typed: Any) -> Any:
        """Send a form of a page as it is shown, with some fields changed."""
        browser = self.browser_of(who)
        form = next(form for form in forms_of(browser.get(page).text) if form.action == action)
        shown: dict[str, list[str]] = {}
        for field in form.fields:
            if field.is_sent:
                shown.setdefault(field.name, []).append(field.value)
        return browser.post(action, data={**shown, **typed})

    def link(self, purpose: LinkPurpose, person: DemoPerson, email: str | None = None) -> str:
        with self.database.write() as db:
            link_id = make_link(db, purpose, self.id_of(person), email or person.email, now=NOW)
        return sign_link(self.secret, str(link_id))


def student(stage: StudentStage) -> DemoPerson:
    return next(person for person in STUDENTS if person.stage is stage)


LEARNER = student(StudentStage.halfway)
NEWCOMER = student(StudentStage.registered)
TEACHER = INSTRUCTORS[0]
WITH_NEEDS = next(person for person in STUDENTS if person.access_needs)
OTHER_ADMIN = next(admin for admin in ADMINS if admin != ADMIN)


WAITING = select(Conversation.id).where(Conversation.state == ConversationState.open)
FIRST_MESSAGE = select(ConversationMessage.id).where(
    ConversationMessage.conversation_id.in_(WAITING)
)


def question(world: World, staff: str = "admin") -> str:
    """Return the address of the question that waits."""
    return f"/{staff}/questions/{world.value(WAITING)}"


def stuck(world: World) -> str:
    """Return the address of the results of a student who has used every attempt at a quiz."""
    person = next(person for person in STUDENTS if person.name == BLOCKED)
    return f"/results/{COURSE}/people/{world.id_of(person)}"


def quiz_of_stuck(world: World) -> str:
    return str(
        world.value(
            select(AttemptRow.quiz_key)
            .where(AttemptRow.user_id == UUID(stuck(world).rpartition("/")[2]))
            .order_by(AttemptRow.started_at.desc())
        )
    )


def allowed(world: World) -> UUID:
    """Return an attempt that was allowed in addition and is not used."""
    quiz = quiz_of_stuck(world)
    world.post(ADMIN, stuck(world) + "/attempts", quiz=quiz, reason="The network failed.")
    allowance_id = world.value(select(AllowanceRow.id))
    assert isinstance(allowance_id, UUID)
    return allowance_id


MORE_TIME: dict[str, Any] = {"minutes": 5, "reason": "The network failed."}


def timed_attempt(world: World) -> UUID:
    """Return an attempt that runs and has an end."""
    ended = select(AttemptRow).where(
        AttemptRow.due_at.is_not(None),
        AttemptRow.passed.is_not(None),
        AttemptRow.user_id.not_in(select(Certificate.user_id)),
    )
    with world.database.write() as db:
        row = db.scalars(ended).first()
        assert row is not None
        row.state, row.submitted_at, row.passed = AttemptState.in_progress, None, None
        row.earned = row.possible = row.marks = None
        row.due_at = row.next_deadline_at = NOW + timedelta(days=3650)
        return UUID(str(row.id))


def quiz_during_an_outage(world: World) -> tuple[str, str]:
    """Return the course and the quiz of an attempt that has run for two hours and has not ended."""
    attempt_id = timed_attempt(world)
    with world.database.write() as db:
        row = db.get(AttemptRow, attempt_id)
        assert row is not None
        row.started_at = NOW - timedelta(hours=2)
        return row.course_key, row.quiz_key


def after_an_outage_by_api(world: World) -> Any:
    course, quiz = quiz_during_an_outage(world)
    began, ended = ((NOW - timedelta(minutes=ago)).isoformat() for ago in (40, 30))
    times = {"began_at": began, "ended_at": ended}
    path = "/api/v1/admin/outages"
    why = "The network failed."
    return world.json(ADMIN, "POST", path, course=course, quiz=quiz, reason=why, **times)


def after_an_outage(world: World) -> Any:
    """Give the time of an outage back, in which an attempt ran that has not ended."""
    quiz = "/".join(quiz_during_an_outage(world))
    began, ended = (f"{NOW - timedelta(minutes=ago):%H:%M}" for ago in (40, 30))
    return world.post(
        ADMIN,
        "/results/outage",
        quiz=quiz,
        day=f"{NOW:%Y-%m-%d}",
        began_at=began,
        ended_at=ended,
        reason="The network failed.",
        step="give",
    )


def missed_attempt(world: World) -> UUID:
    """Return an attempt that has ended and did not pass."""
    row = world.value(
        select(AttemptRow.id)
        .where(AttemptRow.user_id == UUID(stuck(world).rpartition("/")[2]))
        .where(AttemptRow.passed.is_(False))
    )
    assert isinstance(row, UUID)
    return row


def attempt_with_a_late_answer(world: World) -> UUID:
    """Return an attempt that did not pass, with an answer that came again after its end."""
    attempt_id = missed_attempt(world)
    with world.database.write() as db:
        answer = db.scalars(select(AnswerRow).where(AnswerRow.attempt_id == attempt_id)).first()
        assert answer is not None
        db.add(
            AnswerRow(
                id=EventId(new_uuid()),
                attempt_id=answer.attempt_id,
                question_key=answer.question_key,
                sequence=answer.sequence + 1,
                response=answer.response,
                is_late=True,
                received_at=NOW,
            )
        )
    return attempt_id


def enrolment(world: World, state: str, invoiced: bool | None = None) -> str:
    wanted = select(Enrolment.id).where(Enrolment.state == state)
    if invoiced is not None:
        has_none = Enrolment.invoice_number.is_(None)
        wanted = wanted.where(~has_none if invoiced else has_none)
    return f"/admin/enrolments/{world.value(wanted)}"


def unpaid_enrolment(world: World) -> str:
    """Return the address of a place with an unpaid invoice, whose person holds no certificate."""
    wanted = select(Enrolment.id).where(
        Enrolment.state == "confirmed",
        Enrolment.invoice_number.is_not(None),
        Enrolment.paid_at.is_(None),
        Enrolment.user_id.not_in(select(Certificate.user_id)),
    )
    return f"/admin/enrolments/{world.value(wanted)}"


def a_request(world: World) -> str:
    return enrolment(world, "requested").rpartition("/")[2]


def an_undone_decision(world: World) -> Any:
    address = enrolment(world, "requested")
    world.post(ADMIN, address + "/confirm")
    return world.post(ADMIN, address + "/undo")


def intake(world: World, status: str = "open") -> str:
    """Return the address of the intake that takes requests and has free places."""
    takes = (
        IntakeRow.opens_at <= NOW,
        IntakeRow.closes_at > NOW,
        IntakeRow.taken < IntakeRow.places,
    )
    intake_id = world.value(select(IntakeRow.id).where(*takes))
    world.change(update(IntakeRow).where(IntakeRow.id == intake_id).values(status=status))
    return f"/admin/intakes/{intake_id}"


def day(world: World, *, days: int = 20, status: str = "published", taught: bool = True) -> UUID:
    """Return a practical of the teacher, in so many days, with free places and nobody on it."""
    other = world.value(select(PracticalRow).order_by(PracticalRow.id))
    starts = NOW + timedelta(days=days)
    practical = PracticalRow(
        id=new_uuid(),
        course_key=other.course_key,
        kind_key=other.kind_key,
        revision_id=other.revision_id,
        title=other.title,
        starts_at=starts,
        ends_at=starts + timedelta(hours=6),
        zone="Europe/London",
        room="Room 41",
        capacity=2,
        status=PracticalStatus(status),
        booking_opens_at=NOW - timedelta(days=1),
        booking_closes_at=starts - timedelta(hours=24) if days > 2 else NOW + timedelta(hours=1),
        cancel_until=starts - timedelta(hours=48),
        created_at=NOW,
    )
    world.add(practical)
    if taught:
        world.add(PracticalInstructor(practical_id=practical.id, user_id=world.id_of(TEACHER)))
    return practical.id


def ready(world: World) -> DemoPerson:
    """Return a student who may book: everything but a place on another day."""
    person = student(StudentStage.theory)
    me = world.id_of(person)
    world.change(update(Seat).where(Seat.user_id == me).values(state=SeatState.cancelled_by_admin))
    world.change(
        update(WaitingEntry).where(WaitingEntry.user_id == me).values(state=WaitingState.closed)
    )
    return person


def seat(world: World, practical_id: UUID, person: DemoPerson | None = None) -> UUID:
    new_seat = Seat(
        id=new_uuid(),
        practical_id=practical_id,
        user_id=world.id_of(person or ready(world)),
        state=SeatState.confirmed,
        booked_at=NOW,
    )
    world.add(new_seat)
    world.change(update(PracticalRow).where(PracticalRow.id == practical_id).values(taken=1))
    return new_seat.id


def a_rebooking(world: World) -> Any:
    """Give somebody whose day is cancelled a place on another one."""
    cancelled, person = day(world), ready(world)
    seat(world, cancelled, person)
    world.post(ADMIN, practical(cancelled) + "/cancel", reason="Burst pipe")
    return world.post(
        ADMIN,
        practical(cancelled) + "/rebook",
        people=str(world.id_of(person)),
        day=str(day(world, days=25)),
        reason="Burst pipe",
        override="true",
    )


def day_with_needs(world: World) -> UUID:
    """Return a practical of the teacher on which somebody with access needs is expected."""
    practical_id = day(world)
    seat(world, practical_id, WITH_NEEDS)
    return practical_id


def group_with_needs(world: World) -> UUID:
    """Return a group of the teacher in which somebody has access needs."""
    group_id = new_uuid()
    world.add(Group(id=group_id, name="With needs", created_at=NOW))
    for person, role in ((TEACHER, "instructor"), (WITH_NEEDS, "student")):
        world.add(
            GroupMember(group_id=group_id, user_id=world.id_of(person), role=role, joined_at=NOW)
        )
    return group_id


def full_day(world: World) -> UUID:
    practical_id = day(world)
    world.change(update(PracticalRow).where(PracticalRow.id == practical_id).values(capacity=0))
    return practical_id


def waiting(world: World) -> tuple[DemoPerson, UUID]:
    person, practical_id = ready(world), full_day(world)
    entry = WaitingEntry(
        id=new_uuid(),
        practical_id=practical_id,
        user_id=world.id_of(person),
        number=1,
        state=WaitingState.waiting,
        joined_at=NOW,
    )
    world.add(entry)
    return person, practical_id


def offered(world: World) -> tuple[DemoPerson, UUID]:
    """A person with an open offer of the only place of a day."""
    person, practical_id = ready(world), day(world)
    seat_id = seat(world, practical_id, person)
    deadline = NOW + timedelta(days=7)
    world.change(
        update(Seat)
        .where(Seat.id == seat_id)
        .values(state=SeatState.offered, deadline_at=deadline, entry_id=new_uuid())
    )
    return person, practical_id


def held(world: World) -> tuple[DemoPerson, UUID]:
    practical_id, person = day(world), ready(world)
    seat(world, practical_id, person)
    return person, practical_id


def hold(world: World) -> tuple[DemoPerson, UUID]:
    """Return a student for whom a place is kept."""
    practical_id, person = day(world), ready(world)
    seat_id = seat(world, practical_id, person)
    until = NOW + timedelta(minutes=10)
    values = {"state": SeatState.hold, "booked_at": NOW, "deadline_at": until}
    world.change(update(Seat).where(Seat.id == seat_id).values(**values))
    on_day = update(PracticalRow).where(PracticalRow.id == practical_id)
    world.change(on_day.values(next_lapse_at=until))
    return person, practical_id


def sheet(world: World, *, marked: str | None = None) -> UUID:
    """Return an open assessment of today; `marked`: every step has this mark."""
    practical_id = day(world, days=0)
    seat_id = seat(world, practical_id)
    world.change(update(Seat).where(Seat.id == seat_id).values(attendance="attended"))
    practical = world.value(select(PracticalRow).where(PracticalRow.id == practical_id))
    with world.database.read() as db:
        checklist = courses.revision(db, practical.revision_id).course.checklists[0]
    assessment = Assessment(
        id=new_uuid(),
        seat_id=seat_id,
        practical_id=practical_id,
        student_id=world.value(select(Seat.user_id).where(Seat.id == seat_id)),
        instructor_id=world.id_of(TEACHER),
        course_key=practical.course_key,
        checklist_key=checklist.key,
        revision_id=practical.revision_id,
        number=9,
        identity_confirmed_at=NOW,
        started_at=NOW,
    )
    world.add(assessment)
    for step in checklist.steps if marked else ():
        mark = {"mark": marked, "note": "", "expected_revision": 0}
        path = f"/api/v1/assessments/{assessment.id}/steps/{step.key}"
        assert world.json(TEACHER, "PUT", path, **mark).status_code == 200
    return assessment.id


def first_step(world: World, sheet_id: UUID) -> str:
    browser = world.browser_of(TEACHER)
    return str(browser.get(f"/api/v1/assessments/{sheet_id}").json()["steps"][0]["key"])


def a_stop(world: World, sheet_id: UUID) -> Any:
    note = {"step_key": first_step(world, sheet_id), "note": "Stopped for safety"}
    return world.json(TEACHER, "POST", f"/api/v1/assessments/{sheet_id}/stop", **note)


def a_running_attempt(world: World) -> tuple[DemoPerson, UUID]:
    attempt = world.value(select(AttemptRow).where(AttemptRow.submitted_at.is_(None)))
    email = world.value(select(User.email).where(User.id == attempt.user_id))
    return next(person for person in STUDENTS if person.email == email), attempt.id


def first_quiz(world: World) -> str:
    with world.database.read() as db:
        published = courses.current(db, COURSE)
    assert published is not None
    return str(published.course.modules[0].quiz)


def group(world: World) -> UUID:
    group_id = world.value(select(Group.id).order_by(Group.name))
    assert isinstance(group_id, UUID)
    return group_id


def a_member(world: World) -> UUID:
    member_id = world.value(select(GroupMember.user_id).where(GroupMember.group_id == group(world)))
    assert isinstance(member_id, UUID)
    return member_id


def a_block(world: World) -> Any:
    certificate = world.value(select(Certificate))
    holder, course_key = certificate.user_id, certificate.course_key
    with world.database.write() as db:
        db.delete(db.get(Certificate, certificate.id))
        db.flush()
        db.add(
            CertificateBlock(user_id=holder, course_key=course_key, reason="a name", blocked_at=NOW)
        )
    form = {"user_id": str(holder), "course_key": course_key}
    return world.post(ADMIN, "/admin/certificates/blocked", **form)


def a_reissue(world: World) -> Any:
    certificate = world.value(select(Certificate.id))
    here = f"/admin/certificates/{certificate}"
    world.post(ADMIN, f"{here}/revoke", reason="A wrong name")
    return world.post(ADMIN, f"{here}/reissue")


def a_replacement(world: World) -> Any:
    """Replace a certificate whose holder has another name by now."""
    certificate = world.value(select(Certificate))
    holder = User.id == certificate.user_id
    world.change(update(User).where(holder).values(certificate_name="Another Name"))
    here = f"/admin/certificates/{certificate.id}"
    return world.press(ADMIN, here, f"{here}/replace", replace_reason="She married")


def an_address_back(world: World) -> Any:
    """Take back a correction of an address that nobody has confirmed yet."""
    before = "before@example.org"
    values = {"address_before": before, "confirmed_at": None}
    world.change(update(User).where(User.email == NEWCOMER.email).values(values))
    here = person(world.id_of(NEWCOMER)) + "/details"
    return world.press(ADMIN, here, f"{here}/address-back", back_reason="A slip of the pen")


def with_phone(world: World) -> DemoPerson:
    """Return the learner, whose phone number is on record: to replace it needs a fresh proof."""
    standing = update(User).where(User.email == LEARNER.email)
    world.change(standing.values(phone="+442079460000"))
    return LEARNER


def a_new_phone(world: World) -> Any:
    browser = world.browser_of(with_phone(world))
    contact = browser.get("/api/v1/me/contact").json()
    return browser.put("/api/v1/me/contact", json={**contact, "phone": "020 7946 0001"})


def contacts_of_today(world: World) -> Any:
    practical_id = day(world, days=0)
    seat(world, practical_id, with_phone(world))
    return world.post(TEACHER, f"/teach/practicals/{practical_id}/contacts")


def a_reset(world: World) -> Any:
    token = world.link(LinkPurpose.reset, LEARNER)
    return world.post(None, "/reset", token=token, password=NEW_PASSWORD)


def a_confirmation(world: World) -> Any:
    person = student(StudentStage.unconfirmed)
    token = world.link(LinkPurpose.confirm, person)
    return world.post(None, "/confirm", token=token, password=PASSWORD)


def an_invitation(world: World) -> Any:
    token = world.link(LinkPurpose.invitation, student(StudentStage.invited))
    return world.post(None, "/invitation", token=token, password=NEW_PASSWORD)


def a_new_address(world: World) -> Any:
    token = world.link(LinkPurpose.email, LEARNER, "elsewhere@example.org")
    return world.post(None, "/new-address", token=token)


def a_sign_in_of(world: World, person: DemoPerson) -> str:
    world.browser_of(person)
    newest = select(SignIn.id).where(SignIn.user_id == world.id_of(person))
    return str(world.value(newest))


def a_token_of(world: World, person: DemoPerson) -> str:
    with world.database.write() as db:
        make_for_address(db, SystemActor.command_line, email=person.email, now=NOW)
    return str(world.value(select(ApiToken.id)))


def a_change_of_the_profile(world: World) -> Any:
    browser = world.browser_of(LEARNER)
    profile = browser.get("/api/v1/me").json()["profile"]
    return browser.put("/api/v1/me/profile", json={**profile, "name": "Another Name"})


def learner(world: World) -> Actor:
    with world.database.read() as db:
        return db.scalars(select(User).where(User.email == LEARNER.email)).one().to_actor()


def a_new_app(world: World) -> Any:
    """Confirm an app that was begun before."""
    me, keys = learner(world), sealing_keys()
    with world.database.write() as db:
        factors.begin_app(db, me, keys, now=NOW)
        secret = factor_queries.secret_being_set_up(db, me, keys, now=NOW)
    code = {"code": code_at(NOW, secret or "")}
    return world.browser_of(LEARNER).post("/me/second-factor/app", data=code)


def with_app(world: World) -> TestClient:
    """Give the learner an app, and return a browser of theirs."""
    with world.database.write() as db:
        an_app_factor(db, learner(world))
    return world.browser_of(LEARNER)


def a_factor_reset(world: World) -> None:
    with_app(world)
    with world.database.write() as db:
        admin = db.scalars(select(User).where(User.email == ADMIN.email)).one().to_actor()
        resets.start_reset(db, admin, world.id_of(LEARNER), reason="Lost it", now=NOW)


def waiting_browser(world: World) -> TestClient:
    """Return a browser of the learner in which the password was right and the second step waits."""
    with_app(world)
    return typed_password(world)


def typed_password(world: World) -> TestClient:
    browser = world.browser_of(None)
    browser.post("/sign-in", data={"email": LEARNER.email, "password": PASSWORD})
    return browser


def a_recovery(world: World) -> Any:
    browser = waiting_browser(world)
    with world.database.write() as db:
        code = recovery_codes(db, learner(world))[0]
    return browser.post("/sign-in/recovery-code", data={"recovery_code": code})


def a_phone(world: World) -> Device:
    """Give the learner a passkey that a device holds."""
    device = Device(handle=b"learner")
    with world.database.write() as db:
        a_passkey(db, learner(world))
        held = {"credential_id": device.credential_id, "public_key": device.public_key}
        db.execute(update(Passkey).values(user_handle=device.handle, **held))
    return device


def by_passkey(world: World, path: str, what: PasskeyPurpose, **form: str) -> Any:
    """Answer a challenge that the browser was given before, at a door of passkeys."""
    app = world.browser_of(None).app
    here = app.state.app_context.settings.model_copy(update={"base_url": "http://localhost"})
    app.state.app_context = replace(app.state.app_context, settings=here)
    device = Device() if what is PasskeyPurpose.adding else a_phone(world)
    if what is PasskeyPurpose.step:
        browser = typed_password(world)
        holder = ChallengeHolder(what, str(browser.cookies["preceptor-step"]))
    elif what is PasskeyPurpose.sign_in:
        browser = world.browser_of(None)
        browser.get("/sign-in")
        holder = ChallengeHolder(what, str(browser.cookies["preceptor-visitor"]))
    else:
        browser = world.browser_of(LEARNER)
        newest = select(SignIn.id).where(SignIn.user_id == world.id_of(LEARNER))
        holder = ChallengeHolder(what, f"sign-in {world.value(newest.order_by(SignIn.id.desc()))}")
    with world.database.write() as db:
        challenge = challenges.make(db, holder, user_handle=b"learner", now=NOW)
    options = {"challenge": text_of(challenge.value), "user": {"id": text_of(b"learner")}}
    answer = (
        device.registration_answer(options)
        if what is PasskeyPurpose.adding
        else device.signed(options)
    )
    return browser.post(path, data={"answer": answer, **form})


def a_new_practical(world: World) -> Any:
    page = "/admin/practicals/new"
    who = str(world.id_of(TEACHER))
    typed = {"day": "15 January 2027", "instructors": [who], "room": "Room 7"}
    return world.press(ADMIN, page, page, **typed)


def course_hidden(world: World) -> Any:
    """Hide the course, once none of its intakes takes requests."""
    world.change(update(IntakeRow).values(status="cancelled"))
    return world.post(ADMIN, f"/admin/courses/{COURSE}/hide", reason="We rewrite it")


def course_shown(world: World) -> Any:
    course_hidden(world)
    return world.post(ADMIN, f"/admin/courses/{COURSE}/show", reason="It is ready")


def a_new_intake(world: World) -> Any:
    page = "/admin/intakes/new"
    typed = {
        "title": "Summer",
        "starts_on": "1 June 2027",
        "closes_on": "1 May 2027",
        "closes_time": "17:00",
    }
    return world.press(ADMIN, page, page, **typed)


def a_proof(world: World, act: str = "") -> Any:
    here = f"/admin/people/{world.id_of(LEARNER)}/life-support"
    typed = {
        "passed_on": "2 November 2026",
        "expires_on": "1 December 2027",
        "issuer": "A trainer",
    }
    recorded = world.press(ADMIN, here, here, **typed)
    if not act:
        return recorded
    withdraw = f"{here}/{act}"
    return world.press(ADMIN, here, withdraw, withdraw_reason="It was somebody else's")


def enrolled_intake(world: World) -> tuple[DemoPerson, UUID]:
    person = student(StudentStage.requested)
    intake_id = world.value(
        select(Enrolment.intake_id).where(
            Enrolment.user_id == world.id_of(person), Enrolment.state == "requested"
        )
    )
    return person, intake_id


def a_given_up_mail(world: World) -> UUID:
    mail = OutboxEvent(
        id=new_uuid(),
        name="mail",
        payload={},
        created_at=NOW,
        available_at=NOW,
        tries=8,
        dead_at=NOW,
    )
    world.add(mail)
    return mail.id


def leftovers(world: World) -> Any:
    """End a seat whose holder lost the course place before this version of the product."""
    person = ready(world)
    seat(world, day(world), person)
    mine = Enrolment.user_id == world.id_of(person)
    world.change(update(Enrolment).where(mine).values(state="cancelled"))
    return world.post(ADMIN, "/admin/leftovers")


def a_corrected_checklist(world: World) -> Any:
    """Give the corrected checklist to a day that was planned by the course of an earlier version."""
    stored = stored_course("mesotherapy-2026-11-29")
    earlier = Revision(
        id=new_uuid(),
        course_key=COURSE,
        number=99,
        digest=stored.digest,
        delivery=stored.delivery,
        keys=stored.keys,
        published_at=NOW,
    )
    world.add(earlier)
    planned = day(world)
    values = {"revision_id": earlier.id}
    world.change(update(PracticalRow).where(PracticalRow.id == planned).values(values))
    here = f"/admin/checklists/{planned}"
    return world.press(ADMIN, here, here)


def own_enrolment(world: World) -> Any:
    person, _ = enrolled_intake(world)
    enrolment_id = world.value(
        select(Enrolment.id).where(
            Enrolment.user_id == world.id_of(person), Enrolment.state == "requested"
        )
    )
    return world.post(person, f"/enrolments/{enrolment_id}/withdraw")


def open_intake_id(world: World) -> UUID:
    return UUID(intake(world).rpartition("/")[2])


def as_api(world: World, method: str, pair: tuple[DemoPerson, UUID], path: str) -> Any:
    person, target = pair
    return world.browser_of(person).request(method, path.format(target))


def as_page(world: World, pair: tuple[DemoPerson, UUID], path: str) -> Any:
    person, target = pair
    return world.post(person, path.format(target))


Step = Callable[[World], Any]
person = "/admin/people/{}".format
practical = "/admin/practicals/{}".format
ACTS: dict[str, tuple[str, Step]] = {
    "POST /admin/certificates/blocked": ("certificates.certificate_issued", a_block),
    "POST /admin/certificates/{certificate_id}/reissue": (
        "certificates.certificate_issued",
        a_reissue,
    ),
    "POST /admin/certificates/{certificate_id}/revoke": (
        "certificates.certificate_revoked",
        lambda w: w.post(
            ADMIN, f"/admin/certificates/{w.value(select(Certificate.id))}/revoke", reason="Wrong"
        ),
    ),
    "POST /admin/certificates/{certificate_id}/replace": (
        "certificates.certificate_issued",
        a_replacement,
    ),
    "POST /admin/courses/{course_key}/hide": ("courses.hidden", course_hidden),
    "POST /admin/courses/{course_key}/show": ("courses.shown", course_shown),
    "POST /admin/enquiries/{enquiry_id}/answered": (
        "enquiry.answered",
        lambda w: w.post(
            ADMIN,
            f"/admin/enquiries/{w.value(select(Enquiry.id).where(Enquiry.answered_at.is_(None)))}/answered",
            note="By telephone",
        ),
    ),
    "POST /admin/questions/{conversation_id}/close": (
        "conversation.closed",
        lambda w: w.post(ADMIN, f"{question(w)}/close", reason="Off the subject"),
    ),
    "POST /admin/questions/{conversation_id}/messages/{message_id}/remove": (
        "conversation.message_removed",
        lambda w: w.post(
            ADMIN,
            f"{question(w)}/messages/{w.value(FIRST_MESSAGE)}/remove",
            reason="Names a client",
        ),
    ),
    "POST /api/v1/admin/questions/{conversation_id}/close": (
        "conversation.closed",
        lambda w: w.json(ADMIN, "POST", f"/api/v1{question(w)}/close", reason="Off the subject"),
    ),
    "POST /api/v1/teach/questions/{conversation_id}/answers": (
        "conversation.answered",
        lambda w: w.json(
            ADMIN, "POST", f"/api/v1{question(w, 'teach')}/answers", seen=1, answer="It says so."
        ),
    ),
    "POST /teach/questions/{conversation_id}/answer": (
        "conversation.answered",
        lambda w: w.post(
            ADMIN, f"{question(w, 'teach')}/answer", seen="1", answer="The lesson says so."
        ),
    ),
    "POST /admin/enrolments/{enrolment_id}/cancel": (
        "enrolment.cancelled",
        lambda w: w.post(ADMIN, enrolment(w, "confirmed") + "/cancel", reason="Asked by phone"),
    ),
    "POST /admin/enrolments/{enrolment_id}/confirm": (
        "enrolment.confirmed",
        lambda w: w.post(ADMIN, enrolment(w, "requested") + "/confirm"),
    ),
    "POST /admin/enrolments/{enrolment_id}/decline": (
        "enrolment.declined",
        lambda w: w.post(ADMIN, enrolment(w, "requested") + "/decline", reason="No proof of age"),
    ),
    "POST /admin/enrolments/{enrolment_id}/undo": ("enrolment.decision_undone", an_undone_decision),
    "POST /admin/requests/confirm": (
        "enrolment.confirmed",
        lambda w: w.post(ADMIN, "/admin/requests/confirm", only=a_request(w)),
    ),
    "POST /admin/requests/decline": (
        "enrolment.declined",
        lambda w: w.post(ADMIN, "/admin/requests/decline", enrolment=a_request(w), preset="papers"),
    ),
    "POST /admin/requests/undo": (
        "enrolment.decision_undone",
        lambda w: (
            w.post(ADMIN, "/admin/requests/confirm", only=(e := a_request(w))),
            w.post(ADMIN, "/admin/requests/undo", only=e),
        )[1],
    ),
    "POST /admin/enrolments/{enrolment_id}/invoice": (
        "enrolment.invoiced",
        lambda w: w.press(
            ADMIN, (e := enrolment(w, "confirmed")), e + "/invoice", number="2026-777"
        ),
    ),
    "POST /admin/enrolments/{enrolment_id}/payment": (
        "enrolment.paid",
        lambda w: w.press(ADMIN, (e := enrolment(w, "confirmed", True)), e + "/payment"),
    ),
    "POST /admin/enrolments/{enrolment_id}/invoice/undo": (
        "enrolment.invoice_undone",
        lambda w: w.press(
            ADMIN,
            (e := unpaid_enrolment(w)),
            e + "/invoice/undo",
            invoice_reason="It was for somebody else",
        ),
    ),
    "POST /admin/enrolments/{enrolment_id}/payment/undo": (
        "enrolment.payment_undone",
        lambda w: (
            w.press(ADMIN, (e := unpaid_enrolment(w)), e + "/payment"),
            w.press(ADMIN, e, e + "/payment/undo", payment_reason="It was somebody else’s"),
        )[1],
    ),
    "POST /admin/invoices/export": (
        "enrolment.invoices_exported",
        lambda w: w.post(ADMIN, "/admin/invoices/export"),
    ),
    "POST /admin/invoices/payments": (
        "enrolment.paid",
        lambda w: w.post(
            ADMIN,
            "/admin/invoices/payments",
            invoice=next(
                field.value
                for form in forms_of(w.browser_of(ADMIN).get("/admin/invoices").text)
                for field in form.fields
                if field.name == "invoice"
            ),
        ),
    ),
    "POST /admin/enrolments/{enrolment_id}/price": (
        "enrolment.price_changed",
        lambda w: w.press(
            ADMIN,
            (e := enrolment(w, "requested", False)),
            e + "/price",
            price="900",
            price_reason="Agreed by telephone",
        ),
    ),
    "POST /admin/groups": (
        "accounts.group_made",
        lambda w: w.post(ADMIN, "/admin/groups", name="Mornings"),
    ),
    "POST /admin/groups/{group_id}/close": (
        "accounts.group_closed",
        lambda w: w.post(ADMIN, f"/admin/groups/{group(w)}/close"),
    ),
    "POST /admin/groups/{group_id}/open": (
        "accounts.group_reopened",
        lambda w: (
            w.post(ADMIN, f"/admin/groups/{group(w)}/close"),
            w.post(ADMIN, f"/admin/groups/{group(w)}/open"),
        )[1],
    ),
    "POST /admin/groups/{group_id}/members": (
        "accounts.group_joined",
        lambda w: w.post(
            ADMIN, f"/admin/groups/{group(w)}/members", email=NEWCOMER.email, role="student"
        ),
    ),
    "POST /admin/groups/{group_id}/members/{person_id}/remove": (
        "accounts.group_left",
        lambda w: w.post(
            ADMIN,
            f"/admin/groups/{group(w)}/members/{a_member(w)}/remove",
        ),
    ),
    "POST /admin/groups/{group_id}/rename": (
        "accounts.group_renamed",
        lambda w: w.press(
            ADMIN, (p := f"/admin/groups/{group(w)}/rename"), p, name="Late evenings"
        ),
    ),
    "POST /admin/intakes/new": ("intake.made", a_new_intake),
    "POST /admin/intakes/{intake_id}/cancel": (
        "intake.cancelled",
        lambda w: w.post(ADMIN, intake(w) + "/cancel", reason="Too few people"),
    ),
    "POST /admin/intakes/{intake_id}/edit": (
        "intake.changed",
        lambda w: w.press(ADMIN, (p := intake(w) + "/edit"), p, title="Another title"),
    ),
    "POST /admin/intakes/{intake_id}/export": (
        "intake.exported",
        lambda w: w.post(ADMIN, intake(w) + "/export"),
    ),
    "POST /admin/intakes/{intake_id}/open": (
        "intake.opened",
        lambda w: w.post(ADMIN, intake(w, "draft") + "/open"),
    ),
    "POST /admin/intakes/{intake_id}/reserve": (
        "enrolment.reserved",
        lambda w: w.post(
            ADMIN,
            intake(w) + "/reserve",
            name_1="New Person",
            email_1="new@example.org",
            override_reason="A colleague",
        ),
    ),
    "POST /admin/people/export": (
        "accounts.people_exported",
        lambda w: w.post(ADMIN, "/admin/people/export"),
    ),
    "POST /admin/people/invite": (
        "accounts.invited",
        lambda w: w.post(
            ADMIN, "/admin/people/invite", name="New", email="new@example.org", roles="student"
        ),
    ),
    "POST /admin/people/{person_id}/close": (
        "accounts.closed",
        lambda w: w.post(ADMIN, person(w.id_of(NEWCOMER)) + "/close", reason="Left us"),
    ),
    "POST /admin/people/{person_id}/details": (
        "accounts.details_corrected",
        lambda w: w.press(
            ADMIN,
            (p := person(w.id_of(NEWCOMER)) + "/details"),
            p,
            name="Corrected Name",
            reason="A slip of the pen",
        ),
    ),
    "POST /admin/people/{person_id}/details/address-back": (
        "accounts.address_restored",
        an_address_back,
    ),
    "POST /admin/people/{person_id}/open": (
        "accounts.opened",
        lambda w: (
            w.post(ADMIN, person(w.id_of(NEWCOMER)) + "/close", reason="Left us"),
            w.post(ADMIN, person(w.id_of(NEWCOMER)) + "/open", reason="Came back"),
        )[1],
    ),
    "POST /admin/people/{person_id}/reset": (
        "accounts.reset_started",
        lambda w: w.post(ADMIN, person(w.id_of(LEARNER)) + "/reset"),
    ),
    "POST /admin/people/{person_id}/roles": (
        "accounts.roles_changed",
        lambda w: w.press(
            ADMIN,
            (p := person(w.id_of(NEWCOMER)) + "/roles"),
            p,
            roles=["student", "instructor"],
            reason="Teaches",
        ),
    ),
    "POST /admin/people/{person_id}/sign-ins/end": (
        "accounts.all_sign_ins_ended",
        lambda w: w.post(ADMIN, person(w.id_of(LEARNER)) + "/sign-ins/end"),
    ),
    "POST /admin/people/{person_id}/life-support": ("accounts.life_support_proof_seen", a_proof),
    "POST /admin/people/{person_id}/life-support/withdraw": (
        "accounts.life_support_proof_withdrawn",
        lambda w: a_proof(w, "withdraw"),
    ),
    "POST /admin/practicals/new": ("practicals.made", a_new_practical),
    "POST /admin/practicals/{practical_id}/cancel": (
        "practicals.cancelled",
        lambda w: w.post(ADMIN, practical(day(w)) + "/cancel", reason="Burst pipe"),
    ),
    "POST /admin/practicals/{practical_id}/edit": (
        "practicals.changed",
        lambda w: w.press(
            ADMIN, (p := practical(day(w)) + "/edit"), p, room="Room 99", step="save"
        ),
    ),
    "POST /admin/practicals/{practical_id}/publish": (
        "practicals.published",
        lambda w: w.post(ADMIN, practical(day(w, status="draft")) + "/publish"),
    ),
    "POST /admin/practicals/{practical_id}/rebook": ("practicals.reserved", a_rebooking),
    "POST /admin/practicals/{practical_id}/repeat": (
        "practicals.published_in_series",
        lambda w: w.post(
            ADMIN, practical(day(w)) + "/repeat", dates="2027-06-05", day="2027-06-05", step="save"
        ),
    ),
    "POST /admin/practicals/{practical_id}/reserve": (
        "practicals.reserved",
        lambda w: w.post(
            ADMIN,
            practical(day(w)) + "/reserve",
            person=str(w.id_of(ready(w))),
            reason="By telephone",
            override="true",
        ),
    ),
    "POST /admin/practicals/{practical_id}/seats/{seat_id}": (
        "practicals.took_seat_away",
        lambda w: w.post(
            ADMIN, practical(d := day(w)) + f"/seats/{seat(w, d)}", reason="Ill, by telephone"
        ),
    ),
    "POST /admin/practicals/{practical_id}/seats/{seat_id}/move": (
        "practicals.moved",
        lambda w: w.post(
            ADMIN,
            practical(d := day(w)) + f"/seats/{seat(w, d)}/move",
            day=str(day(w, days=25)),
            reason="By telephone",
            override="true",
        ),
    ),
    "POST /teach/practicals/{practical_id}/seats/{seat_id}/attendance": (
        "practicals.marked_attendance",
        lambda w: w.post(
            TEACHER,
            f"/teach/practicals/{(d := day(w, days=0))}/seats/{seat(w, d)}/attendance",
            attendance="absent",
        ),
    ),
    "POST /teach/practicals/{practical_id}/students/{seat_id}/assess": (
        "assessments.assessment_started",
        lambda w: w.post(
            TEACHER, f"/teach/practicals/{(d := day(w, days=0))}/students/{seat(w, d)}/assess"
        ),
    ),
    "POST /api/v1/assessments": (
        "assessments.assessment_started",
        lambda w: w.json(
            TEACHER,
            "POST",
            "/api/v1/assessments",
            practical_id=str(d := day(w, days=0)),
            seat_id=str(seat(w, d)),
        ),
    ),
    "PUT /api/v1/assessments/{assessment_id}/comment": (
        "assessments.comment_saved",
        lambda w: w.json(
            TEACHER,
            "PUT",
            f"/api/v1/assessments/{sheet(w)}/comment",
            comment="Calm",
            expected_revision=0,
        ),
    ),
    "POST /assessments/{assessment_id}/comment": (
        "assessments.comment_saved",
        lambda w: w.post(
            TEACHER, f"/assessments/{sheet(w)}/comment", comment="Calm", expected_revision="0"
        ),
    ),
    "POST /api/v1/assessments/{assessment_id}/signature": (
        "assessments.assessment_signed",
        lambda w: w.json(
            TEACHER,
            "POST",
            f"/api/v1/assessments/{(s := sheet(w, marked='done'))}/signature",
            expected_version=w.browser_of(TEACHER)
            .get(f"/api/v1/assessments/{s}")
            .json()["version"],
        ),
    ),
    "POST /assessments/{assessment_id}/sign": (
        "assessments.assessment_signed",
        lambda w: w.press(
            TEACHER,
            f"/assessments/{(s := sheet(w, marked='done'))}/sign",
            f"/assessments/{s}/sign",
            confirmed="yes",
        ),
    ),
    "POST /api/v1/assessments/{assessment_id}/stop": (
        "assessments.assessment_stopped",
        lambda w: a_stop(w, sheet(w)),
    ),
    "DELETE /api/v1/assessments/{assessment_id}/stop": (
        "assessments.assessment_resumed",
        lambda w: (
            a_stop(w, s := sheet(w)),
            w.browser_of(TEACHER).delete(f"/api/v1/assessments/{s}/stop"),
        )[1],
    ),
    "POST /api/v1/assessments/{assessment_id}/discard": (
        "assessments.assessment_discarded",
        lambda w: w.json(
            TEACHER, "POST", f"/api/v1/assessments/{sheet(w)}/discard", reason="By mistake"
        ),
    ),
    "POST /admin/outbox/again": (
        "outbox.tried_again",
        lambda w: w.post(ADMIN, "/admin/outbox/again", only=str(a_given_up_mail(w))),
    ),
    "POST /admin/outbox/dismiss": (
        "outbox.dismissed",
        lambda w: w.post(ADMIN, "/admin/outbox/dismiss", only=str(a_given_up_mail(w))),
    ),
    "POST /admin/outbox/restore": (
        "outbox.restored",
        lambda w: (
            w.post(ADMIN, "/admin/outbox/dismiss", only=(e := str(a_given_up_mail(w)))),
            w.post(ADMIN, "/admin/outbox/restore", only=e),
        )[1],
    ),
    "POST /admin/leftovers": ("practicals.seat_ended", leftovers),
    "POST /admin/checklists/{practical_id}": (
        "practicals.checklist_corrected",
        a_corrected_checklist,
    ),
    "POST /assessments/{assessment_id}/stop": (
        "assessments.assessment_stopped",
        lambda w: w.post(
            TEACHER,
            f"/assessments/{(s := sheet(w))}/stop",
            step=first_step(w, s),
            note="Stopped for safety",
        ),
    ),
    "POST /assessments/{assessment_id}/resume": (
        "assessments.assessment_resumed",
        lambda w: (
            a_stop(w, s := sheet(w)),
            w.post(TEACHER, f"/assessments/{s}/resume"),
        )[1],
    ),
    "POST /assessments/{assessment_id}/discard": (
        "assessments.assessment_discarded",
        lambda w: w.post(TEACHER, f"/assessments/{sheet(w)}/discard", reason="By mistake"),
    ),
    "POST /teach/practicals/{practical_id}/access-needs": (
        "accounts.access_needs_read",
        lambda w: w.post(TEACHER, f"/teach/practicals/{day_with_needs(w)}/access-needs"),
    ),
    "POST /teach/practicals/{practical_id}/roster-with-needs": (
        "accounts.access_needs_read",
        lambda w: w.post(
            TEACHER,
            f"/teach/practicals/{day_with_needs(w)}/roster-with-needs",
            file="csv",
            reason="To set the room up",
        ),
    ),
    "POST /teach/practicals/{practical_id}/contacts": (
        "accounts.contact_read",
        contacts_of_today,
    ),
    "POST /teach/groups/{group_id}/access-needs": (
        "accounts.access_needs_read",
        lambda w: w.post(TEACHER, f"/teach/groups/{group_with_needs(w)}/access-needs"),
    ),
    "POST /admin/people/{person_id}/access-needs": (
        "accounts.access_needs_read",
        lambda w: w.post(ADMIN, f"/admin/people/{w.id_of(WITH_NEEDS)}/access-needs"),
    ),
    "POST /teach/practicals/{practical_id}/attendance": (
        "practicals.marked_attendance",
        lambda w: (
            seat(w, d := day(w, days=0)),
            w.post(TEACHER, f"/teach/practicals/{d}/attendance"),
        )[1],
    ),
    "PUT /api/v1/practicals/{practical_id}/seats/{seat_id}/attendance": (
        "practicals.marked_attendance",
        lambda w: w.json(
            TEACHER,
            "PUT",
            f"/api/v1/practicals/{(d := day(w, days=0))}/seats/{seat(w, d)}/attendance",
            attendance="absent",
        ),
    ),
    "POST /learn/{course_key}/quizzes/{quiz_key}": (
        "quizzes.start",
        lambda w: w.post(STUDENTS[1], f"/learn/{COURSE}/quizzes/{first_quiz(w)}"),
    ),
    "POST /api/v1/courses/{course}/quizzes/{quiz}/attempts": (
        "quizzes.start",
        lambda w: w.json(
            STUDENTS[1], "POST", f"/api/v1/courses/{COURSE}/quizzes/{first_quiz(w)}/attempts"
        ),
    ),
    "POST /api/v1/attempts/{attempt_id}/submit": (
        "quizzes.submit",
        lambda w: as_api(w, "POST", a_running_attempt(w), "/api/v1/attempts/{}/submit"),
    ),
    "POST /attempts/{attempt_id}/submit": (
        "quizzes.submit",
        lambda w: as_page(w, a_running_attempt(w), "/attempts/{}/submit"),
    ),
    "POST /api/v1/intakes/{intake_id}/requests": (
        "enrolment.requested",
        lambda w: as_api(w, "POST", (NEWCOMER, open_intake_id(w)), "/api/v1/intakes/{}/requests"),
    ),
    "DELETE /api/v1/intakes/{intake_id}/requests": (
        "enrolment.cancelled",
        lambda w: as_api(w, "DELETE", enrolled_intake(w), "/api/v1/intakes/{}/requests"),
    ),
    "POST /courses/{course_key}/reserve/{intake_id}": (
        "enrolment.requested",
        lambda w: as_page(w, (NEWCOMER, open_intake_id(w)), f"/courses/{COURSE}/reserve/{{}}"),
    ),
    "POST /enrolments/{enrolment_id}/withdraw": ("enrolment.cancelled", own_enrolment),
    "PUT /api/v1/me/profile": ("accounts.profile_changed", a_change_of_the_profile),
    "POST /me": (
        "accounts.profile_changed",
        lambda w: w.press(LEARNER, "/me", "/me", name="Another Name"),
    ),
    "PUT /api/v1/me/contact": ("accounts.contact_changed", a_new_phone),
    "POST /me/contact": (
        "accounts.contact_changed",
        lambda w: w.press(with_phone(w), "/me/contact", "/me/contact", phone="020 7946 0001"),
    ),
    "DELETE /api/v1/me/sign-ins/{sign_in_id}": (
        "accounts.sign_in_ended",
        lambda w: w.browser_of(LEARNER).delete(f"/api/v1/me/sign-ins/{a_sign_in_of(w, LEARNER)}"),
    ),
    "POST /me/sign-ins/{sign_in_id}/end": (
        "accounts.sign_in_ended",
        lambda w: w.post(LEARNER, f"/me/sign-ins/{a_sign_in_of(w, LEARNER)}/end"),
    ),
    "POST /me/tokens/new": (
        "accounts.api_token_made",
        lambda w: w.post(LEARNER, "/me/tokens/new", name="Calendar"),
    ),
    "POST /me/tokens/{token_id}/end": (
        "accounts.api_token_ended",
        lambda w: w.post(LEARNER, f"/me/tokens/{a_token_of(w, LEARNER)}/end"),
    ),
    "POST /me/sign-ins/end-others": (
        "accounts.other_sign_ins_ended",
        lambda w: (w.browser_of(LEARNER), w.post(LEARNER, "/me/sign-ins/end-others"))[1],
    ),
    "POST /me/email": (
        "accounts.new_address_asked",
        lambda w: w.post(
            LEARNER, "/me/email", email="elsewhere@example.org", current_password=PASSWORD
        ),
    ),
    "POST /me/password": (
        "accounts.password_changed",
        lambda w: w.post(LEARNER, "/me/password", current_password=PASSWORD, password=NEW_PASSWORD),
    ),
    "POST /me/second-factor/app": ("accounts.second_factor_added", a_new_app),
    "POST /me/second-factor/app/remove": (
        "accounts.second_factor_removed",
        lambda w: with_app(w).post(
            "/me/second-factor/app/remove", data={"current_password": PASSWORD}
        ),
    ),
    "POST /me/second-factor/codes/new": (
        "accounts.recovery_codes_made",
        lambda w: with_app(w).post("/me/second-factor/codes/new"),
    ),
    "POST /me/second-factor/reset/stop": (
        "accounts.factor_reset_stopped",
        lambda w: (
            a_factor_reset(w),
            w.post(LEARNER, "/me/second-factor/reset/stop"),
        )[1],
    ),
    "POST /admin/people/{person_id}/second-factor/reset": (
        "accounts.factor_reset_started",
        lambda w: (
            with_app(w),
            w.post(ADMIN, person(w.id_of(LEARNER)) + "/second-factor/reset", reason="Lost it"),
        )[1],
    ),
    "POST /admin/people/{person_id}/second-factor/reset/stop": (
        "accounts.factor_reset_stopped",
        lambda w: (
            a_factor_reset(w),
            w.post(ADMIN, person(w.id_of(LEARNER)) + "/second-factor/reset/stop"),
        )[1],
    ),
    "POST /stop-reset": (
        "accounts.factor_reset_stopped",
        lambda w: (
            a_factor_reset(w),
            w.post(None, "/stop-reset", token=w.link(LinkPurpose.stop_reset, LEARNER)),
        )[1],
    ),
    "POST /sign-in/second-factor": (
        "accounts.signed_in",
        lambda w: waiting_browser(w).post("/sign-in/second-factor", data={"code": code_at(NOW)}),
    ),
    "POST /sign-in/recovery-code": ("accounts.recovery_code_used", a_recovery),
    "POST /me/second-factor/passkeys": (
        "accounts.second_factor_added",
        lambda w: by_passkey(
            w, "/me/second-factor/passkeys", PasskeyPurpose.adding, name="A phone"
        ),
    ),
    "POST /me/second-factor/passkeys/{passkey_id}/remove": (
        "accounts.second_factor_removed",
        lambda w: (
            a_phone(w),
            w.post(
                LEARNER,
                f"/me/second-factor/passkeys/{w.value(select(Passkey.id))}/remove",
                current_password=PASSWORD,
            ),
        )[1],
    ),
    "POST /prove/passkey": (
        "accounts.proved",
        lambda w: by_passkey(w, "/prove/passkey", PasskeyPurpose.proof),
    ),
    "POST /sign-in/passkey": (
        "accounts.signed_in",
        lambda w: by_passkey(w, "/sign-in/passkey", PasskeyPurpose.sign_in),
    ),
    "POST /sign-in/second-factor/passkey": (
        "accounts.signed_in",
        lambda w: by_passkey(w, "/sign-in/second-factor/passkey", PasskeyPurpose.step),
    ),
    "POST /prove": ("accounts.proved", lambda w: w.post(LEARNER, "/prove", password=PASSWORD)),
    "POST /api/v1/practicals/{practical_id}/bookings": (
        "practicals.booked",
        lambda w: as_api(w, "POST", (ready(w), day(w)), "/api/v1/practicals/{}/bookings"),
    ),
    "POST /practicals/{practical_id}/book": (
        "practicals.booked",
        lambda w: as_page(w, (ready(w), day(w)), "/practicals/{}/book"),
    ),
    "POST /api/v1/practicals/{practical_id}/holds": (
        "practicals.held",
        lambda w: as_api(w, "POST", (ready(w), day(w)), "/api/v1/practicals/{}/holds"),
    ),
    "POST /practicals/{practical_id}/hold": (
        "practicals.held",
        lambda w: as_page(w, (ready(w), day(w)), "/practicals/{}/hold"),
    ),
    "POST /api/v1/practicals/{practical_id}/holds/mine/extend": (
        "practicals.hold_extended",
        lambda w: as_api(w, "POST", hold(w), "/api/v1/practicals/{}/holds/mine/extend"),
    ),
    "POST /practicals/{practical_id}/hold/extend": (
        "practicals.hold_extended",
        lambda w: as_page(w, hold(w), "/practicals/{}/hold/extend"),
    ),
    "DELETE /api/v1/practicals/{practical_id}/holds/mine": (
        "practicals.let_go",
        lambda w: as_api(w, "DELETE", hold(w), "/api/v1/practicals/{}/holds/mine"),
    ),
    "POST /practicals/{practical_id}/hold/release": (
        "practicals.let_go",
        lambda w: as_page(w, hold(w), "/practicals/{}/hold/release"),
    ),
    "DELETE /api/v1/practicals/{practical_id}/bookings/mine": (
        "practicals.cancelled_seat",
        lambda w: as_api(w, "DELETE", held(w), "/api/v1/practicals/{}/bookings/mine"),
    ),
    "POST /practicals/{practical_id}/cancel": (
        "practicals.cancelled_seat",
        lambda w: as_page(w, held(w), "/practicals/{}/cancel"),
    ),
    "POST /api/v1/practicals/{practical_id}/offer/accept": (
        "practicals.accepted",
        lambda w: as_api(w, "POST", offered(w), "/api/v1/practicals/{}/offer/accept"),
    ),
    "POST /practicals/{practical_id}/offer/accept": (
        "practicals.accepted",
        lambda w: as_page(w, offered(w), "/practicals/{}/offer/accept"),
    ),
    "DELETE /api/v1/practicals/{practical_id}/offer/mine": (
        "practicals.declined",
        lambda w: as_api(w, "DELETE", offered(w), "/api/v1/practicals/{}/offer/mine"),
    ),
    "POST /practicals/{practical_id}/offer/decline": (
        "practicals.declined",
        lambda w: as_page(w, offered(w), "/practicals/{}/offer/decline"),
    ),
    "POST /api/v1/practicals/{practical_id}/waiting": (
        "practicals.joined_waiting_list",
        lambda w: as_api(w, "POST", (ready(w), full_day(w)), "/api/v1/practicals/{}/waiting"),
    ),
    "POST /practicals/{practical_id}/waiting": (
        "practicals.joined_waiting_list",
        lambda w: as_page(w, (ready(w), full_day(w)), "/practicals/{}/waiting"),
    ),
    "DELETE /api/v1/practicals/{practical_id}/waiting/mine": (
        "practicals.left_waiting_list",
        lambda w: as_api(w, "DELETE", waiting(w), "/api/v1/practicals/{}/waiting/mine"),
    ),
    "POST /practicals/{practical_id}/waiting/leave": (
        "practicals.left_waiting_list",
        lambda w: as_page(w, waiting(w), "/practicals/{}/waiting/leave"),
    ),
    "POST /results/{course_key}/people/{person_id}/attempts": (
        "quizzes.attempt_allowed",
        lambda w: w.post(
            ADMIN, stuck(w) + "/attempts", quiz=quiz_of_stuck(w), reason="The network failed."
        ),
    ),
    "POST /results/attempts-allowed/{allowance_id}/take-back": (
        "quizzes.allowed_attempt_taken_back",
        lambda w: w.post(ADMIN, f"/results/attempts-allowed/{allowed(w)}/take-back"),
    ),
    "POST /results/attempts/{attempt_id}/time": (
        "quizzes.time_given_back",
        lambda w: w.post(ADMIN, f"/results/attempts/{timed_attempt(w)}/time", **MORE_TIME),
    ),
    "POST /results/outage": ("quizzes.outage_made_good", after_an_outage),
    "POST /api/v1/admin/outages": ("quizzes.outage_made_good", after_an_outage_by_api),
    "POST /api/v1/attempts/{attempt_id}/time": (
        "quizzes.time_given_back",
        lambda w: w.json(ADMIN, "POST", f"/api/v1/attempts/{timed_attempt(w)}/time", **MORE_TIME),
    ),
    "POST /results/attempts/{attempt_id}/reopen": (
        "quizzes.reopen",
        lambda w: w.post(ADMIN, f"/results/attempts/{missed_attempt(w)}/reopen", **MORE_TIME),
    ),
    "POST /results/attempts/{attempt_id}/late-answers": (
        "quizzes.late_accepted",
        lambda w: w.post(
            ADMIN,
            f"/results/attempts/{attempt_with_a_late_answer(w)}/late-answers",
            late_reason="The network failed.",
        ),
    ),
    "POST /api/v1/attempts/{attempt_id}/late-answers": (
        "quizzes.late_accepted",
        lambda w: w.json(
            ADMIN,
            "POST",
            f"/api/v1/attempts/{attempt_with_a_late_answer(w)}/late-answers",
            reason="The network failed.",
        ),
    ),
    "POST /api/v1/attempts/{attempt_id}/reopen": (
        "quizzes.reopen",
        lambda w: w.json(
            ADMIN, "POST", f"/api/v1/attempts/{missed_attempt(w)}/reopen", **MORE_TIME
        ),
    ),
    "POST /api/v1/attempt-allowances": (
        "quizzes.attempt_allowed",
        lambda w: w.json(
            ADMIN,
            "POST",
            "/api/v1/attempt-allowances",
            person_id=stuck(w).rpartition("/")[2],
            course=COURSE,
            quiz=quiz_of_stuck(w),
            reason="The network failed.",
        ),
    ),
    "DELETE /api/v1/attempt-allowances/{allowance_id}": (
        "quizzes.allowed_attempt_taken_back",
        lambda w: w.browser_of(ADMIN).delete(f"/api/v1/attempt-allowances/{allowed(w)}"),
    ),
    "POST /admin/audit/export": (
        "history.exported",
        lambda w: w.post(ADMIN, "/admin/audit/export", reason="The auditor asked"),
    ),
    "POST /admin/exceptions": (
        "quizzes.exception_given",
        lambda w: w.post(
            ADMIN,
            "/admin/exceptions",
            whom=f"person:{w.id_of(LEARNER)}",
            at=f"{COURSE}/",
            time="150",
            reason="As agreed.",
        ),
    ),
    "POST /api/v1/admin/exceptions": (
        "quizzes.exception_given",
        lambda w: w.json(
            ADMIN,
            "POST",
            "/api/v1/admin/exceptions",
            person_id=str(w.id_of(LEARNER)),
            course=COURSE,
            time_percent=150,
            reason="As agreed.",
        ),
    ),
    "POST /api/v1/admin/exceptions/{exception_id}/end": (
        "quizzes.exception_ended",
        lambda w: w.json(
            ADMIN, "POST", f"/api/v1/admin/exceptions/{w.value(select(ExceptionRow.id))}/end"
        ),
    ),
    "POST /admin/exceptions/{exception_id}/end": (
        "quizzes.exception_ended",
        lambda w: w.post(ADMIN, f"/admin/exceptions/{w.value(select(ExceptionRow.id))}/end"),
    ),
    "POST /admin/exceptions/export": (
        "quizzes.exceptions_exported",
        lambda w: w.post(ADMIN, "/admin/exceptions/export"),
    ),
    "POST /results/running/export": (
        "reports.running_exported",
        lambda w: w.post(ADMIN, "/results/running/export"),
    ),
    "POST /results/export": (
        "reports.results_exported",
        lambda w: w.post(ADMIN, "/results/export", course=COURSE),
    ),
    "POST /register": (
        "accounts.registered",
        lambda w: w.post(
            None, "/register", name="New", email="new@example.org", password=NEW_PASSWORD
        ),
    ),
    "POST /forgot": (
        "accounts.reset_asked",
        lambda w: w.post(None, "/forgot", email=LEARNER.email),
    ),
    "POST /sign-in": (
        "accounts.signed_in",
        lambda w: w.post(None, "/sign-in", email=LEARNER.email, password=PASSWORD),
    ),
    "POST /sign-out": ("accounts.signed_out", lambda w: w.post(LEARNER, "/sign-out")),
    "POST /reset": ("accounts.password_set", a_reset),
    "POST /confirm": ("accounts.confirmed", a_confirmation),
    "POST /invitation": ("accounts.password_set", an_invitation),
    "POST /new-address": ("accounts.address_changed", a_new_address),
}
DEMO_ONLY = {
    "POST /demo/sign-in": "the demo's own way in; the same use-case as every sign-in",
    "POST /demo/hide-banner": "sets a cookie of the browser",
}


@pytest.fixture
def world(academy_client, academy_database, as_demo_person) -> World:
    secret = academy_client.app.state.app_context.settings.secret_key.get_secret_value()
    return World(academy_database, as_demo_person, secret)


def test_every_route_that_can_write_is_tried_or_named(academy_client):
    unsafe = {
        f"{method} {path}"
        for method, path in policies(academy_client.app)
        if method not in SAFE_METHODS
    }
    assert set(ACTS) & set(NO_ACT) == set()
    assert unsafe == set(ACTS) | set(NO_ACT) | set(DEMO_ONLY)


@pytest.mark.parametrize("route", ACTS)
def test_the_act_is_left(route, world):
    action, step = ACTS[route]
    newest = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)
    before = world.value(newest)
    answer = step(world)
    assert answer.status_code < 400, answer.text
    assert world.value(newest) > before, f"{route} leaves no {action}"


def test_the_routes_of_this_test_are_paths(academy_client):
    """A misspelt route would be neither tried nor missed."""
    assert all(re.fullmatch(r"(POST|PUT|DELETE) /\S+", route) for route in {**ACTS, **NO_ACT})
