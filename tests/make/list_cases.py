"""Each list of the site, with what fills it, so that it can be read with 0, 1, 51 and 1,000 rows."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.certificates.models import Certificate
from app.db.sealed import Sealed
from app.enquiries.domain import Topic
from app.enquiries.models import Enquiry
from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.actor import Actor
from app.kit.ids import (
    AttemptId,
    CertificateId,
    EnquiryId,
    EnrolmentId,
    EventId,
    ExceptionId,
    IntakeId,
    NoticeId,
    PracticalId,
    SeatId,
    UserId,
    VoteId,
    new_uuid,
)
from app.learning.clarity import LEAST_VOTES
from app.learning.models import SectionVoteRow
from app.notices.models import Notice
from app.outbox.models import KeptMail, OutboxEvent
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow, ExceptionRow
from tests.make import NOW
from tests.make.conversations import a_conversation
from tests.make.notices import DAY
from tests.make.people import a_user
from tests.make.practicals import (
    COURSE,
    STARTS,
    a_practical,
    a_practical_value,
    an_intake,
    the_course,
)

TABLE_ROWS = "//table[contains(@class, 'table')]/tbody/tr[not(contains(@class, 'table-group'))]"


@dataclass
class Stage:
    """What the lists of one test stand on: who reads them, and the objects whose pages they are."""

    db: Session
    reader: Actor
    course: Any
    intake: IntakeId
    day: PracticalId


@dataclass(frozen=True)
class ListCase:
    """One list. `fill` adds as many rows as it is told, after as many as there are. `singular` and
    `plural` are the words of its total, if it says one; `empty` is what it says without rows."""

    route: str
    path: str
    role: str
    fill: Callable[[Stage, range], None]
    empty: str
    singular: str = ""
    plural: str = ""
    rows: str = TABLE_ROWS
    size: int = 50

    def total(self, rows: int) -> str:
        """The words that say how many rows there are."""
        return self.singular if rows == 1 else self.plural.format(n=f"{rows:,}")


def stage(db: Session, role: str) -> Stage:
    """Return an academy with a course, an intake and a day, and nobody in them."""
    course = the_course(db)
    roles = ("instructor", "admin") if role == "teacher" else (role,)
    reader = a_user(db, "Reader", roles=roles)
    starts_at = NOW - timedelta(days=40)
    intake = an_intake(db, "Only", places=2000, starts_on=starts_at.date())
    day = a_practical(
        db,
        capacity=2000,
        status=PracticalStatus.draft,
        instructors=(reader,) if role == "instructor" else (),
    )
    return Stage(db, reader, course, intake, day)


def _people(db: Session, numbers: Iterable[int]) -> list[UserId]:
    people = [
        User(
            id=UserId(new_uuid()),
            email=f"person.{number}@example.org",
            name=f"Person {number:04}",
            is_student=True,
            created_at=NOW,
            confirmed_at=NOW,
            certificate_name="Person",
            is_medical=False,
            theme="auto",
        )
        for number in numbers
    ]
    db.add_all(people)
    db.flush()
    return [person.id for person in people]


def people(stage: Stage, numbers: range) -> None:
    _people(stage.db, numbers)


def exceptions(stage: Stage, numbers: range) -> None:
    """People with an exception, each given by the reader."""
    stage.db.add_all(
        ExceptionRow(
            id=ExceptionId(new_uuid()),
            user_id=user_id,
            course_key=COURSE,
            quiz_key="",
            extra_minutes=15,
            reason="As agreed.",
            given_at=NOW,
            given_by=stage.reader.user_id,
        )
        for user_id in _people(stage.db, numbers)
    )


def running_attempts(stage: Stage, numbers: range) -> None:
    """Students in the middle of a quiz, each with a place of their own."""
    before = set(stage.db.scalars(select(User.id)))
    students(stage, numbers)
    stage.db.flush()
    add_running_attempts(stage.db, before)


def add_running_attempts(db: Session, besides: Collection[UserId] = ()) -> None:
    """Let everybody with a place, besides these, be in the middle of a quiz."""
    places = db.execute(
        select(Enrolment.id, Enrolment.user_id, Enrolment.revision_id).where(
            Enrolment.user_id.not_in(besides)
        )
    )
    db.add_all(
        AttemptRow(
            id=AttemptId(new_uuid()),
            user_id=user_id,
            enrolment_id=place_id,
            course_key=COURSE,
            quiz_key="skin-quiz",
            revision_id=revision_id,
            number=1,
            seed="seed",
            drawn=[],
            state=AttemptState.in_progress,
            started_at=NOW,
            due_at=NOW + timedelta(hours=1),
        )
        for place_id, user_id, revision_id in places
    )


def attempts_in_an_outage(stage: Stage, numbers: range) -> None:
    """Students who sat a quiz when nobody could work."""
    running_attempts(stage, numbers)
    stage.db.flush()
    stage.db.execute(update(AttemptRow).values(started_at=NOW - timedelta(hours=1)))


def needs(stage: Stage, numbers: range) -> None:
    """Students with a place who have access needs."""
    before = set(stage.db.scalars(select(User.id)))
    students(stage, numbers)
    stage.db.flush()
    newcomers = set(stage.db.scalars(select(User.id))) - before
    stage.db.execute(
        update(User)
        .where(User.id.in_(newcomers))
        .values(access_needs_sealed=Sealed(b"not read by this list"))
    )


def students(stage: Stage, numbers: range) -> None:
    """People with a confirmed place in the intake."""
    stage.db.add_all(
        Enrolment(
            id=EnrolmentId(new_uuid()),
            intake_id=stage.intake,
            user_id=user_id,
            course_key=COURSE,
            revision_id=stage.course,
            state=EnrolmentState.confirmed,
            requested_at=NOW,
            decided_at=NOW,
        )
        for user_id in _people(stage.db, numbers)
    )
    stage.db.execute(
        update(IntakeRow).where(IntakeRow.id == stage.intake).values(taken=numbers.stop)
    )


def requests(stage: Stage, numbers: range) -> None:
    """Students who ask for a place."""
    students(stage, numbers)
    stage.db.flush()
    stage.db.execute(
        update(Enrolment).values(
            state=EnrolmentState.requested, decided_at=None, revision_id=None, price_pence=100
        )
    )


def invoices(stage: Stage, numbers: range) -> None:
    """Students whose place was invoiced and is not paid."""
    students(stage, numbers)
    stage.db.flush()
    stage.db.execute(
        update(Enrolment)
        .where(Enrolment.invoice_number.is_(None))
        .values(invoice_number="I-1", invoiced_at=NOW, price_pence=100)
    )


def intakes(stage: Stage, numbers: range) -> None:
    stage.db.add_all(
        IntakeRow(
            id=IntakeId(new_uuid()),
            course_key=COURSE,
            title=f"Intake {number}",
            starts_on=NOW.date() + timedelta(days=30),
            price_pence=1,
            places=10,
            taken=0,
            override=0,
            waiting_sequence=0,
            version=0,
            status=IntakeStatus.open,
            opens_at=NOW - timedelta(days=1),
            closes_at=NOW + timedelta(days=1),
            created_at=NOW,
        )
        for number in numbers
    )


def _days(stage: Stage, numbers: range, shift: timedelta) -> list[PracticalId]:
    usual = a_practical_value(revision_id=stage.course)
    columns = {name: getattr(usual, name) for name in usual.__slots__} | {"created_at": NOW}
    days = [
        PracticalRow(
            **{
                **columns,
                "id": PracticalId(new_uuid()),
                "starts_at": STARTS + shift + timedelta(minutes=number),
                "ends_at": STARTS + shift + timedelta(minutes=number, hours=7),
            }
        )
        for number in numbers
    ]
    stage.db.add_all(days)
    stage.db.flush()
    return [day.id for day in days]


def days(stage: Stage, numbers: range) -> None:
    _days(stage, numbers, timedelta())


def past_days(stage: Stage, numbers: range) -> None:
    _days(stage, numbers, -timedelta(days=60))


def taught_days(stage: Stage, numbers: range) -> None:
    stage.db.add_all(
        PracticalInstructor(practical_id=day, user_id=stage.reader.user_id)
        for day in _days(stage, numbers, timedelta())
    )


def seats(stage: Stage, numbers: range) -> None:
    stage.db.add_all(
        Seat(
            id=SeatId(new_uuid()),
            practical_id=stage.day,
            user_id=user_id,
            state=SeatState.confirmed,
            booked_at=NOW,
            calendar_sequence=0,
        )
        for user_id in _people(stage.db, numbers)
    )
    stage.db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == stage.day)
        .values(taken=numbers.stop, status=PracticalStatus.published)
    )


def certificates(stage: Stage, numbers: range) -> None:
    """Certificates without a signature, which the list shows as not valid."""
    stage.db.add_all(
        Certificate(
            id=CertificateId(new_uuid()),
            serial=f"S{number:025}",
            holder_name="Person",
            user_id=user_id,
            course_key=COURSE,
            revision_id=stage.course,
            snapshot={},
            snapshot_hash="0" * 64,
            issued_at=NOW,
        )
        for number, user_id in zip(numbers, _people(stage.db, numbers), strict=True)
    )


def own_questions(stage: Stage, numbers: range) -> None:
    _questions_of(stage.db, stage.reader, numbers)


def questions_of_students(stage: Stage, numbers: range) -> None:
    """They are all of one student, whom nobody looks after."""
    _questions_of(stage.db, a_user(stage.db, "Sam Student"), numbers)


def _questions_of(db: Session, student: Actor, numbers: range) -> None:
    for number in numbers:
        a_conversation(db, student, lesson_title=f"Lesson {number}")


def enquiries(stage: Stage, numbers: range) -> None:
    stage.db.add_all(
        Enquiry(
            id=EnquiryId(new_uuid()),
            name=f"Visitor {number}",
            email="visitor@example.org",
            topic=Topic.dates,
            message="When?",
            received_at=NOW,
        )
        for number in numbers
    )


def notices(stage: Stage, numbers: range) -> None:
    stage.db.add_all(
        Notice(
            id=NoticeId(new_uuid()),
            person_id=stage.reader.user_id,
            at=NOW - timedelta(seconds=number),
            template="practicals/booked",
            details=DAY,
        )
        for number in numbers
    )


def kept_mails(stage: Stage, numbers: range) -> None:
    stage.db.add_all(
        KeptMail(
            id=EventId(new_uuid()),
            at=NOW,
            to="person@example.org",
            subject=f"Mail {number}",
            text="Words",
            source="Subject: Mail\n\nWords",
        )
        for number in numbers
    )


def _undelivered(stage: Stage, numbers: range, *, dead_at: datetime | None) -> None:
    stage.db.add_all(
        OutboxEvent(
            id=EventId(new_uuid()),
            name="mail",
            payload={"to": f"person.{number}@example.org"},
            created_at=NOW,
            available_at=NOW + timedelta(hours=1),
            tries=8 if dead_at else 1,
            dead_at=dead_at,
            last_error="The server does not answer",
        )
        for number in numbers
    )


def mails_given_up(stage: Stage, numbers: range) -> None:
    _undelivered(stage, numbers, dead_at=NOW)


def mails_that_wait(stage: Stage, numbers: range) -> None:
    _undelivered(stage, numbers, dead_at=None)


def unclear_sections(stage: Stage, numbers: range) -> None:
    """Sections that were not clear to three people, each with words."""
    own = select(User.id).where(User.email.startswith("person."))
    voters = stage.db.scalars(own).all() or _people(stage.db, range(LEAST_VOTES))
    stage.db.add_all(
        SectionVoteRow(
            id=VoteId(new_uuid()),
            user_id=voter,
            course_key=COURSE,
            revision_id=stage.course,
            lesson_key="skin-layers",
            section=f"section-{number:04}",
            lesson_title="Skin layers",
            section_title=f"Section {number:04}",
            is_clear=False,
            words=f"Why {number}?",
            voted_at=NOW,
        )
        for number in numbers
        for voter in voters
    )


DATES = "//h2[.='Practical days']/following-sibling::ul[1]/li"
CARDS = "//main//ul[@role='list' and contains(@class, 'stack')]/li"
CASES: Sequence[ListCase] = (
    ListCase(
        "GET /admin/people",
        "/admin/people?role=student",
        "admin",
        people,
        "Nobody found",
        "1 person",
        "{n} people",
    ),
    ListCase(
        "GET /admin/exceptions",
        "/admin/exceptions",
        "admin",
        exceptions,
        "Nobody has an exception",
        "1 exception",
        "{n} exceptions",
    ),
    ListCase(
        "GET /results/running",
        "/results/running",
        "admin",
        running_attempts,
        "No attempt is running",
        "1 attempt",
        "{n} attempts",
    ),
    ListCase(
        "GET /admin/exceptions/needs",
        "/admin/exceptions/needs",
        "admin",
        needs,
        "No need waits",
        "1 student",
        "{n} students",
    ),
    ListCase("GET /admin/intakes", "/admin/intakes", "admin", intakes, "No upcoming intakes"),
    ListCase(
        "GET /admin/intakes/{intake_id}",
        "/admin/intakes/{intake}?show=confirmed",
        "admin",
        students,
        "Nobody is in yet",
        "Confirmed (1)",
        "Confirmed ({n})",
    ),
    ListCase(
        "GET /admin/requests",
        "/admin/requests",
        "admin",
        requests,
        "Nothing to decide",
        rows=f"{TABLE_ROWS}[.//input[@type='checkbox']]",
    ),
    ListCase(
        "GET /admin/practicals/{practical_id}/reserve",
        "/admin/practicals/{day}/reserve?q=Person",
        "admin",
        people,
        "Nobody among the students",
        rows="//div[@class='choices']/div[@class='choice']",
    ),
    ListCase(
        "GET /admin/invoices",
        "/admin/invoices",
        "admin",
        invoices,
        "Every invoice is paid",
        "1 invoice,",
        "{n} invoices,",
    ),
    ListCase(
        "GET /admin/practicals",
        "/admin/practicals",
        "admin",
        days,
        "No practicals to come",
        "To come: 1 practical",
        "To come: {n} practicals",
    ),
    ListCase(
        "GET /admin/practicals",
        "/admin/practicals?show=past",
        "admin",
        past_days,
        "No past practicals",
        "Past: 1 practical",
        "Past: {n} practicals",
    ),
    ListCase(
        "GET /admin/practicals/{practical_id}",
        "/admin/practicals/{day}",
        "admin",
        seats,
        "Nobody has a place yet",
        "1 of 2,000",
        "{n} of 2,000",
    ),
    ListCase(
        "GET /teach/practicals",
        "/teach/practicals",
        "teacher",
        taught_days,
        "No days to come",
    ),
    ListCase(
        "GET /teach/practicals/{practical_id}",
        "/teach/practicals/{day}",
        "admin",
        seats,
        "Nobody has booked yet",
        "1 of 2,000 booked",
        "{n} of 2,000 booked",
    ),
    ListCase(
        "GET /admin/certificates",
        "/admin/certificates",
        "admin",
        certificates,
        "No certificates yet",
        "1 certificate",
        "{n} certificates",
    ),
    ListCase(
        "GET /questions",
        "/questions",
        "student",
        own_questions,
        "You have asked nothing yet",
        rows="//main//ul[contains(@class, 'task-list')]/li",
    ),
    ListCase(
        "GET /teach/questions",
        "/teach/questions",
        "admin",
        questions_of_students,
        "No questions here yet",
        "1 question",
        "{n} questions",
        rows="//main//ul[contains(@class, 'task-list')]/li",
    ),
    ListCase(
        "GET /teach/courses/{course_key}/unclear",
        "/teach/courses/small-course/unclear",
        "admin",
        unclear_sections,
        "No unclear section",
        "1 section that was not clear",
        "{n} sections that were not clear",
    ),
    ListCase(
        "GET /admin/enquiries",
        "/admin/enquiries",
        "admin",
        enquiries,
        "Everything is answered",
        "1 enquiry",
        "{n} enquiries",
    ),
    ListCase(
        "GET /results",
        "/results",
        "admin",
        students,
        "No students yet",
        "1 student, best result in each quiz",
        "{n} students, best result in each quiz",
    ),
    ListCase(
        "GET /dates",
        "/dates?course=small-course",
        "admin",
        days,
        "No practical day is planned",
        rows=DATES,
    ),
    ListCase(
        "GET /practicals",
        "/practicals",
        "student",
        days,
        "No dates are planned yet",
        rows=CARDS,
        size=12,
    ),
    ListCase(
        "GET /notices",
        "/notices",
        "student",
        notices,
        "Nothing yet",
        rows="//main//ul[contains(@class, 'task-list')]/li",
        size=20,
    ),
    ListCase(
        "GET /admin/outbox",
        "/admin/outbox?show=given_up",
        "admin",
        mails_given_up,
        "Nothing was given up",
        "Given up (1)",
        "Given up ({n})",
        rows=f"{TABLE_ROWS}[.//input[@type='checkbox']]",
    ),
    ListCase(
        "GET /admin/outbox",
        "/admin/outbox?show=waiting",
        "admin",
        mails_that_wait,
        "Nothing waits for another try",
        "Waits for another try (1)",
        "Waits for another try ({n})",
        rows="//main//table[.//th[normalize-space()='Next try']]/tbody/tr",
    ),
    ListCase("GET /dev/mail", "/dev/mail", "admin", kept_mails, "No mail yet"),
)
API_CASES: Sequence[tuple[str, str, str, Callable[[Stage, range], None], str, int]] = (
    ("GET /api/v1/practicals", "student", "/api/v1/practicals", days, "practicals", 12),
    ("GET /api/v1/notices", "student", "/api/v1/notices", notices, "notices", 20),
    ("GET /api/v1/questions", "student", "/api/v1/questions", own_questions, "questions", 50),
    (
        "GET /api/v1/teach/questions",
        "admin",
        "/api/v1/teach/questions",
        questions_of_students,
        "questions",
        50,
    ),
    (
        "GET /api/v1/teach/attempts/running",
        "admin",
        "/api/v1/teach/attempts/running",
        running_attempts,
        "attempts",
        50,
    ),
    (
        "GET /api/v1/admin/exceptions",
        "admin",
        "/api/v1/admin/exceptions",
        exceptions,
        "exceptions",
        50,
    ),
    (
        "GET /api/v1/admin/outages",
        "admin",
        f"/api/v1/admin/outages?course={COURSE}&quiz=skin-quiz"
        f"&began_at={NOW - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}&ended_at={NOW:%Y-%m-%dT%H:%M:%SZ}",
        attempts_in_an_outage,
        "attempts",
        50,
    ),
)
"""The lists of the API: the route, who reads it, its path, what fills it, the name of its rows, and how many
a page has."""
NOT_FILLED = {
    "GET /learn/{course_key}/notes": "needs a place; see learning/test_notes.py, which reads 1,000",
    "GET /learn/{course_key}/search": "its rows are texts of the course",
    "GET /teach/courses/{course_key}/revisions/{number}/search": "its rows are texts of the course",
    "GET /teach/practicals/{practical_id}/checklists.pdf": "a paper for one page of the roster",
}
"""Routes with pages that are no list of rows of the database, each with the reason."""
