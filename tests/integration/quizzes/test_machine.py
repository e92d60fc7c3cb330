"""Random commands on attempts against the model of `attempt_model.py`.

Examples begin just before the clocks of London change,
in March and in October: a limit is elapsed time, whatever the clock on the wall says.
"""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, func, select

from app import jobs
from app.db.base import Base
from app.db.database import Database
from app.kit.errors import Refused
from app.learning.models import Completion
from app.quizzes import checks, saved_answers
from app.quizzes.domain.attempt import counting
from app.quizzes.domain.exceptions import ExceptionAudience, ExceptionTerms
from app.quizzes.domain.outage import Outage
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.errors import SequenceTaken
from app.quizzes.models import AttemptRow, attempt_from
from app.reports import exceptions, extensions
from app.reports.exceptions import ExceptionWish
from app.reports.outage_batches import give_everybody
from app.reports.outage_candidates import OutageScope
from tests.integration.quizzes.attempt_model import GRACE, QUESTIONS, SENDING, Model, Try
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_published_course

QUIZ = "needle-quiz"
STARTS = [
    datetime(2026, 3, 29, 0, 55, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 55, tzinfo=UTC),
    NOW,
]
RULES = {
    "submit": "",
    "grace": "at_time_out: grace\ngrace: 5\n",
    "abandon": "at_time_out: abandon\n",
}
STEPS = [1, 9, 10, 11, 61, 240, 289, 299, 300, 301, 589, 600, 611]


STATES = {
    "running": {AttemptState.in_progress},
    "overdue": {AttemptState.overdue},
    "done": {AttemptState.submitted, AttemptState.graded},
    "abandoned": {AttemptState.abandoned},
}


