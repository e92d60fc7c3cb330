"""Starting, saving, submitting and closing on both databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, text

from app import jobs
from app.audit.models import AuditEvent
from app.db.database import Database, sqlite_module
from app.kit.actor import SystemActor
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import AttemptId, UserId, new_uuid
from app.learning.queries import done_by
from app.outbox.models import OutboxEvent
from app.quizzes import checks, queries, saved_answers, service
from app.quizzes.domain.attempt import Score
from app.quizzes.domain.sampling import draw
from app.quizzes.domain.saving import LAST_SEQUENCE
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.errors import AnswerUnreadable, AttemptStartRefused, SequenceTaken
from app.quizzes.models import AnswerRow, AttemptRow
from app.quizzes.result_page import result_page
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.lock_waits import another_process
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course

SECOND = timedelta(seconds=1)
DUE = NOW + timedelta(minutes=10)


def stored(database: Database, attempt_id: AttemptId) -> list[tuple[int, bool]]:
    with database.read() as db:
        rows = db.execute(
            select(AnswerRow.sequence, AnswerRow.is_late)
            .where(AnswerRow.attempt_id == attempt_id)
            .order_by(AnswerRow.sequence)
        )
        return [tuple(row) for row in rows]


def test_an_attempt_pins_what_it_asks(pupil):
    """R-053: order and tokens are stored; a reload or another device asks the same."""
    attempt_id = pupil.start()
    attempt = pupil.attempt(attempt_id)
    assert attempt.number == 1
    assert attempt.revision_id == pupil.revision_id
    assert len(attempt.drawn) == 4
    assert pupil.attempt(attempt_id).drawn == attempt.drawn
    assert attempt.due_at is None


def test_two_students_are_asked_in_different_orders(a_pupil):
    """R-052, R-053: students cannot share the order or the tokens of their options."""
    pupils = [a_pupil(f"Student {number}") for number in range(6)]
    drawn = [each_pupil.attempt(each_pupil.start()).drawn for each_pupil in pupils]
    assert len({tuple(question.key for question in order) for order in drawn}) > 1
    tokens = [option.token for order in drawn for question in order for option in question.options]
    assert len(tokens) == len(set(tokens))


def test_starting_again_goes_on_with_the_open_attempt(pupil):
    assert pupil.start() == pupil.start()


def test_a_locked_quiz_names_what_is_missing(pupil):
    with pytest.raises(AttemptStartRefused) as refused:
        pupil.start("needle-quiz")
    assert refused.value.reason == "locked"
    assert "The skin" in str(refused.value.detail)
    pupil.complete("skin")
    assert pupil.attempt(pupil.start("needle-quiz")).due_at == DUE


def test_attempts_run_out(pupil):
    pupil.complete("skin")
    for number in (1, 2, 3):
        attempt_id = pupil.finish("needle-quiz", right=False)
        assert pupil.attempt(attempt_id).number == number
    with pytest.raises(AttemptStartRefused) as refused:
        pupil.start("needle-quiz")
    assert refused.value.reason == "used_up"


def test_without_a_place_or_a_quiz_there_is_nothing(database, pupil, revision_id):
    with pytest.raises(NotFound):
        pupil.start("no-such-quiz")
    with database.write() as db:
        stranger = a_user(db, "No Place")
        admin = a_user(db, "Ada Admin", roles=("admin",))
    with database.write() as db, pytest.raises(NotFound):
        service.start_attempt(db, stranger, "small-course", "skin-quiz", now=NOW)
    with database.write() as db, pytest.raises(Forbidden):
        service.start_attempt(db, admin, "small-course", "skin-quiz", now=NOW)


@pytest.mark.parametrize("open_attempts", [1, 2])
def test_parallel_starts_make_one_attempt_and_keep_the_limit(database, pupil, open_attempts):
    """R-062: 20 starts at once, on a fresh quiz and on the last attempt, each with its own database as
    separate processes have."""
    pupil.complete("skin")
    for _ in range(open_attempts - 1):
        pupil.finish("needle-quiz", right=False)
    barrier, attempt_ids, errors = Barrier(20), [], []

    def start() -> None:
        own = another_process(database.url, pool_size=1)
        try:
            with own.engine.connect():
                barrier.wait(SECONDS)
            with own.write() as db:
                attempt_ids.append(
                    service.start_attempt(db, pupil.actor, "small-course", "needle-quiz", now=NOW)
                )
        except Exception as error:
            errors.append(error)
        finally:
            own.close()

    threads = [Thread(target=start) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert errors == []
    assert len(attempt_ids) == 20
    assert len(set(attempt_ids)) == 1
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(AttemptRow)) == open_attempts


def test_an_answer_is_read_back(pupil, database):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    saved = pupil.save(attempt_id, position, ["1,0 mL"], sequence=1)
    assert (saved.sequence, saved.saved_at, saved.is_late) == (1, NOW, False)
    with database.read() as db:
        page = queries.running_attempt(db, pupil.actor, attempt_id, now=NOW)
    question = page.question(position)
    assert (question.typed, question.sequence, question.is_answered) == (("1,0 mL",), 1, True)
    assert len(page.unanswered) == 3
    with pytest.raises(NotFound):
        page.question(5)


def test_an_answer_that_is_removed_leaves_its_question_unanswered(pupil, database):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    assert pupil.save(attempt_id, position, ["1"], sequence=1).is_answered
    for sequence in (2, 2):  # again, as when the reply was lost
        removed = pupil.save(attempt_id, position, [""], sequence=sequence)
        assert (removed.sequence, removed.is_answered) == (2, False)
    assert not pupil.save(attempt_id, position, ["1"], sequence=1).is_answered
    with database.read() as db:
        page = queries.running_attempt(db, pupil.actor, attempt_id, now=NOW)
    assert (page.question(position).typed, page.question(position).is_answered) == ((), False)
    assert position in page.unanswered_positions


def test_saves_twice_or_out_of_order_leave_the_newest(pupil, database):
    """R-063: saving the same answer again changes nothing; the reply to an older one is the stored
    answer."""
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    pupil.save(attempt_id, position, ["1"], sequence=1)
    pupil.save(attempt_id, position, ["3"], sequence=3, now=NOW + SECOND)
    for sequence, typed in ((3, "3"), (2, "2"), (1, "1")):
        again = pupil.save(attempt_id, position, [typed], sequence=sequence, now=NOW + 9 * SECOND)
        assert (again.sequence, again.saved_at) == (3, NOW + SECOND)
    assert stored(database, attempt_id) == [(1, False), (3, False)]
    with database.read() as db:
        page = queries.running_attempt(db, pupil.actor, attempt_id, now=NOW)
    assert page.question(position).typed == ("3",)


def test_two_windows_with_one_number_are_told_apart(pupil):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    pupil.save(attempt_id, position, ["1"], sequence=1)
    with pytest.raises(SequenceTaken):
        pupil.save(attempt_id, position, ["2"], sequence=1)
    assert pupil.save(attempt_id, position, ["2"], sequence=2).sequence == 2


def test_a_form_comes_after_whatever_is_stored(pupil, database):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    pupil.save(attempt_id, position, ["1"], sequence=7)
    assert pupil.save(attempt_id, position, ["2"]).sequence == 8
    assert pupil.save(attempt_id, position, ["2"]).sequence == 8
    assert stored(database, attempt_id) == [(7, False), (8, False)]


def test_an_answer_can_be_taken_back(pupil):
    attempt_id = pupil.start()
    pupil.answer_all(attempt_id)
    position = pupil.position(attempt_id, "true-of-the-dermis")
    pupil.save(attempt_id, position, [])
    score = pupil.submit(attempt_id)
    assert (score.earned, score.possible) == (3, 5)


def test_sequences_have_an_end(pupil, database):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    for wrong in (0, -1, LAST_SEQUENCE + 1):
        with pytest.raises(AnswerUnreadable):
            pupil.save(attempt_id, position, ["1"], sequence=wrong)
    pupil.save(attempt_id, position, ["1"], sequence=LAST_SEQUENCE)
    with pytest.raises(AnswerUnreadable, match="too often"):
        pupil.save(attempt_id, position, ["2"])


def test_what_cannot_be_read_costs_nothing(pupil, database):
    attempt_id = pupil.start()
    pupil.answer_all(attempt_id)
    before = stored(database, attempt_id)
    position = pupil.position(attempt_id, "total-volume")
    with pytest.raises(AnswerUnreadable) as refused:
        pupil.save(attempt_id, position, ["1,000"], sequence=2)
    assert "answer" in refused.value.fields
    assert stored(database, attempt_id) == before


def test_tokens_of_other_questions_and_attempts_are_refused(pupil, a_pupil):
    """R-054."""
    attempt_id = pupil.start()
    attempt = pupil.attempt(attempt_id)
    other = a_pupil("Other Student")
    foreign = other.attempt(other.start())
    single = pupil.position(attempt_id, "bleeding-layer")
    for drawn in (*foreign.drawn, *attempt.drawn):
        if drawn.options and drawn != attempt.drawn[single - 1]:
            with pytest.raises(AnswerUnreadable, match="does not belong"):
                pupil.save(attempt_id, single, [drawn.options[0].token], sequence=1)
    with pytest.raises(AnswerUnreadable):
        pupil.save(attempt_id, single, ["dermis"], sequence=1)
    assert pupil.save(attempt_id, single, ["dermis"]).unreadable is not None
    assert not pupil.shown(attempt_id, single).is_answered


def test_a_foreign_attempt_does_not_exist(pupil, a_pupil, database):
    attempt_id = pupil.start()
    other = a_pupil("Other Student")
    for act in (
        lambda: other.save(attempt_id, 1, []),
        lambda: other.submit(attempt_id),
        lambda: other.attempt(attempt_id),
        lambda: pupil.save(attempt_id, 0, []),
        lambda: pupil.save(attempt_id, 5, []),
        lambda: pupil.submit(AttemptId(new_uuid())),
    ):
        with pytest.raises(NotFound):
            act()
    with database.read() as db:
        state = db.scalar(select(AttemptRow.state).where(AttemptRow.id == attempt_id))
        assert saved_answers.answers_of(db, attempt_id) == ()
    assert state is AttemptState.in_progress


@pytest.mark.parametrize(("after", "counts"), [(9, True), (10, True), (11, False)])
def test_answers_count_until_ten_seconds_after_the_end(pupil, database, after, counts):
    """R-060, R-061: the end is fixed when the attempt starts."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    pupil.start("needle-quiz", now=NOW + timedelta(minutes=9))
    attempt = pupil.attempt(attempt_id)
    pupil.save(attempt_id, 1, pupil.right_answer(attempt, 1), sequence=1, now=DUE)
    saved = pupil.save(
        attempt_id, 2, pupil.right_answer(attempt, 2), sequence=1, now=DUE + after * SECOND
    )
    assert saved.is_late is not counts
    score = pupil.submit(attempt_id, now=DUE + timedelta(days=1))
    assert score.earned == (2 if counts else 1)
    assert pupil.attempt(attempt_id).submitted_at == DUE


