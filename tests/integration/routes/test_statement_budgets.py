"""The pages that people open all day keep to their number of statements, for everyone in the demo academy:
those that `make bench` holds its large academy to (tests/perf/lines.py)."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.models import User
from app.db.prepared import Prepared as PreparedStatement
from app.db.prepared import PreparedInsert
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS
from app.enrolments.models import IntakeRow
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow
from tests.conftest import statements_of
from tests.perf.enlarge import Large
from tests.perf.lines import AT_ONCE, LINES, Prepared, cookie, takes_options
from tests.perf.load import JSON, Call

MOST = {line.id: line.statements for line in LINES}
PAGES = {
    "home": "/home",
    "list-of-practicals": "/practicals",
    "course-map": "/learn/mesotherapy",
    "lesson": "/learn/mesotherapy/lessons/layers-of-the-skin",
}


def count(browser, path) -> int:
    """Return the statements of a page when the course is in memory; fail unless it is shown."""
    browser.get(path)
    page = browser.get(path)
    assert page.status_code == 200, path
    return statements_of(page)


def test_a_students_pages(academy_database, as_demo_person):
    """Whatever a student has done and waits for."""
    with academy_database.read() as db:
        learners = set(
            db.scalars(select(User.email).join(AttemptRow, AttemptRow.user_id == User.id))
        )
    assert len(learners) > 20
    over = {}
    for person in STUDENTS:
        browser = as_demo_person(person)
        for line, path in PAGES.items():
            if not path.startswith("/learn/") or person.email in learners:
                statements = count(browser, path)
                if statements > MOST[line]:
                    over[person.name, path] = statements
    assert over == {}


def test_a_question(academy_database, as_demo_person):
    with academy_database.read() as db:
        open_attempts = db.execute(
            select(AttemptRow.id, User.email)
            .join(User, User.id == AttemptRow.user_id)
            .where(AttemptRow.state == AttemptState.in_progress)
        ).all()
    assert open_attempts
    by_email = {person.email: person for person in STUDENTS}
    for attempt_id, email in open_attempts:
        page = f"/attempts/{attempt_id}/questions/1"
        assert count(as_demo_person(by_email[email]), page) <= MOST["quiz-question"]


def test_the_long_lists_of_staff(academy_database, as_demo_person):
    """Of every intake and of every day that somebody is expected on."""
    with academy_database.read() as db:
        intakes = db.scalars(select(IntakeRow.id)).all()
        days = db.scalars(
            select(PracticalRow.id).join(Seat, Seat.practical_id == PracticalRow.id).distinct()
        ).all()
        assert db.scalar(select(func.count()).select_from(PracticalInstructor))
    paths = {
        "people": ["/admin/people"],
        "results": ["/results"],
        "reservations": [f"/admin/intakes/{intake_id}" for intake_id in intakes],
        "roster": [f"/teach/practicals/{practical_id}" for practical_id in days],
    }
    browser = as_demo_person(ADMIN)
    counts = {
        path: (count(browser, path), MOST[line])
        for line, addresses in paths.items()
        for path in addresses
    }
    assert len(counts) > 8
    assert {path: both for path, both in counts.items() if both[0] > both[1]} == {}


def test_what_is_prepared_serves_a_line_of_the_bench(academy_database, as_demo_person, monkeypatch):
    """Statements are handed to the driver past SQLAlchemy (decision 12) where a bar asks for it only."""
    lines_by_statement = defaultdict[int, set[str]](set)
    line_id = ""

    def noted(run):
        def noting(statement, *values):
            lines_by_statement[id(statement)].add(line_id)
            return run(statement, *values)

        return noting

    large, prepared = as_of_the_bench(academy_database, as_demo_person)
    monkeypatch.setattr(PreparedStatement, "_ask", noted(PreparedStatement._ask))
    monkeypatch.setattr(PreparedInsert, "_tell", noted(PreparedInsert._tell))
    browser = as_demo_person(None)
    # The ninth run, whose answers follow on those of the demo.
    calls = [(line.id, line.calls(large, prepared, 9)(0, 0)) for line in LINES]
    calls += [
        ("attempt-of-course-pages", call)
        for call in (
            a_result(academy_database, as_demo_person),
            *end_and_start(academy_database, prepared, large),
        )
    ]
    for line_id, call in calls:
        headers = {"cookie": call.cookie, "content-type": call.content_type}
        answer = browser.request(call.method, call.path, content=call.body, headers=headers)
        assert answer.is_success, line_id
    assert {
        f"{module}.{name}": "no line asks for it"
        for module, name, statement in module_statements()
        if id(statement) not in lines_by_statement
    } == {}


def a_result(database, as_demo_person) -> Call:
    """Return the request for the result of an attempt: it ends the whole attempt that the bench takes."""
    with database.read() as db:
        attempt_id, email = db.execute(
            select(AttemptRow.id, User.email)
            .join(User, User.id == AttemptRow.user_id)
            .where(AttemptRow.earned.is_not(None))
            .order_by(AttemptRow.submitted_at.desc())
        ).first()
    person = next(person for person in STUDENTS if person.email == email)
    token = as_demo_person(person).cookies["preceptor-sid"]
    return Call("GET", f"/attempts/{attempt_id}", cookie(token))


def as_of_the_bench(database, as_demo_person) -> tuple[Large, Prepared]:
    """Return the demo academy as the bench describes its large one, with an open attempt."""
    with database.read() as db:
        attempt_id, email = db.execute(
            select(AttemptRow.id, User.email)
            .join(User, User.id == AttemptRow.user_id)
            .where(AttemptRow.state == AttemptState.in_progress)
        ).first()
        practical_id, teacher = db.execute(
            select(PracticalInstructor.practical_id, User.email)
            .join(User, User.id == PracticalInstructor.user_id)
            .join(Seat, Seat.practical_id == PracticalInstructor.practical_id)
        ).first()
        intake_id = db.scalars(select(IntakeRow.id)).first()
    by_email = {person.email: person for person in (*STUDENTS, *INSTRUCTORS)}
    driver = as_demo_person(by_email[email])
    questions = driver.get(f"/api/v1/attempts/{attempt_id}").json()["questions"]
    question, *others = (each for each in questions if takes_options(each))
    tokens = {
        who: as_demo_person(person).cookies["preceptor-sid"]
        for who, person in (("admin", ADMIN), ("instructor", by_email[teacher]))
    }
    position = question["position"]
    saves = (f"/api/v1/attempts/{attempt_id}/answers/{position}", question["options"][0]["token"])
    large = Large(
        drivers=[driver.cookies["preceptor-sid"]],
        rushing=[],
        intake=str(intake_id),
        rush="",
        roster=str(practical_id),
        sitting={},
        **tokens,
    )
    several = [(each["position"], each["options"][0]["token"]) for each in others[:AT_ONCE]]
    batches = [(f"/api/v1/attempts/{attempt_id}/answers", several)]
    return large, Prepared([saves], [f"/attempts/{attempt_id}/questions/{position}"], batches)


def end_and_start(database, prepared: Prepared, large: Large) -> list[Call]:
    """Return what else a whole attempt asks for: to send one, and to start the next."""
    attempt = prepared.batches[0][0].removesuffix("/answers")
    with database.read() as db:
        row = db.get_one(AttemptRow, UUID(attempt.rpartition("/")[2]))
        start = f"/api/v1/courses/{row.course_key}/quizzes/{row.quiz_key}/attempts"
    return [
        Call("POST", path, cookie(large.drivers[0]), b"{}", JSON)
        for path in (f"{attempt}/submit", start)
    ]


def module_statements() -> Iterator[tuple[str, str, PreparedStatement | PreparedInsert]]:
    """Return every prepared statement that a module of the application names."""
    for module in [module for name, module in sys.modules.items() if name.startswith("app.")]:
        for name, value in vars(module).items():
            if isinstance(value, PreparedStatement | PreparedInsert):
                yield module.__name__, name, value
