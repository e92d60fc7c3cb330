"""States of a course that nobody ever used, and drawings that no state shows any more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import func, select

from app.courses import queries, service
from app.courses.domain.parsing import ParsedCourse
from app.courses.models import Media, Revision
from app.db.database import Database
from app.kit.actor import SystemActor
from app.retention import drawings
from app.retention.domain import YEAR
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.courses import changed_course, small_course
from tests.make.learning import a_learner_place
from tests.make.patience import SECONDS
from tests.make.people import a_user

SECOND = timedelta(seconds=1)


def titled(title: str) -> ParsedCourse:
    return changed_course(
        {"course.yaml": ("title: A small course in skin and needles", f"title: {title}")}
    )


def numbers(database: Database) -> list[int]:
    with database.read() as db:
        return list(db.scalars(select(Revision.number).order_by(Revision.number)))


def publish(database: Database, title: str, days: int = 0) -> None:
    with database.write() as db:
        service.publish(db, SystemActor.command_line, titled(title), now=NOW + timedelta(days=days))


def test_only_a_state_that_nobody_used_goes_a_year_after_it_was_replaced(database):
    publish(database, "First")
    with database.write() as db:
        a_learner_place(db, a_user(db), queries.current(db, "small-course"))
    publish(database, "Second", days=1)
    publish(database, "Third", days=2)
    sweep(database, now=NOW + timedelta(days=2) + YEAR - SECOND)
    assert numbers(database) == [1, 2, 3]
    swept = sweep(database, now=NOW + timedelta(days=2) + YEAR)
    assert (swept.rows["unused_revisions"], numbers(database)) == (1, [1, 3])
    publish(database, "Fourth", days=400)
    assert numbers(database) == [1, 3, 4]


def test_a_state_that_was_made_current_again_stays(database):
    for title in ("First", "Second", "First"):
        publish(database, title)
    sweep(database, now=NOW + 3 * YEAR)
    assert numbers(database) == [1, 2]


def digests(database: Database) -> set[str]:
    with database.read() as db:
        return set(db.scalars(select(Media.digest)))


def test_drawings_go_with_the_last_state_that_shows_them(database):
    publish(database, "First")
    shown = digests(database)
    assert shown
    with database.write() as db:
        db.add(Media(digest="0" * 64, content=b"<svg/>"))
    assert sweep(database, now=NOW).rows["unused_drawings"] == 1
    assert digests(database) == shown


@pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_drawing_that_a_course_is_being_published_with_stays(database):
    """The publishing transaction has found the drawing in the database, but has not yet recorded
    that a course uses it."""
    parsed = small_course()
    with database.write() as db:
        service._keep_drawings(db, parsed.media)
    stored = digests(database)
    held, swept = Event(), Event()

    def published() -> None:
        with database.write() as db:
            service._keep_drawings(db, parsed.media)
            held.set()
            assert swept.wait(SECONDS)

    with ThreadPoolExecutor(1) as thread:
        publishing = thread.submit(published)
        assert held.wait(SECONDS)
        assert drawings.delete_unused(database) == 0
        swept.set()
        publishing.result()
    assert digests(database) == stored
    assert drawings.delete_unused(database) == len(stored)


def test_many_drawings_go_a_few_at_a_time(database):
    many = drawings.AT_ONCE + 1
    with database.write() as db:
        db.add_all(Media(digest=f"{number:064x}", content=b"<svg/>") for number in range(many))
    assert sweep(database, now=NOW).rows["unused_drawings"] == many
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Media)) == 0
