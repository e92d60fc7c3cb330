"""Results, and after release the review with the keys (R-050).

With marking this is the only place that may import the keys. Release is decided here before any key
is read into a page: see `domain.releasing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.answer_keys import answer_keys, explanation_corrections
from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.errata import Correction, applying, corrected_html
from app.courses.domain.taught_sections import TaughtSection, taught_section
from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from app.kit.ids import AttemptId
from app.learning import queries as learning
from app.learning.domain import Done, NumberedModule, is_final_open, newly_open, numbered
from app.questions.answering import answer_to
from app.questions.contract import CriticalError, DrawnQuestion, Readers, Response
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.scoring import scoring_of
from app.quizzes import marking, queries, saved_answers
from app.quizzes.allowance_queries import allowances_at
from app.quizzes.domain.allowing import attempts_allowed, attempts_left
from app.quizzes.domain.attempt import (
    Attempt,
    QuestionMark,
    SavedAnswer,
    Score,
    counting,
)
from app.quizzes.domain.releasing import best, is_released
from app.quizzes.domain.results import (
    ModuleResult,
    SectionToRead,
    module_results,
    points_needed,
    points_short,
    sections_to_read,
)
from app.quizzes.domain.score_arc import ScoreArc, score_arc
from app.quizzes.domain.transitions import MARKED, RUNNING, AttemptEvent, AttemptState, refusal_of
from app.quizzes.errors import NoResult
from app.quizzes.key_readers import reads_keys
from app.quizzes.marking import AttemptMarks


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """One question after release: the answer given, the right one, and why. `answer` is made by the scoring
    of its type, whose template shows it."""

    position: int
    type: str
    heading_html: str
    rest_html: str
    is_answered: bool
    is_right: bool
    earned: int
    possible: int
    answer: object
    critical: tuple[str, ...]
    """Why the answer would harm a person, as HTML; empty if it would not."""
    explanation_html: str
    corrections: tuple[Correction, ...]
    """Corrections of its explanations, which are marked in them."""
    section: TaughtSection | None
    """The section of a lesson that teaches it, if its course says so."""


@dataclass(frozen=True, slots=True)
class LessonToRead:
    key: str
    title: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class UnlockedModule:
    """A module that a passed quiz has opened, and its first lesson."""

    module: NumberedModule
    first_lesson: str


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a passed quiz has opened: modules whose quiz is not passed yet, and the final test if that is not
    passed yet."""

    modules: tuple[UnlockedModule, ...] = ()
    final_test: bool = False


@dataclass(frozen=True, slots=True)
class ResultPage:
    """An ended attempt. `questions` and `sections`, which teach the missed ones, are empty until release;
    `best` is the score that counts; `lessons` are those of the quiz's module; `modules` are the results of
    the final test by module, the weakest first. `module` is that of the quiz, None for the final test."""

    attempt: Attempt
    quiz: Quiz
    score: Score
    best: Score
    ended_at: datetime
    time_ran_out: bool
    attempts_left: int | None
    is_released: bool
    critical_errors: int
    """How many critical errors the answers of this attempt hold."""
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
    def missed(self) -> tuple[ReviewedQuestion, ...]:
        return tuple(question for question in self.questions if not question.is_right)

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
        teaches_all = len(self.missed) == sum(len(each.positions) for each in self.sections)
        return () if self.sections and teaches_all else self.lessons

    @property
    def lessons_left(self) -> tuple[LessonToRead, ...]:
        """What keeps the module from being complete once the quiz is passed."""
        return tuple(lesson for lesson in self.lessons if not lesson.is_done)

    @property
    def may_try_again(self) -> bool:
        return self.attempts_left is None or self.attempts_left > 0


