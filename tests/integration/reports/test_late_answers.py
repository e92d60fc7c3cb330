"""Answers that came after the end of an attempt: who accepts them, what they change, and who is told."""

from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.db.database import Database
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import EventId, new_uuid
from app.learning.models import Completed, Completion
from app.notices.models import Notice
from app.quizzes import checks, saving
from app.quizzes import queries as quizzes
from app.quizzes.domain.accepting import is_worse, late_answers
from app.quizzes.domain.attempt import AnswerStanding, Score
from app.quizzes.models import AnswerRow
from app.quizzes.saved_answers import answers_of
from app.quizzes.steps.accepting import accept_late
from app.reports import allowances
from app.reports import late_answers as reports
from app.reports.errors import LateAnswersRefused
from tests.integration.quizzes.conftest import Pupil
from tests.integration.quizzes.test_pages import csrf, key_of
from tests.make import NOW
from tests.make.at_once import at_once
from tests.make.courses import small_course
from tests.make.fingerprint import fingerprint
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_published_course, what_to_send

QUIZ = "needle-quiz"
PHONE = UUID(int=10)
REASON = "The network failed."
DUE = NOW + timedelta(minutes=10)
AFTER = DUE + timedelta(minutes=1)
SAID = ("After the right answers were shown", "told the student which questions were wrong")
ON_POSTGRES = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def cora(database, revision_id):
    """Cora may start the quiz on needles, which lasts ten minutes."""
    with database.write() as db:
        actor = a_user(db, "Cora Student")
        a_place(db, actor, revision_id)
        a_complete_module(db, actor, revision_id, "skin")
    return Pupil(database, actor, revision_id)


@pytest.fixture
def attempt_id(cora):
    """Her first answer, in time, is wrong; the right ones came a minute late."""
    attempt_id = cora.start(QUIZ)
    attempt = cora.attempt(attempt_id)
    cora.save(attempt_id, 1, cora.wrong_answer(attempt, 1))
    for position in range(1, len(attempt.drawn) + 1):
        cora.save(attempt_id, position, cora.right_answer(attempt, position), now=AFTER)
    assert not cora.attempt(attempt_id).score.passed
    return attempt_id


@pytest.fixture
def a_long_attempt(database):
    """An attempt of 150 questions, whose right answers all came late.."""
    parsed = small_course()
    quiz, keys = parsed.course.quiz(QUIZ), parsed.keys.quizzes[QUIZ]
    model = quiz.questions[0]
    names = [f"question-{number}" for number in range(150)]
    questions = tuple(model.model_copy(update={"key": name}) for name in names)
    long_quiz = quiz.model_copy(update={"questions": questions, "draw": None})
    quizzes = tuple(long_quiz if each.key == QUIZ else each for each in parsed.course.quizzes)
    long_keys = keys.model_copy(
        update={"questions": dict.fromkeys(names, keys.questions[model.key])}
    )
    with database.write() as db:
        revision_id = a_published_course(
            db,
            parsed.course.model_copy(update={"quizzes": quizzes}),
            parsed.keys.model_copy(update={"quizzes": parsed.keys.quizzes | {QUIZ: long_keys}}),
        )
        actor = a_user(db, "Lou Student")
        a_place(db, actor, revision_id)
        a_complete_module(db, actor, revision_id, "skin")
    pupil = Pupil(database, actor, revision_id)
    attempt_id = pupil.start(QUIZ)
    attempt = pupil.attempt(attempt_id)
    sent = [
        saving.SentAnswer(
            new_uuid(),
            position,
            1,
            0,
            what_to_send(long_quiz, long_keys, attempt.drawn[position - 1]),
        )
        for position in range(1, 151)
    ]
    with database.write() as db:
        for part in (sent[:100], sent[100:]):
            saving.save_answers(db, actor, attempt_id, PHONE, part, now=AFTER)
    return attempt_id


def accept(database, actor, attempt_id, *, told=False):
    with database.write() as db:
        return reports.accept_late_answers(
            db, actor, attempt_id, reason=REASON, reason_is_told=told, now=AFTER
        )


def refused(database, actor, attempt_id):
    before = fingerprint(database)
    with pytest.raises(LateAnswersRefused) as raised:
        accept(database, actor, attempt_id)
    assert fingerprint(database) == before
    return raised.value.reason