def test_late_answers_are_kept_as_evidence_and_change_nothing(pupil, database):
    """R-065: late answers do not change the mark."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    attempt = pupil.attempt(attempt_id)
    pupil.save(attempt_id, 1, pupil.wrong_answer(attempt, 1), sequence=1)
    score = pupil.submit(attempt_id)
    late = pupil.save(attempt_id, 1, pupil.right_answer(attempt, 1), sequence=2, now=NOW + SECOND)
    assert late.is_late
    assert stored(database, attempt_id) == [(1, False), (2, True)]
    assert pupil.save(attempt_id, 1, pupil.right_answer(attempt, 1), sequence=2).is_late
    assert pupil.submit(attempt_id) == score
    in_time = pupil.save(attempt_id, 1, pupil.wrong_answer(attempt, 1), sequence=1)
    assert in_time.sequence == 2
    with database.read() as db:
        assert checks.broken(db, now=NOW) == []


def test_a_save_that_came_in_time_is_confirmed_after_the_end(pupil):
    """A client that lost the reply asks again; its answer does count."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    attempt = pupil.attempt(attempt_id)
    right = pupil.right_answer(attempt, 1)
    pupil.save(attempt_id, 1, right, sequence=1, now=DUE)
    again = pupil.save(attempt_id, 1, right, sequence=1, now=DUE + timedelta(hours=1))
    assert (again.is_late, again.saved_at) == (False, DUE)
    assert pupil.attempt(attempt_id).score == Score(1, 2, passed=True)


