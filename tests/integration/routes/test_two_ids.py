"""R-033: every path with two ids, page and API. A child of another parent is not found, and no row changes.
The paths are those of the application: one without data here fails."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import GroupMember, User
from app.assessments.models import Assessment
from app.conversations.models import ConversationMessage
from app.courses import queries as courses
from app.courses.domain.sections import lesson_text
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson, StudentStage
from app.demo.studying import BLOCKED
from app.enrolments.models import IntakeRow
from app.kit.actor import Role
from app.kit.ids import new_uuid
from app.learning.models import HighlightRow
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.quizzes.models import AttemptRow
from app.web.routing import policies
from tests.make import NOW
from tests.make.fingerprint import fingerprint

TWO_PARTS = re.compile(r"{[^}]*}.*{[^}]*}")
COURSE = "mesotherapy"
ELSEWHERE = "nonsense"
ONE_ID = {
    "/media/{digest}/{name}": "the digest alone says which drawing; the name is for people who save it",
}


@dataclass(frozen=True)
class Case:
    """`foreign` has pairs of ids whose child belongs to another parent; requests with them must
    answer 404. `own` is a pair that belongs together; the same request with it must not."""

    who: DemoPerson
    foreign: tuple[tuple[object, ...], ...]
    own: tuple[object, ...]
    form: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    succeeds: bool = True
    """Whether the request with `own` succeeds. A refusal for another reason would prove less."""


Find = Callable[[Session], Case]


def instructor_id(db: Session) -> object:
    return db.scalar(select(User.id).where(User.email == INSTRUCTORS[0].email))


def taught(db: Session) -> list[PracticalRow]:
    """Return a practical of one instructor from yesterday, one of today and one of next week, all published
    and each with a confirmed place."""
    me = instructor_id(db)
    held = select(Seat.practical_id).where(Seat.state == SeatState.confirmed)
    practicals = list(
        db.scalars(
            select(PracticalRow).where(PracticalRow.id.in_(held)).order_by(PracticalRow.id).limit(3)
        )
    )
    assert len(practicals) == 3
    for practical, days in zip(practicals, (-1, 0, 7), strict=True):
        practical.starts_at = NOW + timedelta(days=days, hours=-1)
        practical.ends_at = practical.starts_at + timedelta(hours=6)
        practical.status = PracticalStatus.published
        if db.get(PracticalInstructor, (practical.id, me)) is None:
            db.add(PracticalInstructor(practical_id=practical.id, user_id=me))
    db.flush()
    db.execute(
        update(Seat)
        .where(Seat.practical_id.in_([each.id for each in practicals]))
        .values(attendance=None)
    )
    return practicals


def seats(db: Session) -> tuple[tuple[tuple[object, object], ...], tuple[object, object]]:
    """Return every pair of those practicals with a place of another, and today's with its own."""
    held = {
        practical.id: db.scalars(
            select(Seat.id)
            .where(Seat.practical_id == practical.id, Seat.state == SeatState.confirmed)
            .order_by(Seat.id)
        ).first()
        for practical in taught(db)
    }
    foreign = [
        (practical_id, seat_id)
        for practical_id in held
        for other, seat_id in held.items()
        if other != practical_id
    ]
    today = list(held)[1]
    ended = Seat(
        id=new_uuid(),
        practical_id=today,
        user_id=db.scalar(select(User.id).where(User.email == STUDENTS[-1].email)),
        state=SeatState.cancelled_by_student,
        booked_at=NOW,
        ended_at=NOW,
    )
    db.add(ended)  # its own state would be refused with another answer
    db.flush()
    foreign += [(other, ended.id) for other in held if other != today]
    return tuple(foreign), (today, held[today])


def a_seat(who: DemoPerson, body: dict[str, Any] | None = None, **form: str) -> Find:
    def find(db: Session) -> Case:
        foreign, own = seats(db)
        return Case(who, foreign, own, form, body)

    return find


def a_seat_to_take_away(db: Session) -> Case:
    foreign, _ = seats(db)
    later = taught(db)[2]
    seat = db.scalars(
        select(Seat.id).where(Seat.practical_id == later.id, Seat.state == SeatState.confirmed)
    ).first()
    return Case(ADMIN, foreign, (later.id, seat), {"reason": "why"})


def a_seat_to_move(db: Session) -> Case:
    case = a_seat_to_take_away(db)
    here = db.get_one(PracticalRow, case.own[0])
    there = PracticalRow(
        **{
            column.name: getattr(here, column.name)
            for column in PracticalRow.__table__.columns
            if column.name not in ("taken", "override")
        }
        | {"id": new_uuid(), "room": "Another room"}
    )
    db.add(there)
    db.flush()
    form = {"day": str(there.id), "reason": "why", "override": "yes"}
    return replace(case, form=form)


