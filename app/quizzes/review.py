"""The review of an attempt with the keys, for staff and after release (R-050).

With marking this is the only place that may import the keys. Whoever calls it has decided that they may be
shown: for students see `domain.releasing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.answer_keys import answer_keys, explanation_corrections
from app.courses.domain.delivery import Quiz
from app.courses.domain.errata import Correction, applying, corrected_html
from app.courses.domain.taught_sections import TaughtSection
from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from app.questions.answering import answer_to
from app.questions.contract import CriticalError, DrawnQuestion, Readers, Response
from app.questions.delivery import Question
from app.questions.keys import QuestionKey
from app.questions.scoring import scoring_of
from app.quizzes import marking, queries, saved_answers
from app.quizzes.domain.accepting import late_answers
from app.quizzes.domain.attempt import (
    Attempt,
    QuestionMark,
    SavedAnswer,
    Score,
    counting,
)
from app.quizzes.domain.transitions import MARKED, RUNNING, AttemptState
from app.quizzes.key_readers import reads_keys
from app.quizzes.marking import AttemptMarks
from app.quizzes.question_faces import QuestionFace, question_faces


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
    late: tuple[SavedAnswer, ...] = ()
    """The answers that came after the end and could be accepted."""

    @property
    def missed(self) -> tuple[ReviewedQuestion, ...]:
        return tuple(question for question in self.questions if not question.is_right)

    @property
    def right(self) -> tuple[ReviewedQuestion, ...]:
        return tuple(question for question in self.questions if question.is_right)


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
        questions=reviewed_questions(db, attempt, answers, marks) if shows_keys else (),
        language=published.language,
        shows_keys=shows_keys,
        revision_number=published.number,
        late=late_answers(answers),
    )


def reviewed_questions(
    db: Session,
    attempt: Attempt,
    answers: tuple[SavedAnswer, ...],
    marks: AttemptMarks,
) -> tuple[ReviewedQuestion, ...]:
    """Return every question of an attempt with its key, in the order of the attempt."""
    keys = answer_keys(db, attempt.revision_id).quizzes[attempt.quiz_key].questions
    corrections = explanation_corrections(db, attempt.course_key, attempt.quiz_key)
    published = courses.revision(db, attempt.revision_id)
    faces = question_faces(published, attempt.quiz_key)
    counted = counting(answers, attempt.due_at)
    return tuple(
        _reviewed(
            position,
            faces[drawn.key],
            drawn,
            keys[drawn.key],
            _answer(faces[drawn.key].question, counted),
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
    face: QuestionFace,
    drawn: DrawnQuestion,
    key: QuestionKey,
    answer: Response | None,
    mark: QuestionMark,
    critical: tuple[CriticalError, ...],
    corrections: tuple[Correction, ...],
    published: PublishedCourse,
) -> ReviewedQuestion:
    question = face.question

    def explained(html: str) -> str:
        return corrected_html(html, corrections, published.words)

    return ReviewedQuestion(
        position=position,
        type=question.type,
        heading_html=face.heading_html,
        rest_html=face.rest_html,
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
        section=face.section,
    )
