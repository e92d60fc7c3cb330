"""Published courses, places and attempts, written straight to the database; and pure values."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.keys import CourseKeys, QuizKeys
from app.enrolments.models import Enrolment
from app.kit.actor import Actor
from app.kit.ids import AttemptId, EnrolmentId, EventId, RevisionId, UserId, new_uuid
from app.learning.models import Completed
from app.questions.answering import TYPES, answering_of
from app.questions.choices.answering import ChoiceResponse
from app.questions.contract import DrawnQuestion, Response
from app.questions.delivery import Option, Question
from app.questions.scoring import scoring_of
from app.quizzes.domain.attempt import Attempt, SavedAnswer, Score
from app.quizzes.domain.sampling import draw
from app.quizzes.domain.stored import write_drawn, write_marks, write_response
from app.quizzes.domain.transitions import AttemptState, AtTimeOut
from app.quizzes.marking import mark_attempt
from app.quizzes.models import AnswerRow
from app.quizzes.models import AttemptRow as AttemptRow
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.places import a_place_in, a_revision, an_intake, completions


def a_question(
    key: str = "layers",
    type_: str = "single",
    *,
    options: int = 4,
    points: int = 1,
    unit: str | None = None,
    shuffle_options: bool = True,
    must_pass: bool = False,
) -> Question:
    """A question of a type. It has these options if its type has options, and this unit if it has units."""
    model = TYPES[type_].question
    fields = {
        "options": tuple(
            Option(key=f"o{number}", html=f"Option {number}") for number in range(options)
        ),
        "shuffle_options": shuffle_options,
        "unit": unit,
    }
    return model(
        key=key,
        type=type_,
        stem_html="<p>Which one?</p>",
        points=points,
        must_pass=must_pass,
        **{name: value for name, value in fields.items() if name in model.model_fields},
    )


def a_quiz(
    *questions: Question,
    kind: str = "module",
    pass_percent: int = 80,
    attempts: int | None = 3,
    minutes: int | None = 10,
    draw: int | None = None,
    shuffle: bool = True,
    delay_minutes: int | None = None,
    show_answers: str | None = "when-passed",
) -> Quiz:
    return Quiz(
        key="skin-quiz",
        title="Quiz on the skin",
        kind=kind,  # type: ignore[arg-type] # a word of two
        introduction_html="",
        pass_percent=pass_percent,
        attempts=attempts,
        minutes=minutes,
        draw=draw,
        shuffle=shuffle,
        delay_minutes=delay_minutes,
        show_answers=show_answers,  # type: ignore[arg-type] # a word of two
        questions=questions or (a_question(),),
    )


def an_attempt(
    *,
    number: int = 1,
    started_at: datetime = NOW,
    due_at: datetime | None = None,
    submitted_at: datetime | None = None,
    score: Score | None = None,
    state: AttemptState | None = None,
    at_time_out: AtTimeOut = AtTimeOut.submit,
    grace_minutes: int | None = None,
    drawn: tuple[DrawnQuestion, ...] = (),
) -> Attempt:
    """An attempt as the rules see it. Without `state` it is running, or submitted if it says when."""
    if state is None:
        state = AttemptState.in_progress if submitted_at is None else AttemptState.submitted
    return Attempt(
        id=AttemptId(new_uuid()),
        user_id=UserId(new_uuid()),
        course_key="small-course",
        quiz_key="skin-quiz",
        revision_id=RevisionId(new_uuid()),
        number=number,
        drawn=drawn,
        state=state,
        at_time_out=at_time_out,
        grace_minutes=grace_minutes,
        started_at=started_at,
        due_at=due_at,
        submitted_at=submitted_at,
        score=score,
    )


def a_saved_answer(
    question_key: str = "layers",
    sequence: int = 1,
    *,
    received_at: datetime = NOW,
    is_late: bool = False,
    response: Response | None = None,
) -> SavedAnswer:
    return SavedAnswer(question_key, sequence, response or ChoiceResponse(), is_late, received_at)


def a_published_course(
    db: Session, course: Course | None = None, keys: CourseKeys | None = None
) -> RevisionId:
    """Publish the small course, or a course built for one test, and return its revision."""
    parsed = small_course()
    assert parsed.course is not None
    assert parsed.keys is not None
    course, keys = course or parsed.course, keys or parsed.keys
    return a_revision(db, course, keys=keys.model_dump_json())


def a_place(
    db: Session,
    actor: Actor,
    revision_id: RevisionId,
    *,
    course_key: str = "small-course",
    at: datetime = NOW,
) -> EnrolmentId:
    """Confirm a place on a course for `actor`, in an intake that starts the same day."""
    intake_id = an_intake(db, course_key, starts_on=at.date(), places=20, taken=1)
    return a_place_in(db, intake_id, actor.user_id, revision_id, course_key=course_key, at=at)


def a_complete_module(
    db: Session, actor: Actor, revision_id: RevisionId, module_key: str = "skin"
) -> None:
    """Note every lesson and the quiz of a module of the small course as done."""
    course = small_course().course
    assert course is not None
    module = course.module(module_key)
    assert module is not None
    lessons = [(Completed.lesson, lesson.key) for lesson in module.lessons]
    items = [*lessons, (Completed.quiz, module.quiz)]
    completions(db, actor.user_id, revision_id, items, course_key=course.key)


def the_answer(quiz: Quiz, keys: QuizKeys, drawn: DrawnQuestion, *, right: bool = True) -> Response:
    """The right answer to a question of an attempt, or a wrong one."""
    question, key = quiz.question(drawn.key), keys.questions[drawn.key]
    scoring = scoring_of(question)
    return (
        scoring.right_answer(question, key) if right else scoring.wrong_answer(question, key, drawn)
    )


def what_to_send(
    quiz: Quiz, keys: QuizKeys, drawn: DrawnQuestion, *, right: bool = True
) -> tuple[str, ...]:
    """The texts that the form of a question sends for its right answer, or for a wrong one."""
    response = the_answer(quiz, keys, drawn, right=right)
    return answering_of(quiz.question(drawn.key)).typed(response, drawn)


def a_sent_attempt(
    db: Session,
    actor: Actor,
    revision_id: RevisionId,
    quiz_key: str = "skin-quiz",
    *,
    number: int = 1,
    right: bool = True,
    sent: bool = True,
    at: datetime = NOW,
    course_key: str = "small-course",
) -> AttemptId:
    """An attempt of somebody with a place: every answer right or wrong, marked and sent; or just begun."""
    parsed = small_course()
    assert parsed.course is not None
    assert parsed.keys is not None
    quiz = parsed.course.quiz(quiz_key)
    assert quiz is not None
    keys = parsed.keys.quizzes[quiz_key]
    drawn = draw(quiz, f"{actor.user_id}-{number}")
    responses = {question.key: the_answer(quiz, keys, question, right=right) for question in drawn}
    marks = mark_attempt(quiz, keys, drawn, responses) if sent else None
    score = marks.score if marks else None
    place = db.scalars(
        select(Enrolment.id).where(
            Enrolment.user_id == actor.user_id, Enrolment.course_key == course_key
        )
    ).first()
    attempt = AttemptRow(
        id=AttemptId(new_uuid()),
        user_id=actor.user_id,
        enrolment_id=place,
        course_key=course_key,
        quiz_key=quiz_key,
        revision_id=revision_id,
        number=number,
        seed=f"{actor.user_id}-{number}",
        drawn=write_drawn(drawn),
        state=AttemptState.submitted if sent else AttemptState.in_progress,
        started_at=at,
        submitted_at=at if sent else None,
        earned=score.earned if score else None,
        possible=score.possible if score else None,
        passed=score.passed if score else None,
        marks=write_marks(marks.marks) if marks else None,
    )
    db.add(attempt)
    db.flush()
    for key, response in responses.items() if sent else ():
        db.add(
            AnswerRow(
                id=EventId(new_uuid()),
                attempt_id=attempt.id,
                question_key=key,
                sequence=1,
                response=write_response(response, quiz.question(key).type),
                received_at=at,
            )
        )
    db.flush()
    return attempt.id