def test_accepted_answers_count_and_a_pass_is_a_pass(database, ada, cora, attempt_id):
    assert accept(database, ada, attempt_id, told=True).passed
    assert cora.attempt(attempt_id).score.passed
    with database.read() as db:
        standings = db.execute(
            select(AnswerRow.standing, AnswerRow.is_late, AnswerRow.made_from)
        ).all()
        completed = db.scalars(
            select(Completion.item_key).where(
                Completion.user_id == cora.actor.user_id, Completion.kind == Completed.quiz
            )
        ).all()
        (act,) = db.scalars(select(AuditEvent).where(AuditEvent.action == "quizzes.late_accepted"))
        (notice,) = db.scalars(
            select(Notice).where(Notice.template == "quizzes/late-answers-accepted")
        )
        assert checks.broken(db, now=AFTER) == []
    accepted = [row for row in standings if row.standing is AnswerStanding.accepted]
    assert len(standings) == 1 + 2 * len(accepted) == 5
    assert {(row.is_late, row.made_from) for row in accepted} == {(True, 1), (True, 2)}
    assert QUIZ in completed
    assert (act.actor_id, act.person_id, act.reason) == (ada.user_id, cora.actor.user_id, REASON)
    assert (notice.person_id, notice.details["reason"]) == (cora.actor.user_id, REASON)
    assert refused(database, ada, attempt_id) == "nothing_late"


def test_more_late_answers_than_one_request_takes_count_at_once(database, ada, a_long_attempt):
    assert accept(database, ada, a_long_attempt) == Score(150, 150, True)
    with database.read() as db:
        accepted = select(func.count(AnswerRow.id)).where(
            AnswerRow.standing == AnswerStanding.accepted, AnswerRow.sequence == 2
        )
        assert db.scalar(accepted) == 150
        assert checks.broken(db, now=AFTER) == []


def test_a_result_never_becomes_worse(database, ada, cora):
    attempt_id = cora.start(QUIZ)
    attempt = cora.attempt(attempt_id)
    cora.save(attempt_id, 1, cora.right_answer(attempt, 1))
    cora.save(attempt_id, 1, cora.wrong_answer(attempt, 1), now=AFTER)
    assert refused(database, ada, attempt_id) == "worse"
    assert is_worse(Score(4, 5, True), Score(5, 5, False))
    assert not is_worse(Score(4, 5, True), Score(4, 5, True))


def test_a_running_attempt_and_one_without_late_answers_are_refused(database, ada, cora):
    running = cora.start(QUIZ)
    with database.write() as db, pytest.raises(LateAnswersRefused) as raised:
        reports.accept_late_answers(db, ada, running, reason=REASON, reason_is_told=False, now=NOW)
    assert raised.value.reason == "running"
    cora.submit(running)
    assert refused(database, ada, running) == "nothing_late"


def test_an_answer_in_time_after_a_late_one_stands(database, ada, cora, attempt_id):
    """As when the attempt was opened again, and she answered once more."""
    with database.write() as db:
        late = late_answers(answers_of(db, attempt_id))
        first = db.scalars(
            select(AnswerRow).where(AnswerRow.question_key == late[0].question_key)
        ).first()
        db.add(
            AnswerRow(
                id=EventId(new_uuid()),
                attempt_id=attempt_id,
                question_key=first.question_key,
                sequence=9,
                response=first.response,
                received_at=NOW,
            )
        )
    with database.read() as db:
        assert late_answers(answers_of(db, attempt_id)) == late[1:]


def test_only_staff_who_look_after_the_student_accept(database, cora, attempt_id):
    with database.write() as db:
        ida = a_user(db, "Ida Instructor", roles=("instructor",))
    before = fingerprint(database)
    for actor, error in ((cora.actor, Forbidden), (ida, NotFound)):
        with pytest.raises(error):
            accept(database, actor, attempt_id)
    assert fingerprint(database) == before


def test_two_admins_at_once_accept_once(database, ada, attempt_id):
    """The lock of the attempt lets the second see what the first has accepted."""

    def act(own: Database) -> None:
        accept(own, ada, attempt_id)

    assert at_once(database, act, act) == ["done", "nothing_late"]