def test_submitting_marks_once_and_records_the_pass(pupil, database):
    attempt_id = pupil.start()
    pupil.answer_all(attempt_id)
    first = pupil.submit(attempt_id)
    assert first == Score(5, 5, passed=True)
    assert pupil.submit(attempt_id, now=NOW + timedelta(days=1)) == first
    attempt = pupil.attempt(attempt_id)
    assert (attempt.submitted_at, attempt.score) == (NOW, first)
    with database.read() as db:
        assert done_by(db, pupil.actor.user_id, "small-course").quizzes == {"skin-quiz"}
        # A fact has a row for each of its handlers.
        names = db.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id))
        events = list(dict.fromkeys(names))
        assert sorted(events) == ["learning.completed", "quiz.submitted"]
        acts = db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert acts == ["quizzes.start", "quizzes.submit"]
        assert checks.broken(db, now=NOW) == []


def test_a_failed_attempt_records_no_pass(pupil, database):
    pupil.finish(right=False)
    with database.read() as db:
        assert done_by(db, pupil.actor.user_id, "small-course").quizzes == frozenset()
        assert checks.broken(db, now=NOW) == []


def test_an_edited_question_changes_no_attempt(pupil, database):
    """R-064: the attempt keeps its revision; a new place gets the new one."""
    attempt_id = pupil.start()
    pupil.answer_all(attempt_id)
    parsed = small_course()
    quiz = parsed.course.quiz("skin-quiz")
    keys = parsed.keys.quizzes["skin-quiz"].questions
    edited = quiz.model_copy(update={"questions": quiz.questions[:1], "pass_percent": 100})
    course = parsed.course.model_copy(update={"quizzes": (edited, *parsed.course.quizzes[1:])})
    other_key = keys["bleeding-layer"].model_copy(update={"correct": frozenset(["both"])})
    quizzes = {
        **parsed.keys.quizzes,
        "skin-quiz": parsed.keys.quizzes["skin-quiz"].model_copy(
            update={"questions": {"bleeding-layer": other_key}}
        ),
    }
    with database.write() as db:
        newer = a_published_course(db, course, parsed.keys.model_copy(update={"quizzes": quizzes}))
        a_place(db, pupil.actor, newer)
    assert pupil.submit(attempt_id) == Score(5, 5, passed=True)
    second = pupil.attempt(pupil.start())
    assert (second.revision_id, len(second.drawn)) == (newer, 1)
    with database.read() as db:
        assert checks.broken(db, now=NOW) == []


