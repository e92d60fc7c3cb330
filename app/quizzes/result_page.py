"""The result of an attempt as its student sees it. What may be shown is decided here before any key is read
into the page: see `domain.releasing`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.domain.delivery import Quiz
from app.enrolments.queries import place_on
from app.kit.actor import Actor
from app.kit.ids import AttemptId
from app.kit.messages import Message
from app.learning import queries as learning
from app.learning.domain import Done, NumberedModule
from app.quizzes import marking, queries, saved_answers
from app.quizzes.allowance_queries import allowances_at
from app.quizzes.domain.allowing import attempts_allowed, attempts_left
from app.quizzes.domain.attempt import Attempt, AttemptFacts, SavedAnswer, Score
from app.quizzes.domain.releasing import Disclosure, best, disclosure, when_answers_come
from app.quizzes.domain.results import (
    ModuleResult,
    SectionToRead,
    missed_must_pass,
    module_results,
    points_needed,
    points_short,
    sections_to_read,
)
from app.quizzes.domain.score_arc import ScoreArc, score_arc
from app.quizzes.domain.starting import wait_until
from app.quizzes.domain.transitions import AttemptEvent, refusal_of
from app.quizzes.errors import NoResult
from app.quizzes.marked_questions import MarkedQuestion, marked_questions
from app.quizzes.marking import AttemptMarks
from app.quizzes.question_faces import question_faces, taught_sections
from app.quizzes.review import ReviewedQuestion, reviewed_questions
from app.quizzes.surroundings import LessonToRead, Unlocked, lessons_of, module_of, opened_by


@dataclass(frozen=True, slots=True)
class ResultPage:
    """An ended attempt, with as much as `disclosure` names. `marked` and `sections`, which teach the missed
    questions, are empty if it is only the score; `questions`, with their keys, until the answers are shown.
    `best` is the score that counts; `lessons` are those of the quiz's module; `modules` are the results of
    the final test by module, the weakest first. `module` is that of the quiz, None for the final test."""

    attempt: Attempt
    quiz: Quiz
    score: Score
    best: Score
    ended_at: datetime
    time_ran_out: bool
    attempts_left: int | None
    ready_at: datetime | None
    """When the wait before the next attempt is over; None if there is no wait any more."""
    open_attempt: AttemptFacts | None
    """The attempt at this quiz that still runs."""
    disclosure: Disclosure
    critical_errors: int
    """How many critical errors the answers of this attempt hold."""
    must_pass_missed: tuple[int, ...]
    """The positions of the questions that had to be right and were not."""
    marked: tuple[MarkedQuestion, ...]
    questions: tuple[ReviewedQuestion, ...]
    sections: tuple[SectionToRead, ...]
    modules: tuple[ModuleResult, ...]
    module: NumberedModule | None
    lessons: tuple[LessonToRead, ...]
    opened: Unlocked
    language: str
    """The tag of the language in which the course is written."""

    @property
    def arc(self) -> ScoreArc:
        return score_arc(self.score.percent, self.quiz.pass_percent)

    @property
    def points_needed(self) -> int:
        return points_needed(self.score.possible, self.quiz.pass_percent)

    @property
    def points_short(self) -> int:
        return points_short(self.score, self.quiz.pass_percent)

    @property
    def is_released(self) -> bool:
        """Whether the right answers are shown."""
        return self.disclosure is Disclosure.answers

    @property
    def tells_marks(self) -> bool:
        """Whether it is said which questions were right."""
        return self.disclosure is not Disclosure.score

    @property
    def when_answers_come(self) -> Message:
        return when_answers_come(self.quiz, self.attempts_left)

    @property
    def states(self) -> tuple[tuple[bool, bool], ...]:
        """Whether each question is right, and whether it is answered; empty if only the score is told."""
        return tuple((each.is_right, each.shown.is_answered) for each in self.marked)

    @property
    def missed(self) -> tuple[ReviewedQuestion, ...]:
        return tuple(question for question in self.questions if not question.is_right)

    @property
    def missed_marks(self) -> tuple[MarkedQuestion, ...]:
        return tuple(question for question in self.marked if not question.is_right)

    @property
    def critical(self) -> tuple[ReviewedQuestion, ...]:
        """The questions with a critical error; empty until release."""
        return tuple(question for question in self.questions if question.critical)

    @property
    def has_full_points(self) -> bool:
        """Whether no further attempt could be better than the best one."""
        return self.best.earned == self.best.possible

    @property
    def lessons_to_read(self) -> tuple[LessonToRead, ...]:
        """The lessons of the module, where the sections of the missed questions are not known."""
        teaches_all = len(self.missed_marks) == sum(len(each.positions) for each in self.sections)
        return () if self.sections and teaches_all else self.lessons

    @property
    def lessons_left(self) -> tuple[LessonToRead, ...]:
        """What keeps the module from being complete once the quiz is passed."""
        return tuple(lesson for lesson in self.lessons if not lesson.is_done)

    @property
    def may_try_again(self) -> bool:
        return self.attempts_left is None or self.attempts_left > 0


def result_page(db: Session, actor: Actor, attempt_id: AttemptId, *, now: datetime) -> ResultPage:
    """Return the result of an ended attempt; raise NoResult before, NotFound for a foreign one.

    Nothing is written: an attempt whose time ran out is marked here as it will be by the worker.
    """
    attempt = queries.attempt_of(db, actor, attempt_id)
    if not attempt.is_marked(now):
        raise NoResult(refusal_of(attempt.state_at(now), AttemptEvent.mark))
    result = _read(db, actor, attempt, now=now)
    quiz, marks, told = result.quiz, result.marks, result.told
    published = courses.revision(db, attempt.revision_id)
    module = module_of(published.course, quiz)
    done = learning.done_by(db, attempt.user_id, attempt.course_key) if module else Done()
    faces = question_faces(published, quiz.key)
    taught = taught_sections(faces)
    marked = marked_questions(faces, attempt, result.answers, marks.marks)
    unanswered = {each.key for each in marked if not each.shown.is_answered}
    is_told = told is not Disclosure.score
    return ResultPage(
        attempt=attempt,
        quiz=quiz,
        score=attempt.score or marks.score,
        best=best(result.scores) or marks.score,
        ended_at=attempt.ended_at(now),
        time_ran_out=attempt.time_ran_out(now),
        attempts_left=result.left,
        ready_at=wait_until(quiz, result.attempts, now=now),
        open_attempt=next((each for each in result.attempts if not each.has_ended(now)), None),
        disclosure=told,
        critical_errors=sum(map(len, marks.critical.values())),
        must_pass_missed=missed_must_pass(quiz, marks.marks),
        marked=marked if is_told else (),
        questions=reviewed_questions(db, attempt, result.answers, marks)
        if told is Disclosure.answers
        else (),
        sections=sections_to_read(taught, marks.marks) if is_told else (),
        modules=()
        if module
        else module_results(
            published.course, taught, marks.marks, unanswered=unanswered, disclosure=told
        ),
        module=module,
        lessons=lessons_of(published.course, module, done),
        opened=opened_by(published.course, quiz, done) if module else Unlocked(),
        language=published.language,
    )


@dataclass(frozen=True, slots=True)
class _Result:
    """What was read of an ended attempt and of the others of its student at this quiz. `scores` are those of
    the marked ones, `left` is how many more may be started."""

    quiz: Quiz
    attempts: tuple[AttemptFacts, ...]
    answers: tuple[SavedAnswer, ...]
    marks: AttemptMarks
    scores: list[Score]
    left: int | None
    told: Disclosure


def _read(db: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> _Result:
    quiz = queries.quiz_of(db, attempt)
    attempts = queries.attempts_at(db, actor.user_id, attempt.course_key, attempt.quiz_key)
    allowed = _allowed(db, attempt, quiz)
    ended = [earlier for earlier in attempts if earlier.is_marked(now)]
    unmarked = {earlier.id for earlier in ended if earlier.score is None} - {attempt.id}
    answers = saved_answers.answers_of(db, attempt.id)
    marks = marking.mark_saved(db, attempt, answers)
    others = _scores_of(db, unmarked)
    scores = [
        earlier.score or (marks.score if earlier.id == attempt.id else others[earlier.id])
        for earlier in ended
    ]
    return _Result(
        quiz,
        attempts,
        answers,
        marks,
        scores,
        attempts_left(allowed, len(attempts)),
        disclosure(quiz, attempts, scores, allowed=allowed, now=now),
    )


def _scores_of(db: Session, attempt_ids: Collection[AttemptId]) -> dict[AttemptId, Score]:
    """Return the scores of ended attempts that the worker has not marked yet, in two statements, or without
    any if there is none."""
    if not attempt_ids:
        return {}
    whole = queries.whole_attempts(db, attempt_ids)
    answers = saved_answers.answers_of_many(db, whole)
    return {
        attempt_id: marking.mark_saved(db, attempt, answers[attempt_id]).score
        for attempt_id, attempt in whole.items()
    }


def _allowed(db: Session, attempt: Attempt, quiz: Quiz) -> int | None:
    """Return how many attempts the student of an attempt has at its quiz in all, by the revision in which
    they would start the next one: with a newer place that is another one than that of the attempt."""
    place = place_on(db, attempt.user_id, attempt.course_key)
    course = courses.revision(db, place.revision_id).course if place else None
    following = course.quiz(attempt.quiz_key) if course else None
    allowances = allowances_at(db, attempt.user_id, attempt.course_key, attempt.quiz_key)
    return attempts_allowed((following or quiz).attempts, allowances)
