"""Making the demo academy large: 2,000 students, 200 practicals, 300,000 answers, written in bulk."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.accounts.identity import hash_of
from app.accounts.models import SignIn, User
from app.courses import queries as courses
from app.courses.queries import Published
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, Intake
from app.kit.ids import new_uuid
from app.practicals.models import Practical, PracticalInstructor
from app.quizzes.domain.drawing import draw
from app.quizzes.models import Answer, Attempt

STUDENTS = 2_000
PRACTICALS = 200
ANSWERS = 300_000
DRIVERS = 16
BATCH = 10_000
LOAD_QUIZ = "load-quiz"
"""Not a quiz of the course, so that the drivers still have every attempt."""


def enlarge(db: Session, *, now: datetime) -> list[str]:
    """Add the people and their work; return sign-in tokens of students who drive the load."""
    published = courses.current(db, "mesotherapy")
    intake = db.scalars(select(Intake).order_by(Intake.created_at)).first()
    assert published is not None
    assert intake is not None
    intake.places = intake.taken = intake.taken + STUDENTS
    db.flush()
    users = [_user(number, now) for number in range(STUDENTS)]
    db.execute(insert(User), users)
    places = [_place(user, intake, published, now) for user in users]
    db.execute(insert(Enrolment), places)
    _practicals(db, intake, now)
    _answers(db, users, places, published, now)
    return _sign_ins(db, users[:DRIVERS], now)


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
    user: dict[str, Any], intake: Intake, published: Published, now: datetime
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


def _practicals(db: Session, intake: Intake, now: datetime) -> None:
    """Copy the demo's open practical, a day apart, and let its instructors teach every copy."""
    model = db.scalars(select(Practical).order_by(Practical.starts_at.desc())).first()
    assert model is not None
    teachers = db.scalars(
        select(PracticalInstructor.user_id).where(PracticalInstructor.practical_id == model.id)
    ).all()
    columns = {column.key for column in Practical.__table__.columns}
    rows = []
    for number in range(PRACTICALS):
        row = {key: getattr(model, key) for key in columns}
        move = timedelta(days=number + 1)
        for key in ("starts_at", "ends_at", "booking_closes_at", "cancel_until"):
            row[key] = row[key] + move
        rows.append({**row, "id": new_uuid(), "taken": 0, "capacity": 8, "intake_id": intake.id})
    db.execute(insert(Practical), rows)
    db.execute(
        insert(PracticalInstructor),
        [{"practical_id": row["id"], "user_id": teacher} for row in rows for teacher in teachers],
    )


def _answers(
    db: Session,
    users: list[dict[str, Any]],
    places: list[dict[str, Any]],
    published: Published,
    now: datetime,
) -> None:
    """Give every student submitted attempts at the first quiz, ten answers each, many times over."""
    quiz = published.course.quiz(published.course.modules[0].quiz)
    assert quiz is not None
    each = ANSWERS // (len(users) * quiz.length)
    drawn = [question.to_json() for question in draw(quiz, "load")]
    attempts, answers = [], []
    for user, place in zip(users, places, strict=True):
        for number in range(1, each + 1):
            attempt = {
                "id": new_uuid(),
                "user_id": user["id"],
                "enrolment_id": place["id"],
                "course_key": place["course_key"],
                "quiz_key": LOAD_QUIZ,
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
                "possible": quiz.length,
                "passed": False,
            }
            attempts.append(attempt)
            answers += [
                {
                    "id": new_uuid(),
                    "attempt_id": attempt["id"],
                    "question_key": one["question"],
                    "sequence": 1,
                    "response": {"options": []},
                    "is_late": False,
                    "received_at": now,
                }
                for one in drawn
            ]
    for rows, table in ((attempts, Attempt), (answers, Answer)):
        for start in range(0, len(rows), BATCH):
            db.execute(insert(table), rows[start : start + BATCH])


def _sign_ins(db: Session, users: list[dict[str, Any]], now: datetime) -> list[str]:
    tokens = [f"load-token-{number}" for number in range(len(users))]
    db.execute(
        insert(SignIn),
        [
            {
                "id": new_uuid(),
                "token_hash": hash_of(token),
                "user_id": user["id"],
                "created_at": now,
                "seen_at": now,
                "idle_ends_at": now + timedelta(days=7),
                "ends_at": now + timedelta(days=30),
                "proved_at": now,
                "device": "load",
                "network": "127.0.0.1",
            }
            for token, user in zip(tokens, users, strict=True)
        ],
    )
    return tokens
