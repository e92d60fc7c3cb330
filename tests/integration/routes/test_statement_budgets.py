"""The pages that people open all day keep to their number of statements, for everyone in the demo academy:
those that `make bench` holds its large academy to (tests/perf/lines.py)."""

from sqlalchemy import func, select

from app.accounts.models import User
from app.demo.people import ADMIN, STUDENTS
from app.enrolments.models import IntakeRow
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.quizzes.models import AttemptRow, AttemptState
from tests.conftest import statements_of
from tests.perf.lines import LINES

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
