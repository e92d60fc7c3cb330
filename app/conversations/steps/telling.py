"""The mails and notices about conversations. None repeats what somebody wrote."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.accounts.queries import person
from app.conversations.domain import QUIET_TIME
from app.conversations.mails import (
    QuestionAnsweredMail,
    QuestionAskedMail,
    QuestionModeratedMail,
)
from app.conversations.models import Conversation
from app.conversations.visibility import told_about
from app.kit.ids import UserId
from app.notices.queries import told_since
from app.notices.steps.sending import send


def tell_instructors(db: Session, row: Conversation, *, now: datetime) -> None:
    """Tell the instructors of a student that a question waits. Who was told of another within the last hour
    is not told again: their inbox and their home page show how many wait."""
    told = told_about(db, row.student_id, now=now)
    recently = told_since(
        db, [who.user_id for who in told], QuestionAskedMail.template, since=now - QUIET_TIME
    )
    for who in told:
        if who.user_id not in recently:
            mail = QuestionAskedMail(
                name=who.name,
                course=row.course_title,
                lesson=row.lesson_title,
                section=row.section_title,
                conversation_id=row.id,
            )
            send(db, who, mail, now=now)


def tell_student(db: Session, row: Conversation, *, now: datetime) -> None:
    """Tell the student that their question was answered."""
    student = person(db, row.student_id)
    mail = QuestionAnsweredMail(
        name=student.name,
        course=row.course_title,
        lesson=row.lesson_title,
        section=row.section_title,
        conversation_id=row.id,
    )
    send(db, student, mail, now=now)


def tell_of_moderation(
    db: Session,
    row: Conversation,
    person_id: UserId,
    act: Literal["closed", "removed"],
    *,
    now: datetime,
) -> None:
    """Tell the student that an admin closed their question, or a writer that their message was removed."""
    who = person(db, person_id)
    mail = QuestionModeratedMail(
        name=who.name,
        act=act,
        course=row.course_title,
        lesson=row.lesson_title,
        for_staff=person_id != row.student_id,
        conversation_id=row.id,
    )
    send(db, who, mail, now=now)