@dataclass(frozen=True, slots=True)
class StaffReview:
    """An attempt as staff read it, with the right answers. `score` is None while it runs, and if it was never
    submitted. While it runs `ended_at` is None and `questions` is empty. It is empty, too, without
    `shows_keys`, for staff who take the course themselves: what others answered tells them what is right.
    The missed questions come first."""

    attempt: Attempt
    quiz: Quiz
    state: AttemptState
    score: Score | None
    ended_at: datetime | None
    time_ran_out: bool
    questions: tuple[ReviewedQuestion, ...]
    language: str
    """The tag of the language in which the course is written."""
    shows_keys: bool
    revision_number: int
    """That of the course revision of the attempt, in which staff read its lessons."""

    @property
    def missed(self) -> tuple[ReviewedQuestion, ...]:
        return tuple(question for question in self.questions if not question.is_right)

    @property
    def right(self) -> tuple[ReviewedQuestion, ...]:
        return tuple(question for question in self.questions if question.is_right)


def result_page(db: Session, actor: Actor, attempt_id: AttemptId, *, now: datetime) -> ResultPage:
    """Return the result of an ended attempt; raise NoResult before, NotFound for a foreign one.

    Nothing is written: an attempt whose time ran out is marked here as it will be by the worker.
    """
    attempt = queries.attempt_of(db, actor, attempt_id)
    if not attempt.is_marked(now):
        raise NoResult(refusal_of(attempt.state_at(now), AttemptEvent.mark))
    quiz = queries.quiz_of(db, attempt)
    attempts = queries.attempts_at(db, actor.user_id, attempt.course_key, attempt.quiz_key)
    allowances = allowances_at(db, actor.user_id, attempt.course_key, attempt.quiz_key)
    ended = [earlier for earlier in attempts if earlier.is_marked(now)]
    unmarked = {earlier.id for earlier in ended if earlier.score is None} - {attempt_id}
    whole = {attempt_id: attempt, **queries.whole_attempts(db, unmarked)}
    answers = saved_answers.answers_of_many(db, whole)
    marks, unanswered = _marks_of(db, attempt, quiz, answers[attempt_id])
    scores = [
        earlier.score or marking.mark_saved(db, whole[earlier.id], answers[earlier.id]).score
        for earlier in ended
    ]
    released = is_released(quiz, attempts, scores, allowances=allowances, now=now)
    published = courses.revision(db, attempt.revision_id)
    module = _module_of(published.course, quiz)
    done = learning.done_by(db, attempt.user_id, attempt.course_key) if module else Done()
    return ResultPage(
        attempt=attempt,
        quiz=quiz,
        score=attempt.score or marks.score,
        best=best(scores) or marks.score,
        ended_at=attempt.ended_at(now),
        time_ran_out=attempt.time_ran_out(now),
        attempts_left=attempts_left(attempts_allowed(quiz.attempts, allowances), len(attempts)),
        is_released=released,
        critical_errors=sum(map(len, marks.critical.values())),
        questions=_review(db, attempt, quiz, answers[attempt_id], marks) if released else (),
        sections=sections_to_read(published.course, quiz, marks.marks) if released else (),
        modules=()
        if module
        else module_results(
            published.course, quiz, marks.marks, unanswered=unanswered, is_released=released
        ),
        module=module,
        lessons=_lessons(published.course, module, done),
        opened=_opened(published.course, quiz, done) if module else Unlocked(),
        language=published.language,
    )


def review_for_staff(db: Session, actor: Actor, attempt: Attempt, *, now: datetime) -> StaffReview:
    """Return an attempt with every answer and the right one, before its release to the student too.
    Callers check whether the reader may see this student. Nothing is written."""
    quiz = queries.quiz_of(db, attempt)
    published = courses.revision(db, attempt.revision_id)
    shows_keys = reads_keys(db, actor, attempt.course_key)
    state = attempt.state_at(now)
    if state in RUNNING:
        return StaffReview(
            attempt,
            quiz,
            state,
            None,
            None,
            False,
            (),
            published.language,
            shows_keys,
            published.number,
        )
    answers = saved_answers.answers_of(db, attempt.id)
    marks = marking.mark_saved(db, attempt, answers)
    return StaffReview(
        attempt=attempt,
        quiz=quiz,
        state=state,
        score=(attempt.score or marks.score) if state in MARKED else None,
        ended_at=attempt.ended_at(now),
        time_ran_out=attempt.time_ran_out(now),
        questions=_review(db, attempt, quiz, answers, marks) if shows_keys else (),
        language=published.language,
        shows_keys=shows_keys,
        revision_number=published.number,
    )