def a_member(db: Session) -> Case:
    first, second = db.scalars(select(GroupMember.group_id).distinct()).all()[:2]
    mine = set(db.scalars(select(GroupMember.user_id).where(GroupMember.group_id == first)))
    theirs = set(db.scalars(select(GroupMember.user_id).where(GroupMember.group_id == second)))
    stranger = min(theirs - mine)
    return Case(ADMIN, ((first, stranger), (first, new_uuid())), (first, min(mine)))


def a_step(**body: Any) -> Find:
    def find(db: Session) -> Case:
        foreign, own = seats(db)
        del foreign
        seat = db.get_one(Seat, own[1])
        practical = db.get_one(PracticalRow, own[0])
        course = courses.revision(db, practical.revision_id).course
        checklist = course.checklists[0]
        sheet = Assessment(
            id=new_uuid(),
            seat_id=seat.id,
            practical_id=practical.id,
            student_id=seat.user_id,
            instructor_id=instructor_id(db),
            course_key=practical.course_key,
            checklist_key=checklist.key,
            revision_id=practical.revision_id,
            number=7,
            identity_confirmed_at=NOW,
            started_at=NOW,
        )
        db.add(sheet)
        lesson = course.modules[0].lessons[0].key
        mine = (sheet.id, checklist.steps[0].key)
        form = {"mark": "done", "note": "", "expected_revision": "0"}
        sent = {"mark": "done", "note": "", "expected_revision": 0}
        foreign_pairs = ((sheet.id, lesson), (sheet.id, ELSEWHERE))
        return Case(INSTRUCTORS[0], foreign_pairs, mine, form, sent if body else None)

    return find


def a_choice(*, is_api: bool) -> Find:
    def find(db: Session) -> Case:
        case = a_question("POST")(db)
        body = {"sequence": 1} if is_api else None
        return replace(case, form={} if is_api else {"sequence": "1"}, body=body)

    return find


def a_question(method: str, sent: dict[str, object] | None = None) -> Find:
    def find(db: Session) -> Case:
        attempt = db.scalars(select(AttemptRow).where(AttemptRow.submitted_at.is_(None))).one()
        email = db.scalar(select(User.email).where(User.id == attempt.user_id))
        who = next(person for person in STUDENTS if person.email == email)
        answer = {"sequence": 1, "response": {"options": ["a"]}}
        body = (sent or answer) if method == "PUT" else None
        own = (attempt.id, 1)
        return Case(who, ((attempt.id, 9_999), (attempt.id, 0)), own, {}, body, method == "GET")

    return find


def a_highlight(db: Session) -> Case:
    """A highlight of a student, as the address of its course takes it."""
    row = db.scalars(select(HighlightRow).order_by(HighlightRow.id)).first()
    assert row is not None
    email = db.scalar(select(User.email).where(User.id == row.user_id))
    who = next(person for person in STUDENTS if person.email == email)
    return Case(who, ((ELSEWHERE, row.id), (COURSE, new_uuid())), (COURSE, row.id))


def a_section(*, is_api: bool = False, **more: str) -> Find:
    """The first section of a lesson, as the address of the lesson takes it."""

    def find(db: Session) -> Case:
        case = of_the_course("lesson", LEARNER)(db)
        published = courses.current(db, COURSE)
        assert published is not None
        anchor = lesson_text(published.course.modules[0].lessons[0]).anchors[0]
        sent = {"section": anchor, **more}
        return replace(case, body=sent) if is_api else replace(case, form=sent)

    return find


def of_the_course(
    kind: str,
    who: DemoPerson,
    body: dict[str, Any] | None = None,
    *,
    succeeds: bool = True,
    **form: str,
) -> Find:
    def find(db: Session) -> Case:
        published = courses.current(db, COURSE)
        assert published is not None
        module = published.course.modules[0]
        lesson, quiz = module.lessons[0].key, module.quiz
        mine, other = (lesson, quiz) if kind == "lesson" else (quiz, lesson)
        foreign = ((ELSEWHERE, mine), (COURSE, other))
        return Case(who, foreign, (COURSE, mine), form, body, succeeds)

    return find


def a_message(db: Session) -> Case:
    """Each message is of its own question."""
    first, second = db.execute(
        select(ConversationMessage.conversation_id, ConversationMessage.id).where(
            ConversationMessage.number == 1
        )
    ).all()[:2]
    foreign = ((first[0], second[1]), (new_uuid(), first[1]), (first[0], new_uuid()))
    return Case(ADMIN, foreign, tuple(first), {"reason": "Names a client."})