@ON_POSTGRES
def test_without_the_lock_both_would_accept(database, attempt_id):
    """The negative control: both read before either writes, and only the number of the answers stops one. A
    write block of SQLite reads nothing before it may write."""
    barrier, outcomes = Barrier(2), []

    def act(own: Database) -> None:
        with own.write() as db:
            attempt = quizzes.attempt_for_staff(db, attempt_id)
            assert late_answers(answers_of(db, attempt_id))
            barrier.wait(SECONDS)
            outcomes.append(accept_late(db, attempt, now=AFTER))

    with pytest.raises(IntegrityError):
        at_once(database, act, act)
    assert len(outcomes) < 2


@pytest.mark.parametrize(
    ("attempts", "said"),
    [(1, "After the right answers were shown"), (2, "told the student which questions were wrong")],
)
def test_staff_read_what_the_student_knew_before_the_late_answers(
    database, ada, as_person, attempts, said
):
    """Whoever has read the right answers can send them as late. One more attempt that is allowed afterwards
    takes back no knowledge."""
    parsed = small_course()
    rule = {"attempts": attempts, "show_answers": "when-passed"}
    changed = tuple(
        each.model_copy(update=rule) if each.key == QUIZ else each for each in parsed.course.quizzes
    )
    with database.write() as db:
        course = parsed.course.model_copy(update={"quizzes": changed})
        revision_id = a_published_course(db, course, parsed.keys)
        actor = a_user(db, "Lou Student")
        a_place(db, actor, revision_id)
        a_complete_module(db, actor, revision_id, "skin")
    pupil = Pupil(database, actor, revision_id)
    attempt_id = pupil.start(QUIZ)
    pupil.submit(attempt_id)
    pupil.answer_all(attempt_id, now=AFTER)
    if attempts == 1:
        with database.write() as db:
            allowances.allow_attempt(
                db,
                ada,
                actor.user_id,
                "small-course",
                QUIZ,
                reason=REASON,
                reason_is_told=False,
                now=AFTER + timedelta(minutes=1),
            )
    page = as_person(ada).get(f"/results/attempts/{attempt_id}").text
    assert [each in page for each in SAID] == [each == said for each in SAID]


def test_staff_accept_on_the_page_of_the_attempt(database, ada, as_person, cora, attempt_id):
    browser, there = as_person(ada), f"/results/attempts/{attempt_id}"
    page = browser.get(there).text
    assert "came late" in page
    form = {"csrf_token": csrf(page), "idempotency_key": key_of(page), "late_reason": "no"}
    refused = browser.post(f"{there}/late-answers", data=form)
    assert refused.status_code == 422
    assert "came late" in refused.text
    assert not cora.attempt(attempt_id).score.passed
    accepted = browser.post(f"{there}/late-answers", data={**form, "late_reason": REASON})
    assert (accepted.status_code, accepted.headers["location"]) == (303, there)
    page = browser.get(there).text
    assert "The late answers count now." in page
    assert "came late" not in page


def test_the_api_accepts_them_once_and_says_why_not(database, ada, as_person, cora, attempt_id):
    browser, path = as_person(ada), f"/api/v1/attempts/{attempt_id}/late-answers"
    assert browser.post(path, json={"reason": "no"}).status_code == 422
    assert as_person(cora.actor).post(path, json={"reason": REASON}).status_code == 403
    assert not cora.attempt(attempt_id).score.passed
    marked = browser.post(path, json={"reason": REASON, "tell_reason": True})
    assert marked.json() == {"attempt_id": str(attempt_id), "passed": True, "percent": 100}
    before = fingerprint(database)
    again = browser.post(path, json={"reason": REASON})
    assert (again.status_code, again.json()["reason"]) == (409, "nothing_late")
    assert fingerprint(database) == before


def test_the_api_answers_a_key_that_comes_again_as_before(database, ada, as_person, attempt_id):
    browser, path = as_person(ada), f"/api/v1/attempts/{attempt_id}/late-answers"
    headers = {"idempotency-key": "once"}
    answers = [browser.post(path, json={"reason": REASON}, headers=headers)]
    before = fingerprint(database)
    answers.append(browser.post(path, json={"reason": REASON}, headers=headers))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    other = browser.post(path, json={"reason": f"{REASON} Again."}, headers=headers)
    assert other.status_code == 422
    assert (
        other.json()["detail"] == "This form was already sent with other contents. Open it again."
    )
    assert fingerprint(database) == before
