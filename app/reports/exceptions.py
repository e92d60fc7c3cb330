"""Use-cases of admins: give students something at a quiz, replace it, and end it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.queries import Person
from app.audit.service import record
from app.courses import queries as courses
from app.courses.domain.delivery import Course, Quiz
from app.enrolments import queries as enrolments
from app.enrolments.steps.place_locks import lock_places
from app.kit.actor import Actor, require
from app.kit.errors import NotFound, Refusal
from app.kit.ids import ExceptionId, UserId, new_uuid
from app.kit.messages import msg
from app.notices.steps.sending import send
from app.quizzes import queries as quizzes
from app.quizzes.domain.exception_obstacles import (
    ENDED,
    OVERLAPS,
    ConcernedStudent,
    ending_obstacle,
    exception_obstacle,
    replacing_obstacle,
)
from app.quizzes.domain.exceptions import (
    EVERY_QUIZ,
    ExceptionAudience,
    ExceptionTerms,
    QuizException,
    terms_words,
)
from app.quizzes.exception_queries import exception_of, exceptions_at, live_exception_of
from app.quizzes.mails import ExceptionEndedMail, ExceptionGivenMail
from app.quizzes.steps.ending import settle_attempt
from app.quizzes.steps.giving import add_exception, mark_ended
from app.quizzes.steps.moving import recompute_end
from app.reports import policy
from app.reports.errors import ExceptionRefused
from app.reports.exception_effects import ExceptionChange, members_of, recipients_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionWish:
    """What an admin wants to give to whom. `replaces` is the exception that ends by it."""

    audience: ExceptionAudience
    course_key: str
    quiz_key: str
    terms: ExceptionTerms
    replaces: ExceptionId | None = None


@dataclass(frozen=True, slots=True)
class ExceptionPreview:
    """Who would gain what, and why it may not be given, if it may not."""

    recipients: tuple[ConcernedStudent, ...]
    obstacle: Refusal | None


def preview_exception(
    db: Session, actor: Actor, wish: ExceptionWish, *, now: datetime
) -> ExceptionPreview:
    """Return who would gain what. Nothing is changed."""
    require(policy.may_give_exceptions(actor))
    return _decided(db, actor, wish, _as_given(actor, wish, "", False, now), now=now)


def give_exception(
    db: Session,
    actor: Actor,
    wish: ExceptionWish,
    *,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> ExceptionId:
    """Give students something at a quiz, and tell those who gain by it. A running attempt that gains time has
    it at once. Raise ExceptionRefused with the reason, also for the second of two at one moment."""
    require(policy.may_give_exceptions(actor))
    exception = _as_given(actor, wish, reason, reason_is_told, now)
    members = members_of(db, wish.audience)
    lock_places(db, [person.user_id for person in members], wish.course_key)
    preview = _decided(db, actor, wish, exception, now=now)
    if preview.obstacle is not None:
        raise ExceptionRefused(preview.obstacle)
    replaced = exception_of(db, wish.replaces) if wish.replaces is not None else None
    if replaced is not None:
        _mark_ended(db, actor, replaced, now=now)
    if not add_exception(db, exception):
        raise ExceptionRefused(OVERLAPS)
    _move_ends(db, preview.recipients, actor.user_id, now=now)
    act = "quizzes.exception_given"
    if not exception.audience.is_person:
        act = "quizzes.exception_given_for_group"
    _note(db, actor, act, exception, reason, now)
    _tell(db, exception, _affected(members, preview.recipients), has_ended=False, now=now)
    return exception.id


def end_exception(
    db: Session, actor: Actor, exception_id: ExceptionId, *, now: datetime
) -> QuizException:
    """End an exception: attempts that start from now on go without it. Tell those for whom something changes.
    Raise ExceptionRefused where it was ended before, or a running attempt would become shorter."""
    require(policy.may_give_exceptions(actor))
    exception = exception_of(db, exception_id)
    if exception is None:
        raise NotFound
    members = members_of(db, exception.audience)
    _demand_others(actor, [person.user_id for person in members])
    lock_places(db, [person.user_id for person in members], exception.course_key)
    change = ExceptionChange(
        audience=exception.audience,
        course_key=exception.course_key,
        quiz_key=exception.quiz_key,
        ended_id=exception.id,
    )
    recipients = recipients_of(db, change, members, now=now)
    if (obstacle := ending_obstacle(recipients, is_live=exception.is_live)) is not None:
        raise ExceptionRefused(obstacle)
    _mark_ended(db, actor, exception, now=now)
    _move_ends(db, recipients, actor.user_id, now=now)
    _tell(db, exception, _affected(members, recipients), has_ended=True, now=now)
    return exception


def note_export(db: Session, actor: Actor, *, rows: int, now: datetime) -> None:
    """Record in the audit trail who took the list of exceptions away, and how many rows it had."""
    require(policy.may_give_exceptions(actor))
    record(
        db,
        actor.user_id,
        "quizzes.exceptions_exported",
        now=now,
        subject_kind="exception",
        details={"rows": rows},
    )


def _as_given(
    actor: Actor, wish: ExceptionWish, reason: str, reason_is_told: bool, now: datetime
) -> QuizException:
    return QuizException(
        id=ExceptionId(new_uuid()),
        audience=wish.audience,
        course_key=wish.course_key,
        quiz_key=wish.quiz_key,
        terms=wish.terms,
        reason=reason,
        reason_is_told=reason_is_told,
        given_at=now,
        given_by=actor.user_id,
    )


def _decided(
    db: Session, actor: Actor, wish: ExceptionWish, exception: QuizException, *, now: datetime
) -> ExceptionPreview:
    """Return what the exception would mean for each student, and why it may not be given."""
    members = members_of(db, wish.audience)
    _demand_others(actor, [person.user_id for person in members])
    change = ExceptionChange(
        audience=wish.audience,
        course_key=wish.course_key,
        quiz_key=wish.quiz_key,
        added=exception,
        ended_id=wish.replaces,
    )
    recipients = recipients_of(db, change, members, now=now)
    if wish.replaces is not None:
        replaced = exception_of(db, wish.replaces)
        if replaced is None:
            raise NotFound
        if (refusal := replacing_obstacle(replaced, exception)) is not None:
            return ExceptionPreview(recipients, refusal)
    live_id = live_exception_of(db, wish.audience, wish.course_key, wish.quiz_key)
    obstacle = exception_obstacle(
        wish.terms,
        recipients,
        is_for_person=wish.audience.is_person,
        is_taken=live_id not in (None, wish.replaces),
        has_limit=_has_limit(db, wish, members),
        now=now,
    )
    return ExceptionPreview(recipients, obstacle)


def _has_limit(db: Session, wish: ExceptionWish, members: Collection[Person]) -> bool:
    """Return whether a quiz that the wish is about has a time limit: as the course is published now, or in
    the revision that one of these students takes. Raise NotFound if the course has no such quiz now."""
    published = courses.current(db, wish.course_key)
    if published is None or not _meant(wish, published.course):
        raise NotFound
    ids = [person.user_id for person in members]
    places = enrolments.places_of_many(db, ids, wish.course_key)
    pinned = {place.revision_id for own in places.values() for place in own}
    taken = (courses.revision(db, revision_id).course for revision_id in pinned)
    return any(
        quiz.minutes is not None
        for course in (published.course, *taken)
        for quiz in _meant(wish, course)
    )


def _meant(wish: ExceptionWish, course: Course) -> tuple[Quiz, ...]:
    return tuple(quiz for quiz in course.quizzes if wish.quiz_key in (EVERY_QUIZ, quiz.key))


def _demand_others(actor: Actor, member_ids: Collection[UserId]) -> None:
    require(
        policy.may_give_exception_to(actor, member_ids),
        msg("You cannot give yourself an exception, or end your own. Ask a colleague."),
    )


def _move_ends(
    db: Session, recipients: Collection[ConcernedStudent], by: UserId, *, now: datetime
) -> None:
    """Store the later end of each running attempt, under its lock. One that was sent meanwhile stays as it
    is."""
    moved = [end.attempt_id for each in recipients for end in each.running if end.is_later]
    for attempt_id in sorted(moved):
        attempt = settle_attempt(db, attempt_id, now=now)
        if attempt is None or attempt.has_ended(now):
            continue
        quiz = quizzes.quiz_of(db, attempt)
        more = exceptions_at(db, attempt.user_id, attempt.course_key, quiz)
        recompute_end(db, attempt, more, by, now=now)


def _mark_ended(db: Session, actor: Actor, exception: QuizException, *, now: datetime) -> None:
    """Record that an exception ended, by itself or by the one that replaces it."""
    if not mark_ended(db, exception.id, by=actor.user_id, now=now):
        raise ExceptionRefused(ENDED)
    act = "quizzes.exception_ended"
    if not exception.audience.is_person:
        act = "quizzes.exception_ended_for_group"
    _note(db, actor, act, exception, None, now)


def _note(
    db: Session,
    actor: Actor,
    act: str,
    exception: QuizException,
    reason: str | None,
    now: datetime,
) -> None:
    record(
        db,
        actor.user_id,
        act,
        now=now,
        subject_kind="exception",
        subject_id=exception.id,
        person_id=exception.audience.user_id,
        reason=reason,
        details={"course": exception.course_key, "quiz": exception.quiz_key},
    )


def _affected(
    members: Collection[Person], recipients: Collection[ConcernedStudent]
) -> tuple[Person, ...]:
    """Return those for whom something changes, and who can still take quizzes."""
    affected = {each.user_id for each in recipients if each.gains}
    return tuple(person for person in members if person.user_id in affected)


def _tell(
    db: Session,
    exception: QuizException,
    people: Collection[Person],
    *,
    has_ended: bool,
    now: datetime,
) -> None:
    published = courses.current(db, exception.course_key)
    if published is None:
        return
    for person in people:
        mail_of = _ended_mail if has_ended else _given_mail
        send(db, person, mail_of(exception, person, published.course), now=now)


def _given_mail(exception: QuizException, person: Person, course: Course) -> ExceptionGivenMail:
    quiz = course.quiz(exception.quiz_key)
    return ExceptionGivenMail(
        name=person.name,
        course=course.title,
        course_key=course.key,
        quiz=quiz.title if quiz else None,
        quiz_key=quiz.key if quiz else None,
        terms=terms_words(exception.terms),
        reason=exception.reason if exception.reason_is_told else None,
    )


def _ended_mail(exception: QuizException, person: Person, course: Course) -> ExceptionEndedMail:
    quiz = course.quiz(exception.quiz_key)
    return ExceptionEndedMail(
        name=person.name,
        course=course.title,
        course_key=course.key,
        quiz=quiz.title if quiz else None,
        quiz_key=quiz.key if quiz else None,
        terms=terms_words(exception.terms),
    )