class Attempts(RuleBasedStateMachine):
    template: ClassVar[Path | Database]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        if isinstance(self.template, Database):
            self.database = self.template
            _empty(self.database)
            return
        path = Path(self.folder) / "machine.db"
        shutil.copy(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        event.listen(
            self.database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous=OFF"),
        )

    @initialize(rule_name=st.sampled_from(sorted(RULES)), began=st.sampled_from(STARTS))
    def begin(self, rule_name: str, began: datetime) -> None:
        line = "minutes: 10\n"
        course = changed_course({"quizzes/needle-quiz.yaml": (line, line + RULES[rule_name])})
        with self.database.write() as db:
            revision_id = a_published_course(db, course.course, course.keys)
            self.admin = a_user(db, "Ada Admin", roles=("admin",))
            student = a_user(db, "Sam Student")
            a_place(db, student, revision_id)
            a_complete_module(db, student, revision_id, "skin")
        self.pupil = Pupil(self.database, student, revision_id)
        self.began, self.model, self.ids = began, Model(rule_name), []
        self.start()

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.model.now)

    def chosen(self, pick: int) -> tuple[Try, object]:
        index = pick % len(self.ids)
        return self.model.tries[index], self.ids[index]

    @rule(seconds=st.sampled_from(STEPS))
    def time_passes(self, seconds: int) -> None:
        self.model.tick(seconds)

    @precondition(lambda self: hasattr(self, "model") and self.model.open)
    @rule(after=st.sampled_from([-1, 0, 9, 10, 11, 299, 300, 309, 310, 311]))
    def time_passes_to_its_end(self, after: int) -> None:
        """Random steps mostly miss the seconds in which something changes."""
        self.model.tick(max(0, self.model.open.end + after - self.model.now))

    @rule()
    def start(self) -> None:
        expected = self.model.start()
        if expected is None:
            with pytest.raises(Refused) as refused:
                self.pupil.start(QUIZ, now=self.now)
            assert refused.value.reason == "used_up"
            return
        attempt_id = self.pupil.start(QUIZ, now=self.now)
        if len(self.ids) < len(self.model.tries):
            self.ids.append(attempt_id)
        assert self.ids[self.model.tries.index(expected)] == attempt_id

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(pick=st.integers(0, 2), question=st.integers(1, QUESTIONS), right=st.booleans())
    def save(self, pick: int, question: int, right: bool) -> None:
        attempt, attempt_id = self.chosen(pick)
        counts = self.model.save(attempt, question, right)
        saved = self.send(attempt_id, question, right, attempt.sequences[question])
        assert saved.is_late is not counts

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(pick=st.integers(0, 2), question=st.integers(1, QUESTIONS), right=st.booleans())
    def save_by_form(self, pick: int, question: int, right: bool) -> None:
        attempt, attempt_id = self.chosen(pick)
        counts = self.model.save_by_form(attempt, question, right)
        assert self.send(attempt_id, question, right, None).is_late is not counts

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(pick=st.integers(0, 2), question=st.integers(1, QUESTIONS))
    def save_again_what_is_stale(self, pick: int, question: int) -> None:
        """An answer with a number that is used is stored no second time, and changes nothing. After a
        reopening one that came late needs a higher number, with which it counts."""
        attempt, attempt_id = self.chosen(pick)
        if question in attempt.newest:
            last = attempt.sequences[question]
            if attempt.newest_is_late[question] and attempt.state == "running":
                with pytest.raises(SequenceTaken):
                    self.send(attempt_id, question, attempt.newest[question], last)
                return
            stored = self.send(attempt_id, question, attempt.newest[question], last)
            assert stored.sequence == last
            if last > 1:
                older = self.send(attempt_id, question, not attempt.newest[question], last - 1)
                assert older.sequence == last

    def send(self, attempt_id, question: int, right: bool, sequence: int | None):
        attempt = self.pupil.attempt(attempt_id)
        choose = self.pupil.right_answer if right else self.pupil.wrong_answer
        typed = choose(attempt, question)
        return self.pupil.save(attempt_id, question, typed, sequence=sequence, now=self.now)

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(pick=st.integers(0, 2))
    def submit(self, pick: int) -> None:
        attempt, attempt_id = self.chosen(pick)
        if not self.model.submit(attempt):
            with pytest.raises(Refused) as refused:
                self.pupil.submit(attempt_id, now=self.now)
            assert refused.value.reason == "abandoned"
            return
        score = self.pupil.submit(attempt_id, now=self.now)
        assert (score.earned, score.possible) == (attempt.points, QUESTIONS)

    @rule()
    def sweep(self) -> None:
        jobs.close_overdue_attempts(self.database, now=self.now)

    @rule(minutes=st.sampled_from([1, 7]))
    def give_an_exception(self, minutes: int) -> None:
        """More time for this student, also for the attempt that runs."""
        if not hasattr(self, "pupil") or self.model.extra:
            return
        current = self.model.open
        if current is not None and current.state != "running":
            return
        self.model.extra = 60 * minutes
        if current is not None:
            current.end += 60 * minutes
        wish = ExceptionWish(
            audience=ExceptionAudience(user_id=self.pupil.actor.user_id),
            course_key="small-course",
            quiz_key=QUIZ,
            terms=ExceptionTerms(extra_minutes=minutes),
        )
        why = {"reason": "Reads slowly.", "reason_is_told": False}
        with self.database.write() as db:
            exceptions.give_exception(db, self.admin, wish, now=self.now, **why)

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(pick=st.integers(0, 2), minutes=st.sampled_from([1, 5, 30]))
    def give_time_back(self, pick: int, minutes: int) -> None:
        attempt, attempt_id = self.chosen(pick)
        expected = self.model.give(attempt, minutes)
        assert expected == self.extended(extensions.give_time_back, attempt_id, minutes)

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(pick=st.integers(0, 2), minutes=st.sampled_from([1, 5, 30]))
    def reopen(self, pick: int, minutes: int) -> None:
        attempt, attempt_id = self.chosen(pick)
        expected = self.model.reopen(attempt, minutes)
        assert expected == self.extended(extensions.reopen_attempt, attempt_id, minutes)

    @precondition(lambda self: hasattr(self, "model") and self.model.open)
    @rule(minutes=st.sampled_from([1, 5, 30]))
    def reopen_what_the_clock_has_ended(self, minutes: int) -> None:
        """Random commands rarely open an attempt whose end has passed. It runs so long from now."""
        attempt, attempt_id = self.model.open, self.ids[self.model.tries.index(self.model.open)]
        self.model.tick(max(0, attempt.end + GRACE + SENDING + 1 - self.model.now))
        expected = self.model.reopen(attempt, minutes)
        assert expected == self.extended(extensions.reopen_attempt, attempt_id, minutes)

    @precondition(lambda self: getattr(self, "ids", None))
    @rule(ago=st.sampled_from([0, 11, 300, 611]), lasted=st.sampled_from([1, 60, 301, 900]))
    def make_an_outage_good(self, ago: int, lasted: int) -> None:
        """Everybody who was sitting the quiz gets the time back. A second press gives nothing."""
        ended = self.model.now - ago
        began = ended - lasted
        outage = Outage(
            self.began + timedelta(seconds=began), self.began + timedelta(seconds=ended)
        )
        scope = OutageScope("small-course", QUIZ, None, outage)
        why = {"reason": "The network failed.", "reason_is_told": False}
        for _ in range(2):
            expected = self.model.make_good(began, ended)
            assert give_everybody(self.database, self.admin, scope, now=self.now, **why) == expected

    def extended(self, act, attempt_id, minutes: int) -> bool:
        why = {"reason": "The network failed.", "reason_is_told": False}
        try:
            with self.database.write() as db:
                act(db, self.admin, attempt_id, minutes=minutes, now=self.now, **why)
        except Refused:
            return False
        return True

    @invariant()
    def model_and_database_agree(self) -> None:
        if not hasattr(self, "pupil"):
            return
        with self.database.read() as db:
            assert db.scalar(select(func.count(AttemptRow.id))) == len(self.ids)
            for expected, attempt_id in zip(self.model.tries, self.ids, strict=True):
                self.compare(db, expected, attempt_id)
            passed_rows = select(func.count(AttemptRow.id)).where(AttemptRow.passed)
            completed = select(func.count(Completion.id)).where(Completion.item_key == QUIZ)
            assert bool(db.scalar(passed_rows)) is bool(db.scalar(completed))

    def compare(self, db, expected: Try, attempt_id) -> None:
        row = db.get(AttemptRow, attempt_id)
        attempt = attempt_from(row)
        assert attempt.state_at(self.now) in STATES[expected.state]
        assert attempt.due_at == self.began + timedelta(seconds=expected.end)
        assert attempt.given_back_seconds == expected.given_back
        counted = counting(saved_answers.answers_of(db, attempt_id), attempt.due_at)
        keys = [drawn.key for drawn in attempt.drawn]
        assert set(counted) == {keys[question - 1] for question in expected.counted}
        if row.state is AttemptState.submitted:
            assert row.earned == expected.points
            assert row.passed is expected.is_passed
            assert row.submitted_at == self.began + timedelta(seconds=expected.ended or 0)
        else:
            assert (row.earned, row.passed, row.submitted_at) == (None, None, None)

    def audit(self) -> None:
        """The worker may be away for days in an example, so what it has not recorded is no finding."""
        with self.database.read() as db:
            assert [
                sentence
                for check in checks.CHECKS
                if check is not checks.attempts_end_in_time
                for sentence in check(db, now=self.now)
            ] == []

    def teardown(self) -> None:
        if hasattr(self, "pupil"):
            self.audit()
        if not isinstance(self.template, Database):
            self.database.close()
        shutil.rmtree(self.folder)


def _empty(database: Database) -> None:
    names = [table.name for table in reversed(Base.metadata.sorted_tables)]
    with database.engine.begin() as connection:
        for name in names:
            connection.exec_driver_sql(f"DELETE FROM {name}")  # noqa: S608 - our own tables


SHORT = (Phase.explicit, Phase.generate)
"""A short run says what it found at once. The deep run looks for the smallest example."""


def run(
    template: Path | Database,
    *,
    examples: int,
    steps: int,
    phases: tuple[Phase, ...] = tuple(Phase),
) -> None:
    machine = type("Attempts", (Attempts,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_commands_on_attempts(sqlite_template):
    run(sqlite_template, examples=10, steps=24, phases=SHORT)


@pytest.mark.postgres
def test_random_commands_on_attempts_on_postgres(postgres_database):
    run(postgres_database, examples=3, steps=15, phases=SHORT)


@pytest.mark.deep
def test_many_random_commands_on_attempts(sqlite_template):
    run(sqlite_template, examples=500, steps=50)