def test_the_worker_closes_what_is_overdue(pupil, database, a_pupil):
    """R-065: a late job writes the marks and times that an early one would."""
    other = a_pupil("Other Student")
    ids = {}
    for each_pupil in (pupil, other):
        each_pupil.complete("skin")
        attempt_id = each_pupil.start("needle-quiz")
        each_pupil.save(attempt_id, 1, each_pupil.right_answer(each_pupil.attempt(attempt_id), 1))
        ids[each_pupil.actor.user_id] = attempt_id
    assert jobs.close_overdue_attempts(database, now=DUE + 10 * SECOND) == 0
    assert jobs.close_overdue_attempts(database, now=DUE + 11 * SECOND) == 2
    assert jobs.close_overdue_attempts(database, now=DUE + timedelta(days=9)) == 0
    for each_pupil in (pupil, other):
        attempt = each_pupil.attempt(ids[each_pupil.actor.user_id])
        assert (attempt.submitted_at, attempt.score) == (DUE, Score(1, 2, passed=True))
    with database.read() as db:
        assert "needle-quiz" in done_by(db, pupil.actor.user_id, "small-course").quizzes
        assert checks.broken(db, now=NOW) == []


def test_one_broken_attempt_holds_up_no_other(pupil, database, a_pupil):
    """R-145 on a small scale: the job continues after an attempt that cannot be marked."""
    other = a_pupil("Other Student")
    for each_pupil in (pupil, other):
        each_pupil.complete("skin")
    broken = pupil.start("needle-quiz")
    other.start("needle-quiz")
    with database.write() as db:
        db.execute(
            text(
                "UPDATE attempts SET quiz_key = 'gone' WHERE number = 1 AND user_id = :id"
            ).bindparams(id=pupil.actor.user_id.hex if database.is_sqlite else pupil.actor.user_id)
        )
    assert jobs.close_overdue_attempts(database, now=DUE + 11 * SECOND) == 1
    assert pupil.attempt(broken).submitted_at is None


