"""Making the demo academy large, in bulk: students with 150 answers each, and 200 practicals."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from app.accounts.identity import hash_of
from app.accounts.models import LifeSupportProof, SignIn, User
from app.courses import queries as courses
from app.courses.answer_keys import answer_keys
from app.courses.queries import PublishedCourse
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.ids import PracticalId, UserId, new_uuid
from app.learning.models import Completed, Completion
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.questions.answering import answering_of
from app.quizzes.domain.attempt import QuestionMark
from app.quizzes.domain.sampling import draw
from app.quizzes.domain.stored import write_drawn, write_marks, write_response
from app.quizzes.models import AnswerRow, AttemptRow
from tests.make.quizzes import the_answer

PRACTICALS = 200
ANSWERS_EACH = 150
DRIVERS = 16
RUSHING = 200
RUSH_PLACES = 10
SITTING = 500
ROSTER = 1_000
BATCH = 10_000
DRIVERS_QUIZ = "load-quiz"
"""Not a quiz of the course, so that the drivers still have every attempt of those."""


@dataclass(frozen=True)
class Large:
    """What the load needs to know of the enlarged academy: sign-in tokens, and where to go. `sitting` has the
    token of each student with a full attempt at the final test that runs, by the id of the attempt."""

    drivers: list[str]
    rushing: list[str]
    admin: str
    instructor: str
    intake: str
    rush: str
    roster: str
    sitting: dict[str, str]


def enlarge(db: Session, *, students: int, now: datetime) -> Large:
    """Add the people and their work; the first of them are ready for the practical day."""
    published = courses.current(db, "mesotherapy")
    intake = db.scalars(select(IntakeRow).order_by(IntakeRow.created_at)).first()
    assert published is not None
    assert intake is not None
    intake.places = intake.taken = intake.taken + students
    db.flush()
    users = [_user(number, now) for number in range(students)]
    db.execute(insert(User), users)
    places = [_place(user, intake, published, now) for user in users]
    db.execute(insert(Enrolment), places)
    first = _practicals(db, intake, now)
    _answers(db, users, places, published, now)
    rushing = users[DRIVERS : DRIVERS + RUSHING]
    _completions(db, rushing, published, now)
    _proofs(db, rushing, now)
    rush, roster = first[0], first[1]
    db.execute(update(PracticalRow).where(PracticalRow.id == rush).values(capacity=RUSH_PLACES))
    _seats(db, roster, users[:ROSTER], now)
    staff = [_somebody(db, User.is_admin), _somebody(db, User.is_instructor)]
    sitting = slice(DRIVERS + RUSHING, DRIVERS + RUSHING + SITTING)
    attempts = _full_attempts(db, users[sitting], places[sitting], published, now)
    own = [user["id"] for user in users[:DRIVERS] + rushing]
    sitters = [user["id"] for user in users[sitting]]
    tokens = _sign_ins(db, own + staff + sitters, now)
    admin, instructor, *theirs = tokens[len(own) :]
    return Large(
        drivers=tokens[:DRIVERS],
        rushing=tokens[DRIVERS : len(own)],
        admin=admin,
        instructor=instructor,
        intake=str(intake.id),
        rush=str(rush),
        roster=str(roster),
        sitting=dict(zip(attempts, theirs, strict=True)),
    )


def _somebody(db: Session, role: ColumnElement[bool]) -> UserId:
    """Return who of the demo academy has a role."""
    return db.scalars(select(User.id).where(role).order_by(User.created_at, User.email)).first()  # type: ignore[return-value] # the demo academy has one


def _proofs(db: Session, users: list[dict[str, Any]], now: datetime) -> None:
    """Let the office have seen that these know basic life support."""
    seen_by = _somebody(db, User.is_admin)
    expires_on = (now + timedelta(days=335)).date()
    ids = [user["id"] for user in users]
    db.execute(update(User).where(User.id.in_(ids)).values(life_support_until=expires_on))
    rows = [
        {
            "id": new_uuid(),
            "user_id": user_id,
            "passed_on": (now - timedelta(days=30)).date(),
            "expires_on": expires_on,
            "issuer": "A training provider",
            "seen_at": now,
            "seen_by": seen_by,
        }
        for user_id in ids
    ]
    db.execute(insert(LifeSupportProof), rows)


def _completions(
    db: Session, users: list[dict[str, Any]], published: PublishedCourse, now: datetime
) -> None:
    """Let these have completed every module and the final test, so that they may book."""
    items: list[tuple[Completed, str]] = [
        (kind, key)
        for module in published.course.modules
        for kind, key in (
            *((Completed.lesson, lesson.key) for lesson in module.lessons),
            (Completed.quiz, module.quiz),
        )
    ]
    items.append((Completed.quiz, published.course.final_test))
    rows = [
        {
            "id": new_uuid(),
            "user_id": user["id"],
            "course_key": published.course_key,
            "kind": kind,
            "item_key": key,
            "revision_id": published.revision_id,
            "completed_at": now,
        }
        for user in users
        for kind, key in items
    ]
    db.execute(insert(Completion), rows)


def _seats(
    db: Session, practical_id: PracticalId, users: list[dict[str, Any]], now: datetime
) -> None:
    """Fill one practical with everybody."""
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical_id)
        .values(capacity=len(users), taken=len(users))
    )
    db.execute(
        insert(Seat),
        [
            {
                "id": new_uuid(),
                "practical_id": practical_id,
                "user_id": user["id"],
                "state": SeatState.confirmed,
                "booked_at": now,
                "calendar_sequence": 0,
            }
            for user in users
        ],
    )


def _user(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": new_uuid(),
        "email": f"load{number}@load.example",
        "name": f"Load Student {number}",
        "is_student": True,
        "is_instructor": False,
        "is_admin": False,
        "created_at": now,
        "confirmed_at": now,
        "certificate_name": f"Load Student {number}",
        "is_medical": False,
        "theme": "auto",
    }


def _place(
    user: dict[str, Any], intake: IntakeRow, published: PublishedCourse, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_uuid(),
        "intake_id": intake.id,
        "user_id": user["id"],
        "course_key": intake.course_key,
        "revision_id": published.revision_id,
        "state": EnrolmentState.confirmed,
        "requested_at": now,
        "decided_at": now,
    }


def _practicals(db: Session, intake: IntakeRow, now: datetime) -> list[PracticalId]:
    """Copy a practical of the demo, a day apart, and let its instructors teach every copy."""
    model = db.scalars(select(PracticalRow).order_by(PracticalRow.starts_at.desc())).first()
    assert model is not None
    teachers = db.scalars(
        select(PracticalInstructor.user_id).where(PracticalInstructor.practical_id == model.id)
    ).all()
    columns = {column.key for column in PracticalRow.__table__.columns}
    rows = []
    for number in range(PRACTICALS):
        row = {key: getattr(model, key) for key in columns}
        starts = now + timedelta(days=number + 14)
        row |= {"starts_at": starts, "ends_at": starts + (model.ends_at - model.starts_at)}
        row |= {"booking_closes_at": starts, "cancel_until": starts, "taken": 0, "override": 0}
        row |= {"id": new_uuid(), "capacity": 8, "intake_id": intake.id, "booking_opens_at": now}
        row |= {"status": PracticalStatus.published, "waiting_sequence": 0}
        rows.append(row)
    db.execute(insert(PracticalRow), rows)
    db.execute(
        insert(PracticalInstructor),
        [{"practical_id": row["id"], "user_id": teacher} for row in rows for teacher in teachers],
    )
    return [row["id"] for row in rows]


def _answers(
    db: Session,
    users: list[dict[str, Any]],
    places: list[dict[str, Any]],
    published: PublishedCourse,
    now: datetime,
) -> None:
    """Give every student submitted attempts, with an answer to each question."""
    quiz = published.course.quiz(published.course.modules[0].quiz)
    assert quiz is not None
    each = ANSWERS_EACH // quiz.length
    questions = draw(quiz, "load")
    drawn = write_drawn(questions)
    points = {each.key: each.points for each in quiz.questions}
    marks = write_marks(QuestionMark(each.key, 0, points[each.key]) for each in questions)
    blank = {
        each.key: write_response(answering_of(each).response(), each.type)
        for each in quiz.questions
    }
    attempts, answers = [], []
    for place_number, (user, place) in enumerate(zip(users, places, strict=True)):
        quiz_key = DRIVERS_QUIZ if place_number < DRIVERS else quiz.key
        for number in range(1, each + 1):
            attempt = {
                "id": new_uuid(),
                "user_id": user["id"],
                "enrolment_id": place["id"],
                "course_key": place["course_key"],
                "quiz_key": quiz_key,
                "revision_id": place["revision_id"],
                "number": number,
                "seed": "load",
                "drawn": drawn,
                "state": "submitted",
                "version": 1,
                "started_at": now,
                "due_at": None,
                "submitted_at": now,
                "earned": 0,
                "possible": sum(points[each.key] for each in questions),
                "passed": False,
                "marks": marks,
            }
            attempts.append(attempt)
            answers += [
                {
                    "id": new_uuid(),
                    "attempt_id": attempt["id"],
                    "question_key": question.key,
                    "sequence": 1,
                    "response": blank[question.key],
                    "is_late": False,
                    "received_at": now,
                }
                for question in questions
            ]
    _insert(db, attempts, answers)


def _full_attempts(
    db: Session,
    users: list[dict[str, Any]],
    places: list[dict[str, Any]],
    published: PublishedCourse,
    now: datetime,
) -> list[str]:
    """Let each student sit in the final test with a right answer to every question, and return the ids of
    the attempts."""
    quiz = published.course.quiz(published.course.final_test)
    assert quiz is not None
    keys = answer_keys(db, published.revision_id).quizzes[quiz.key]
    attempts, answers = [], []
    for number, (user, place) in enumerate(zip(users, places, strict=True)):
        questions = draw(quiz, f"load-{number}")
        attempt = {
            "id": new_uuid(),
            "user_id": user["id"],
            "enrolment_id": place["id"],
            "course_key": place["course_key"],
            "quiz_key": quiz.key,
            "revision_id": place["revision_id"],
            "number": 1,
            "seed": f"load-{number}",
            "drawn": write_drawn(questions),
            "state": "in_progress",
            "version": 1,
            "started_at": now,
            "due_at": None,
        }
        attempts.append(attempt)
        answers += [
            {
                "id": new_uuid(),
                "attempt_id": attempt["id"],
                "question_key": drawn.key,
                "sequence": 1,
                "response": write_response(
                    the_answer(quiz, keys, drawn), quiz.question(drawn.key).type
                ),
                "is_late": False,
                "received_at": now,
            }
            for drawn in questions
        ]
    _insert(db, attempts, answers)
    return [str(attempt["id"]) for attempt in attempts]


def _insert(db: Session, attempts: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
    for rows, table in ((attempts, AttemptRow), (answers, AnswerRow)):
        for start in range(0, len(rows), BATCH):
            db.execute(insert(table), rows[start : start + BATCH])


def _sign_ins(db: Session, users: list[UserId], now: datetime) -> list[str]:
    tokens = [f"load-token-{number}" for number in range(len(users))]
    db.execute(
        insert(SignIn),
        [
            {
                "id": new_uuid(),
                "token_hash": hash_of(token),
                "user_id": user_id,
                "created_at": now,
                "seen_at": now,
                "idle_ends_at": now + timedelta(days=7),
                "ends_at": now + timedelta(days=30),
                "proved_at": now,
                "device": "load",
                "network": "127.0.0.1",
            }
            for token, user_id in zip(tokens, users, strict=True)
        ],
    )
    return tokens
