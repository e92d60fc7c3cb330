"""What somebody typed that could not be read as an answer ends with their account; the answers stay."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.db.auditing import findings
from app.kit.ids import new_uuid
from app.kit.leaving import LEAVING
from app.questions.numeric.answering import read_number
from app.quizzes.domain.attempt import AnswerStanding
from app.quizzes.domain.stored import read_response, write_response, write_unreadable
from app.quizzes.models import AnswerRow
from app.retention.checks import CHECKS
from app.retention.rules import GRACE
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.retention import Academy, rows_of, write

SECOND = timedelta(seconds=1)
OVER = NOW + LEAVING
TYPED = ("Nora, 0161 496 0\x00", '"typed": two')
BLANK = write_response(read_number("", None), "numeric")
NUMBER = write_response(read_number("1.5", None), "numeric")


@pytest.fixture
def student_id(database):
    """A student who left with one answer that counts and one that could not be read."""
    academy = Academy()
    rows = rows_of("learning", academy, NOW)
    attempt_id = next(row["id"] for name, row in rows if name == "attempts")
    documents = (NUMBER, write_unreadable(read_number("", None), "numeric", TYPED))
    with database.write() as db:
        academy.write(db)
        write(db, rows)
        for sequence, document in enumerate(documents, start=1):
            is_readable = document == NUMBER
            answer = AnswerRow(
                id=new_uuid(),
                attempt_id=attempt_id,
                question_key="needle",
                sequence=sequence,
                response=document,
                received_at=NOW,
                is_late=not is_readable,
                standing=None if is_readable else AnswerStanding.unreadable,
            )
            db.add(answer)
    return next(row["id"] for name, row in rows if name == "users")


def documents(database):
    with database.read() as db:
        return db.scalars(select(AnswerRow.response).order_by(AnswerRow.sequence)).all()


def test_it_ends_with_the_account_and_the_answers_stay(database, student_id):
    sweep(database, now=OVER - SECOND)
    assert read_response(documents(database)[1]).typed == TYPED
    assert sweep(database, now=OVER).failed == ()
    assert documents(database) == [NUMBER, BLANK]
    assert sweep(database, now=OVER).rows["learning"] == 0


def test_that_of_people_who_were_emptied_before_ends_too(database, student_id):
    """A version before this rule emptied their accounts and left what they typed."""
    with database.write() as db:
        emptied = update(User).where(User.id == student_id)
        db.execute(emptied.values(emptied_at=OVER))
    later = OVER + timedelta(days=400)
    with database.read() as db:
        overdue = [words for words in findings(db, CHECKS, now=later) if "of answers" in words]
    assert len(overdue) == 1
    sweep(database, now=later)
    assert documents(database) == [NUMBER, BLANK]
    with database.read() as db:
        after = findings(db, CHECKS, now=later + GRACE)
    assert [words for words in after if "of answers" in words] == []


def test_that_of_an_open_account_stays(database, student_id):
    with database.write() as db:
        db.execute(update(User).where(User.id == student_id).values(disabled_at=None))
    sweep(database, now=OVER + GRACE)
    assert read_response(documents(database)[1]).typed == TYPED