def test_the_worker_leaves_what_is_not_over(pupil, database):
    attempt_id = pupil.start()
    with database.write() as db:
        service.close_overdue(db, SystemActor.worker, attempt_id, now=DUE)
    assert pupil.attempt(attempt_id).submitted_at is None


def test_a_start_closes_the_overdue_attempt_first(pupil):
    pupil.complete("skin")
    first = pupil.start("needle-quiz")
    second = pupil.start("needle-quiz", now=DUE + 11 * SECOND)
    assert first != second
    assert pupil.attempt(first).submitted_at == DUE
    assert pupil.attempt(second).number == 2


def test_checks_find_what_is_broken(pupil, database):
    """Each invariant is broken once by hand and named."""
    attempt_id = pupil.finish()
    with database.write() as db:
        attempt = db.get(AttemptRow, attempt_id)
        attempt.earned = 4
    with database.read() as db:
        assert [line for line in checks.broken(db, now=NOW) if "its answers earn" in line]
    with database.write() as db:
        db.get(AttemptRow, attempt_id).earned = 5
        db.execute(text("DELETE FROM completions WHERE kind = 'quiz'"))
        db.scalars(select(AnswerRow).limit(1)).one().question_key = "strange"
    with database.read() as db:
        findings = checks.broken(db, now=NOW)
    assert [line for line in findings if "“strange”" in line]
    assert [line for line in findings if "does not count as completed" in line]
    if database.is_sqlite:
        # A connection of its own, on which foreign keys are not enforced.
        with closing(sqlite_module().connect(database.url.database)) as connection:
            connection.execute("DELETE FROM attempts")
            connection.commit()
        with database.read() as db:
            assert [line for line in checks.broken(db, now=NOW) if "belongs to no attempt" in line]


def test_before_release_the_result_holds_no_key(pupil, database):
    """R-050: the value behind the page is empty, not only hidden by its template."""
    pupil.complete("skin", "needles")
    first = pupil.finish("final-test", right=False)
    with database.read() as db:
        page = result_page(db, pupil.actor, first, now=NOW)
    assert not page.is_released
    assert page.questions == ()
    pupil.finish("final-test", right=False)
    with database.read() as db:
        assert len(result_page(db, pupil.actor, first, now=NOW).questions) == 2


def test_an_unknown_person_owns_nothing(pupil, database):
    attempt_id = pupil.start()
    with database.read() as db:
        assert queries.attempts_at(db, UserId(new_uuid()), "small-course", "skin-quiz") == ()
        assert saved_answers.answers_of_many(db, [attempt_id]) == {attempt_id: ()}


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_start_that_overtook_another_gives_no_attempt_too_many(database, pupil, monkeypatch):
    """A request has read that one attempt is left. Before it writes, another request starts that
    attempt and submits it. SQLite has one writer, so there this cannot happen."""
    pupil.complete("skin")
    for _ in range(2):
        pupil.finish("needle-quiz", right=False)
    overtaken = []

    def draw_late(quiz, seed):
        """Draw as ever, just before the attempt is written."""
        if not overtaken:
            overtaken.append(True)
            with ThreadPoolExecutor(1) as thread:
                thread.submit(pupil.finish, "needle-quiz", right=False).result(SECONDS)
        return draw(quiz, seed)

    monkeypatch.setattr(service, "draw", draw_late)
    with pytest.raises(AttemptStartRefused) as refused:
        pupil.start("needle-quiz")
    assert overtaken == [True]
    assert refused.value.reason == "used_up"
    with database.read() as db:
        assert len(queries.attempts_at(db, pupil.actor.user_id, "small-course", "needle-quiz")) == 3