def _module_of(course: Course, quiz: Quiz) -> NumberedModule | None:
    """Return the module whose quiz it is, or None for the final test."""
    modules = [module for module in course.modules if module.quiz == quiz.key]
    return next(iter(numbered(course, modules)), None)


def _marks_of(
    db: Session, attempt: Attempt, quiz: Quiz, answers: tuple[SavedAnswer, ...]
) -> tuple[AttemptMarks, frozenset[str]]:
    """Return the marks of an attempt, and the keys of its questions without an answer that counts."""
    counted = counting(answers, attempt.due_at)
    unanswered = (
        drawn.key for drawn in attempt.drawn if _answer(quiz.question(drawn.key), counted) is None
    )
    return marking.mark_saved(db, attempt, answers), frozenset(unanswered)


def _lessons(course: Course, module: NumberedModule | None, done: Done) -> tuple[LessonToRead, ...]:
    """Return the lessons that this quiz asks about; none for the final test, which asks about all."""
    lessons = [
        each
        for part in course.modules
        if module and part.key == module.key
        for each in part.lessons
    ]
    return tuple(
        LessonToRead(lesson.key, lesson.title, lesson.key in done.lessons) for lesson in lessons
    )


def _opened(course: Course, quiz: Quiz, done: Done) -> Unlocked:
    """Return what is open because this quiz is passed, and not completed yet."""
    before = Done(done.lessons, done.quizzes - {quiz.key})
    modules = tuple(
        UnlockedModule(number, module.lessons[0].key)
        for module in newly_open(course, before, done)
        if module.quiz not in done.quizzes
        for number in numbered(course, [module])
    )
    opens_final = is_final_open(course, done) and course.final_test not in done.quizzes
    return Unlocked(modules, opens_final)


def _review(
    db: Session,
    attempt: Attempt,
    quiz: Quiz,
    answers: tuple[SavedAnswer, ...],
    marks: AttemptMarks,
) -> tuple[ReviewedQuestion, ...]:
    keys = answer_keys(db, attempt.revision_id).quizzes[attempt.quiz_key].questions
    corrections = explanation_corrections(db, attempt.course_key, attempt.quiz_key)
    published = courses.revision(db, attempt.revision_id)
    counted = counting(answers, attempt.due_at)
    return tuple(
        _reviewed(
            position,
            quiz.question(drawn.key),
            drawn,
            keys[drawn.key],
            _answer(quiz.question(drawn.key), counted),
            mark,
            marks.critical.get(drawn.key, ()),
            corrections.get(drawn.key, ()),
            published,
        )
        for position, (drawn, mark) in enumerate(
            zip(attempt.drawn, marks.marks, strict=True), start=1
        )
    )


def _answer(question: Question, counted: Mapping[str, SavedAnswer]) -> Response | None:
    saved = counted.get(question.key)
    return answer_to(question, saved.response if saved else None)


def _reviewed(
    position: int,
    question: Question,
    drawn: DrawnQuestion,
    key: QuestionKey,
    answer: Response | None,
    mark: QuestionMark,
    critical: tuple[CriticalError, ...],
    corrections: tuple[Correction, ...],
    published: PublishedCourse,
) -> ReviewedQuestion:
    heading, rest = queries.split_stem(question.stem_html)

    def explained(html: str) -> str:
        return corrected_html(html, corrections, published.words)

    return ReviewedQuestion(
        position=position,
        type=question.type,
        heading_html=heading,
        rest_html=rest,
        is_answered=answer is not None,
        is_right=mark.is_right,
        earned=mark.earned,
        possible=mark.possible,
        answer=scoring_of(question).review(
            question,
            key,
            drawn,
            answer,
            Readers(shown=str, explained=explained),
        ),
        critical=tuple(explained(error.reason_html) for error in critical),
        explanation_html=explained(key.explanation_html),
        corrections=applying("\n".join(key.explanations), corrections),
        section=taught_section(published.course, question),
    )