def of_a_revision(kind: str = "") -> Find:
    """A revision is of its course, and what stands in it is found under the key of its own kind only."""

    def find(db: Session) -> Case:
        published = courses.current(db, COURSE)
        assert published is not None
        course, number = published.course, published.number
        keys = {
            "lesson": course.modules[0].lessons[0].key,
            "quiz": course.modules[0].quiz,
            "checklist": course.checklists[0].key,
        }
        mine = (keys.pop(kind),) if kind else ()
        foreign: list[tuple[object, ...]] = [
            (ELSEWHERE, number, *mine),
            (COURSE, number + 99, *mine),
            (COURSE, 0, *mine),
        ]
        foreign += [(COURSE, number, other) for other in (*keys.values(), ELSEWHERE) if kind]
        return Case(INSTRUCTORS[0], tuple(foreign), (COURSE, number, *mine))

    return find


def an_intake(db: Session) -> Case:
    intake = db.scalars(
        select(IntakeRow)
        .where(IntakeRow.opens_at <= NOW, IntakeRow.closes_at > NOW, IntakeRow.course_key == COURSE)
        .order_by(IntakeRow.starts_on.desc())
    ).first()
    assert intake is not None
    newcomer = next(person for person in STUDENTS if person.stage is StudentStage.registered)
    return Case(newcomer, ((ELSEWHERE, intake.id), ("", intake.id)), (COURSE, intake.id))


def a_student_without_attempts(db: Session) -> Case:
    """The student has used every attempt at a quiz; the other person never had a place on the course."""
    stuck = next(person for person in STUDENTS if person.name == BLOCKED)
    newcomer = next(person for person in STUDENTS if person.stage is StudentStage.registered)
    who, other = (
        db.scalar(select(User.id).where(User.email == person.email)) for person in (stuck, newcomer)
    )
    quiz_key = db.scalars(
        select(AttemptRow.quiz_key)
        .where(AttemptRow.user_id == who)
        .order_by(AttemptRow.started_at.desc())
    ).first()
    foreign = ((ELSEWHERE, who), (COURSE, other), (COURSE, new_uuid()))
    form = {"quiz": str(quiz_key), "reason": "The network failed."}
    return Case(ADMIN, foreign, (COURSE, who), form)


