"""Reading attempts and questions as they are delivered. Nothing here can reach the keys."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.domain.delivery import Quiz
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments.place_conditions import holds_place
from app.kit.actor import Actor
from app.kit.errors import NotFound, Refused
from app.kit.ids import AttemptId, UserId
from app.quizzes import models, policy, saved_answers
from app.quizzes.allowance_queries import ALLOWANCES
from app.quizzes.attempt_conditions import IS_RUNNING, IS_TRY
from app.quizzes.domain.attempt import (
    Attempt,
    AttemptFacts,
    AttemptSummary,
    counting,
)
from app.quizzes.domain.exceptions import TimeGiven, time_given
from app.quizzes.domain.paging import PageOfQuestions
from app.quizzes.domain.stored import read_flags
from app.quizzes.domain.transitions import (
    COUNTED,
    MARKED,
    AttemptEvent,
    AttemptState,
    possible_events,
)
from app.quizzes.errors import AttemptClosed, PlaceEnded
from app.quizzes.question_faces import question_faces
from app.quizzes.question_list import QuestionList
from app.quizzes.shown_questions import ShownQuestion, shown_question

# Built once, from plain columns: every page of a question runs it.
ATTEMPT = table_of(models.AttemptRow).c
HOLDS_PLACE = holds_place(ATTEMPT.user_id, ATTEMPT.course_key)
WHOLE_ATTEMPT = tuple(column for column in ATTEMPT if column.key not in ("marks", "flags"))
"""The columns that the rules need. The marks are left out: they are for statistics only, and secret
before the release. The flags are left out, too: they decide nothing."""
FACTS = tuple(column for column in WHOLE_ATTEMPT if column.key != "drawn")
"""The columns that lists need."""
ONE_ATTEMPT = Prepared(
    select(*FACTS, models.DRAWN_TEXT, ATTEMPT.flags, HOLDS_PLACE.label("has_place")).where(
        ATTEMPT.id == bindparam("attempt_id")
    )
)
ATTEMPTS_AT = Prepared(
    select(*FACTS)
    .where(
        ATTEMPT.user_id == bindparam("user_id"),
        ATTEMPT.course_key == bindparam("course_key"),
        ATTEMPT.quiz_key == bindparam("quiz_key"),
        IS_TRY,
    )
    .order_by(ATTEMPT.number)
)
# The columns of an AttemptSummary: a home page reads all attempts of a student without their
# questions.
TRIES = Prepared(
    select(
        ATTEMPT.id,
        ATTEMPT.course_key,
        ATTEMPT.quiz_key,
        ATTEMPT.revision_id,
        ATTEMPT.number,
        ATTEMPT.state,
        ATTEMPT.due_at,
        ATTEMPT.at_time_out,
        ATTEMPT.grace_minutes,
        ATTEMPT.submitted_at,
        ATTEMPT.passed,
        ALLOWANCES.label("allowances"),
    )
    .where(ATTEMPT.user_id == bindparam("user_id"), IS_TRY)
    .order_by(ATTEMPT.started_at.desc(), ATTEMPT.id.desc())
    .limit(200)
)


def tries_of(db: Session, user_id: UserId) -> tuple[AttemptSummary, ...]:
    """Return a person's attempts at every quiz in short, the newest first."""
    return tuple(models.summary_from(row) for row in TRIES.all(db, user_id=user_id))


def attempt_of(db: Session, actor: Actor, attempt_id: AttemptId) -> Attempt:
    """Return one attempt of this student. Raise NotFound for another person's, PlaceEnded without a
    place on the course, and AttemptClosed for an attempt that was closed when an earlier place
    ended."""
    row = ONE_ATTEMPT.one_or_none(db, attempt_id=attempt_id)
    if row is None or not policy.may_see_attempt(actor, row.user_id):
        raise NotFound
    if not row.has_place:
        raise PlaceEnded
    if row.state not in COUNTED:
        raise AttemptClosed
    return replace(models.attempt_from_text(row), flags=read_flags(row.flags))


def attempt_for_staff(db: Session, attempt_id: AttemptId) -> Attempt:
    """Return one attempt of anybody; callers check permissions. Raise NotFound for one that was closed
    with its student's place: it does not count."""
    row = ONE_ATTEMPT.one_or_none(db, attempt_id=attempt_id)
    if row is None or row.state not in COUNTED:
        raise NotFound
    return models.attempt_from_text(row)


def why_closed(db: Session, attempt_id: AttemptId, owner_id: UserId) -> Refused:
    """Return why a command on this attempt is refused: not this person's, no place, or closed."""
    row = ONE_ATTEMPT.one_or_none(db, attempt_id=attempt_id)
    if row is None or row.user_id != owner_id:
        return NotFound()
    return AttemptClosed() if row.has_place else PlaceEnded()


def open_attempts_of(db: Session, user_id: UserId) -> tuple[tuple[AttemptId, str], ...]:
    """Return a person's attempts that are not sent, each with its course, in the order of their ids."""
    rows = db.execute(
        select(ATTEMPT.id, ATTEMPT.course_key)
        .where(ATTEMPT.user_id == user_id, IS_RUNNING)
        .order_by(ATTEMPT.id)
    )
    return tuple((attempt_id, course_key) for attempt_id, course_key in rows)


def attempts_at(
    db: Session, user_id: UserId, course_key: str, quiz_key: str
) -> tuple[AttemptFacts, ...]:
    """Return a person's attempts at one quiz, in order."""
    rows = ATTEMPTS_AT.all(db, user_id=user_id, course_key=course_key, quiz_key=quiz_key)
    return tuple(models.facts_from(row) for row in rows)


