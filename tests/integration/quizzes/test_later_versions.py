"""Attempts that a later version stored: only their own page is closed, and it says which version is
needed."""

import pytest
from sqlalchemy import select, update

from app import jobs
from app.db.database import Database
from app.kit.actor import SystemActor
from app.kit.ids import AttemptId
from app.kit.stored_documents import LaterVersionNeeded
from app.quizzes import checks, mark_backfill
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AnswerRow, AttemptRow
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_sent_attempt

NEEDED = "A later version of Preceptor stored"
QUIZ = "skin-quiz"
DRAWN = [{"type": "single", "version": 3, "question": "layers", "choices": {}}]
RESPONSE = {"type": "essay", "version": 2, "order": ["a", "b"]}
MARKS = {"version": 2, "questions": {"layers": [1, 1]}}


def set_attempt(database: Database, attempt_id: AttemptId, **values: object) -> None:
    with database.write() as db:
        db.execute(update(AttemptRow).where(AttemptRow.id == attempt_id).values(**values))


def set_answers(database: Database, attempt_id: AttemptId, response: object) -> None:
    with database.write() as db:
        db.execute(
            update(AnswerRow).where(AnswerRow.attempt_id == attempt_id).values(response=response)
        )


@pytest.fixture
def sent(pupil):
    """An attempt that was sent, with an answer to its first question."""
    attempt_id = pupil.start()
    pupil.save(attempt_id, 1, pupil.right_answer(pupil.attempt(attempt_id), 1))
    pupil.submit(attempt_id)
    return attempt_id


@pytest.fixture(params=["drawn questions", "answers"])
def unreadable(request, pupil, sent, database):
    if request.param == "answers":
        set_answers(database, sent, RESPONSE)
    else:
        set_attempt(database, sent, drawn=DRAWN)
    return request.param, sent


def test_its_own_page_names_the_version(unreadable, as_person, pupil):
    what, attempt_id = unreadable
    browser = as_person(pupil.actor)
    page = browser.get(f"/attempts/{attempt_id}")
    assert page.status_code == 409
    assert f"{NEEDED} {what}" in words(page)
    assert "This version reads them up to version 2" in words(page)
    answer = browser.get(f"/api/v1/attempts/{attempt_id}")
    assert (answer.status_code, answer.json()["reason"]) == (409, "needs-newer-version")


def test_every_other_page_works(unreadable, as_person, pupil, database):
    """Every other page of the student, the instructor and the office works, and a new attempt can
    begin."""
    student = as_person(pupil.actor)
    paths = (
        "/home",
        "/learn/small-course",
        f"/learn/small-course/quizzes/{QUIZ}",
        "/certificates",
        "/me",
    )
    assert {path: student.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    office = as_person(admin)
    paths = (
        "/home",
        "/results",
        f"/results/small-course/quizzes/{QUIZ}",
        f"/admin/people/{pupil.actor.user_id}",
    )
    assert {path: office.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
    assert pupil.start() != unreadable[1]


def test_saving_over_it_is_refused_and_changes_nothing(pupil, database):
    attempt_id = pupil.start()
    typed = pupil.right_answer(pupil.attempt(attempt_id), 1)
    set_attempt(database, attempt_id, drawn=DRAWN)
    before = fingerprint(database)
    with pytest.raises(LaterVersionNeeded):
        pupil.save(attempt_id, 1, typed)
    assert fingerprint(database) == before


def test_an_answer_is_saved_after_one_of_a_later_version(pupil, database):
    """What a student sends is never lost to an answer that this version cannot read."""
    attempt_id = pupil.start()
    typed = pupil.right_answer(pupil.attempt(attempt_id), 1)
    pupil.save(attempt_id, 1, typed)
    set_answers(database, attempt_id, RESPONSE)
    assert pupil.save(attempt_id, 1, typed).sequence == 2
    with database.read() as db:
        newest = db.scalars(select(AnswerRow).order_by(AnswerRow.sequence.desc())).first()
        assert newest is not None
        assert newest.response["version"] == 2
        assert newest.response["type"] != "essay"


def test_the_same_answer_of_an_earlier_version_is_not_stored_again(pupil, database):
    """Version 1 stored neither type nor version, and its answer means the same."""
    attempt_id = pupil.start()
    for position in range(1, len(pupil.attempt(attempt_id).drawn) + 1):
        pupil.save(
            attempt_id,
            position,
            pupil.right_answer(pupil.attempt(attempt_id), position),
            sequence=1,
        )
    with database.write() as db:
        for row in db.scalars(select(AnswerRow)):
            row.response = {
                key: value for key, value in row.response.items() if key not in ("type", "version")
            }
    before = fingerprint(database)["answers"]
    for position in range(1, len(pupil.attempt(attempt_id).drawn) + 1):
        typed = pupil.right_answer(pupil.attempt(attempt_id), position)
        assert pupil.save(attempt_id, position, typed, sequence=1).sequence == 1
        assert pupil.save(attempt_id, position, typed).sequence == 1
    assert fingerprint(database)["answers"] == before
    assert pupil.submit(attempt_id).passed


def test_the_worker_goes_on_with_the_others(pupil, sent, database):
    """Marks of older versions are filled in, and an attempt that cannot be read holds up no other."""
    with database.write() as db:
        others = [a_user(db, f"Other {number}") for number in (1, 2)]
        for other in others:
            a_place(db, other, pupil.revision_id)
        readable = [a_sent_attempt(db, other, pupil.revision_id) for other in others]
        db.execute(update(AttemptRow).values(marks=None))
    set_attempt(database, sent, drawn=DRAWN)
    set_answers(database, readable[1], RESPONSE)
    jobs.fill_in_marks(database)
    with database.read() as db:
        left = mark_backfill.unmarked(db, SystemActor.worker, after=mark_backfill.FIRST, most=10)
        assert set(left) == {sent, readable[1]}
        said = "\n".join(checks.attempts_add_up(db, now=NOW))
    for attempt_id in (sent, readable[1]):
        assert f"Attempt {attempt_id} could not be checked" in said
    assert str(readable[0]) not in said


def test_marks_of_a_later_version_are_not_counted(pupil, sent, database, as_person):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    office = as_person(admin)
    path = f"/results/small-course/quizzes/{QUIZ}"
    assert "1 sent attempt" in words(office.get(path))
    set_attempt(database, sent, marks=MARKS)
    page = office.get(path)
    assert page.status_code == 200
    assert "1 sent attempt" not in words(page)
    assert as_person(pupil.actor).get(f"/attempts/{sent}").status_code == 200


def test_the_audit_names_a_type_that_is_not_the_question_s(pupil, sent, database):
    with database.write() as db:
        row = db.get_one(AttemptRow, sent)
        assert row.state is AttemptState.submitted
        first = row.drawn[0]
        other = "multiple" if first["type"] != "multiple" else "single"
        row.drawn = [{**first, "type": other}, *row.drawn[1:]]
    with database.read() as db:
        (sentence,) = checks.attempts_add_up(db, now=NOW)
    assert sentence == f"Attempt {sent} stores “{first['question']}” as {other}, which it is not."