LEARNER = STUDENTS[1]
REVISION = "/teach/courses/{course_key}/revisions/{number}"
CASES: dict[str, Find] = {
    "POST /admin/groups/{group_id}/members/{person_id}/remove": a_member,
    "GET /admin/practicals/{practical_id}/seats/{seat_id}": a_seat(ADMIN),
    "POST /admin/practicals/{practical_id}/seats/{seat_id}": a_seat_to_take_away,
    "GET /admin/practicals/{practical_id}/seats/{seat_id}/move": a_seat(ADMIN),
    "POST /admin/practicals/{practical_id}/seats/{seat_id}/move": a_seat_to_move,
    "POST /teach/practicals/{practical_id}/seats/{seat_id}/attendance": a_seat(
        INSTRUCTORS[0], attendance="attended"
    ),
    "PUT /api/v1/practicals/{practical_id}/seats/{seat_id}/attendance": a_seat(
        INSTRUCTORS[0], {"attendance": "attended"}
    ),
    "GET /teach/practicals/{practical_id}/students/{seat_id}/assess": a_seat(INSTRUCTORS[0]),
    "POST /teach/practicals/{practical_id}/students/{seat_id}/assess": a_seat(INSTRUCTORS[0]),
    "POST /assessments/{assessment_id}/steps/{step_key}": a_step(),
    "PUT /api/v1/assessments/{assessment_id}/steps/{step_key}": a_step(json=True),
    "GET /attempts/{attempt_id}/questions/{position}": a_question("GET"),
    "POST /attempts/{attempt_id}/questions/{position}": a_question("POST"),
    "PUT /api/v1/attempts/{attempt_id}/answers/{position}": a_question("PUT"),
    "POST /attempts/{attempt_id}/questions/{position}/choose": a_choice(is_api=False),
    "POST /api/v1/attempts/{attempt_id}/answers/{position}/choose": a_choice(is_api=True),
    "PUT /api/v1/attempts/{attempt_id}/flags/{position}": a_question("PUT", {"flagged": True}),
    "GET /api/v1/courses/{course}/quizzes/{quiz}": of_the_course("quiz", LEARNER),
    "POST /api/v1/courses/{course}/quizzes/{quiz}/attempts": of_the_course("quiz", LEARNER, {}),
    "POST /api/v1/learn/{course_key}/lessons/{lesson_key}/done": of_the_course(
        "lesson", LEARNER, {}
    ),
    "GET /api/v1/learn/{course_key}/lessons/{lesson_key}/position": of_the_course(
        "lesson", LEARNER
    ),
    "PUT /api/v1/learn/{course_key}/lessons/{lesson_key}/position": a_section(is_api=True),
    "PUT /api/v1/learn/{course_key}/lessons/{lesson_key}/note": a_section(is_api=True, note="Mine"),
    "POST /learn/{course_key}/lessons/{lesson_key}/note": a_section(note="Mine"),
    "GET /api/v1/learn/{course_key}/lessons/{lesson_key}/clear": of_the_course("lesson", LEARNER),
    "GET /api/v1/learn/{course_key}/lessons/{lesson_key}/highlights": of_the_course(
        "lesson", LEARNER
    ),
    "POST /api/v1/learn/{course_key}/lessons/{lesson_key}/highlights": a_section(
        is_api=True, words="the"
    ),
    "POST /learn/{course_key}/lessons/{lesson_key}/highlight": a_section(words="the"),
    "DELETE /api/v1/learn/{course_key}/highlights/{highlight_id}": a_highlight,
    "POST /learn/{course_key}/highlights/{highlight_id}/remove": a_highlight,
    "PUT /api/v1/learn/{course_key}/lessons/{lesson_key}/clear": a_section(
        is_api=True, answer="yes"
    ),
    "POST /learn/{course_key}/lessons/{lesson_key}/clear": a_section(answer="yes"),
    "GET /learn/{course_key}/lessons/{lesson_key}": of_the_course("lesson", LEARNER),
    "POST /learn/{course_key}/lessons/{lesson_key}/section": a_section(),
    "POST /learn/{course_key}/lessons/{lesson_key}/done": of_the_course("lesson", LEARNER),
    "POST /learn/{course_key}/lessons/{lesson_key}/not-done": of_the_course(
        "lesson", LEARNER, succeeds=False
    ),
    "GET /learn/{course_key}/lessons/{lesson_key}/ask": of_the_course("lesson", LEARNER),
    "POST /learn/{course_key}/lessons/{lesson_key}/ask": of_the_course(
        "lesson", LEARNER, question="Why?"
    ),
    "GET /admin/questions/{conversation_id}/messages/{message_id}/remove": a_message,
    "POST /admin/questions/{conversation_id}/messages/{message_id}/remove": a_message,
    "GET /learn/{course_key}/quizzes/{quiz_key}": of_the_course("quiz", LEARNER),
    "POST /learn/{course_key}/quizzes/{quiz_key}": of_the_course("quiz", LEARNER),
    "GET /results/{course_key}/people/{person_id}": a_student_without_attempts,
    "POST /results/{course_key}/people/{person_id}/attempts": a_student_without_attempts,
    "GET /results/{course_key}/quizzes/{quiz_key}": of_the_course("quiz", ADMIN),
    f"GET {REVISION}": of_a_revision(),
    f"GET {REVISION}/search": of_a_revision(),
    f"GET {REVISION}/glossary": of_a_revision(),
    f"GET {REVISION}/lessons/{{lesson_key}}": of_a_revision("lesson"),
    f"GET {REVISION}/quizzes/{{quiz_key}}": of_a_revision("quiz"),
    f"GET {REVISION}/checklists/{{checklist_key}}": of_a_revision("checklist"),
    "GET /courses/{course_key}/reserve/{intake_id}": an_intake,
    "POST /courses/{course_key}/reserve/{intake_id}": an_intake,
}


def two_id_routes(app: Any) -> set[str]:
    return {
        f"{method} {path}"
        for method, path in policies(app)
        if TWO_PARTS.search(path) and method not in ("HEAD", "OPTIONS")
    }


def test_every_path_with_two_ids_has_its_data_here(academy_client):
    listed = set(CASES) | {f"GET {path}" for path in ONE_ID}
    assert two_id_routes(academy_client.app) == listed


@pytest.mark.parametrize("route", CASES)
def test_a_child_of_another_parent_is_not_found(route, academy_database, as_demo_person):
    method, _, path = route.partition(" ")
    with academy_database.write() as db:
        case = CASES[route](db)
    browser = as_demo_person(case.who)
    browser.get("/home")  # what the first request of a sign-in writes

    def ask(pair: tuple[object, ...]):
        parts = iter(pair)
        address = re.sub(r"{[^}]*}", lambda _: str(next(parts)), path)
        if method == "GET":
            return browser.get(address)
        if case.body is not None:
            return browser.request(method, address, json=case.body)
        return browser.request(method, address, data=case.form)

    before = fingerprint(academy_database)
    for pair in case.foreign:
        assert ask(pair).status_code == 404, pair
    assert fingerprint(academy_database) == before
    together = ask(case.own).status_code
    assert together < 400 if case.succeeds else together not in (404, 405, 500)


def test_the_people_of_this_test_hold_their_roles(academy_database):
    with academy_database.read() as db:
        me = db.scalars(select(User).where(User.email == INSTRUCTORS[0].email)).one()
    assert me.roles == {Role.instructor}