def running_attempts_of_many(
    db: Session, user_ids: Collection[UserId], course_key: str
) -> dict[UserId, tuple[AttemptFacts, ...]]:
    """Return the attempts of many people on a course that are stored as running, in one statement."""
    rows = db.execute(
        select(*FACTS)
        .where(ATTEMPT.user_id.in_(user_ids), ATTEMPT.course_key == course_key, IS_RUNNING)
        .order_by(ATTEMPT.id)
    )
    by_person: dict[UserId, tuple[AttemptFacts, ...]] = dict.fromkeys(user_ids, ())
    for row in rows:
        by_person[row.user_id] = (*by_person[row.user_id], models.facts_from(row))
    return by_person


def attempts_on(db: Session, user_id: UserId, course_key: str) -> tuple[AttemptFacts, ...]:
    """Return a person's attempts at every quiz of a course, in order."""
    rows = db.execute(
        select(*FACTS)
        .where(ATTEMPT.user_id == user_id, ATTEMPT.course_key == course_key, IS_TRY)
        .order_by(ATTEMPT.quiz_key, ATTEMPT.number)
    )
    return tuple(models.facts_from(row) for row in rows)


def whole_attempts(db: Session, attempt_ids: Collection[AttemptId]) -> dict[AttemptId, Attempt]:
    """Return several attempts with their questions in one statement, or without any statement if
    `attempt_ids` is empty."""
    if not attempt_ids:
        return {}
    rows = db.execute(select(*WHOLE_ATTEMPT).where(ATTEMPT.id.in_(attempt_ids)))
    return {row.id: models.attempt_from(row) for row in rows}


def attempts_of(db: Session, user_id: UserId, *, most: int = 200) -> tuple[AttemptFacts, ...]:
    """Return a person's attempts at every quiz, the newest first."""
    rows = db.execute(
        select(*FACTS)
        .where(ATTEMPT.user_id == user_id, IS_TRY)
        .order_by(ATTEMPT.started_at.desc(), ATTEMPT.id.desc())
        .limit(most)
    )
    return tuple(models.facts_from(row) for row in rows)


def quiz_of(db: Session, attempt: Attempt) -> Quiz:
    """Return the quiz as it was when the attempt started (R-064)."""
    quiz = courses.revision(db, attempt.revision_id).course.quiz(attempt.quiz_key)
    if quiz is None:
        raise NotFound
    return quiz


@dataclass(frozen=True, slots=True)
class RunningAttempt:
    """An attempt with all its questions as they are delivered."""

    attempt: Attempt
    quiz: Quiz
    questions: tuple[ShownQuestion, ...]
    state: AttemptState
    ends_at: datetime | None
    """Until when the student can still act; None without a limit, and after the end."""
    language: str
    """The tag of the language in which the course is written."""
    picture: str | None
    """The address of the opening picture of its module."""

    @property
    def possible(self) -> frozenset[AttemptEvent]:
        """What the student may do now: pages and the API take their buttons from it."""
        return possible_events(self.state)

    @property
    def has_ended(self) -> bool:
        return not self.possible

    @property
    def may_save(self) -> bool:
        return AttemptEvent.save in self.possible

    @property
    def is_abandoned(self) -> bool:
        return not self.possible and self.state not in MARKED

    @property
    def time_given(self) -> TimeGiven | None:
        """The time of this attempt, if the academy gave it more than its quiz has."""
        return time_given(self.attempt.time_limit, self.quiz.minutes)

    @property
    def length(self) -> int:
        return len(self.questions)

    @property
    def unanswered(self) -> tuple[ShownQuestion, ...]:
        return tuple(question for question in self.questions if not question.is_answered)

    @property
    def unanswered_positions(self) -> tuple[int, ...]:
        return tuple(question.position for question in self.unanswered)

    @property
    def conflict_positions(self) -> tuple[int, ...]:
        """The questions with two answers between which the student has to choose."""
        return tuple(question.position for question in self.questions if question.conflict)

    @property
    def flagged_positions(self) -> tuple[int, ...]:
        """The questions to which the student wants to come back."""
        return tuple(question.position for question in self.questions if question.is_flagged)

    def list_of(self, place: PageOfQuestions) -> QuestionList:
        """Return all questions as they are listed beside one page of them."""
        return QuestionList(
            place,
            self.quiz.questions_on_a_page > 1,
            frozenset(each.position for each in self.questions if each.is_answered),
            frozenset(self.flagged_positions),
        )

    def question(self, position: int) -> ShownQuestion:
        """Return the question at a place, from 1; raise NotFound beyond the last."""
        if not 1 <= position <= self.length:
            raise NotFound
        return self.questions[position - 1]


def running_attempt(
    db: Session, actor: Actor, attempt_id: AttemptId, *, now: datetime
) -> RunningAttempt:
    """Return a running attempt of its student in two statements. It can continue on any device."""
    attempt = attempt_of(db, actor, attempt_id)
    quiz = quiz_of(db, attempt)
    published = courses.revision(db, attempt.revision_id)
    faces = question_faces(published, attempt.quiz_key)
    answers = saved_answers.newest_answers_of(db, attempt_id)
    by_question = defaultdict(list)
    for answer in answers:
        by_question[answer.question_key].append(answer)
    counted = counting(answers, attempt.due_at)
    questions = tuple(
        shown_question(
            position,
            faces[drawn.key],
            drawn,
            counted.get(drawn.key),
            by_question[drawn.key],
            is_flagged=drawn.key in attempt.flags,
        )
        for position, drawn in enumerate(attempt.drawn, start=1)
    )
    picture = published.course.quiz_picture(attempt.quiz_key)
    return RunningAttempt(
        attempt,
        quiz,
        questions,
        attempt.state_at(now),
        attempt.ends_at(now),
        published.language,
        picture,
    )
