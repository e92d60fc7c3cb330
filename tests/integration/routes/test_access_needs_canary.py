"""Bar 5 of sealed data: access needs stand nowhere in plain text, except in the answer to the recorded post.

Everybody of the demo academy gets a canary as their access needs. It is looked for in pages, files, the log,
the caches of the process and the bytes of the database. Planted unsealed, the same search finds it.
"""

import gc
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from app.accounts.models import GroupMember, User
from app.accounts.needs_reader import NEEDS_READ
from app.audit.models import AuditEvent
from app.db.database import Database
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson
from app.practicals.models import PracticalInstructor, Seat
from tests.make.crawl import Visited, crawl
from tests.make.pdf import text_of
from tests.make.people import with_needs

SEALED, UNSEALED = "Zaunkönig 4711", "Rotkehlchen 4712"
"""Two canaries, because the caches of a process outlive a test."""
STUDENT, TEACHER = STUDENTS[1], INSTRUCTORS[0]
ROLES: dict[str, DemoPerson | None] = {
    "visitor": None,
    "student": STUDENT,
    "instructor": TEACHER,
    "admin": ADMIN,
}


def sealed(database: Database) -> None:
    """Give everybody the canary as access needs, but for the student who looks: their own page shows them."""
    with database.write() as db:
        for user in db.scalars(select(User).where(User.email != STUDENT.email)).all():
            with_needs(db, user.to_actor(), f"{SEALED}, {user.name}")


def unsealed(database: Database) -> None:
    """Put the canary where a plain value of a person stands: the negative control."""
    with database.write() as db:
        db.execute(
            update(User)
            .where(User.email != STUDENT.email)
            .values(name=User.name + f" {UNSEALED}", certificate_name=UNSEALED)
        )


def id_of(database: Database, person: DemoPerson) -> Any:
    with database.read() as db:
        return db.scalars(select(User.id).where(User.email == person.email)).one()


def addresses(database: Database) -> dict[str, tuple[str, ...]]:
    """Return where access needs stood before they were sealed, by role: a day and a group of the teacher."""
    teacher = id_of(database, TEACHER)
    with database.read() as db:
        seat = db.scalars(
            select(Seat)
            .join(PracticalInstructor, PracticalInstructor.practical_id == Seat.practical_id)
            .where(PracticalInstructor.user_id == teacher, Seat.state == "confirmed")
            .order_by(Seat.id)
        ).first()
        group = db.scalars(
            select(GroupMember.group_id).where(GroupMember.user_id == teacher)
        ).first()
    assert seat is not None
    day = f"/teach/practicals/{seat.practical_id}"
    files = (f"{day}/roster.csv", f"{day}/roster.pdf")
    return {
        "visitor": ("/",),
        "student": ("/home", "/me", "/api/v1/me", "/practicals"),
        "instructor": (
            *("/home", day, f"{day}/students/{seat.id}/assess", f"/teach/groups/{group}"),
            *files,
            f"{day}/roster-with-needs",
        ),
        "admin": (
            *(f"/admin/people/{seat.user_id}", "/admin/people", day),
            f"/admin/practicals/{seat.practical_id}",
        ),
    }


def fetched(browser: TestClient, path: str) -> Visited:
    response = browser.get(path)
    kind = response.headers.get("content-type", "")
    body = text_of(response.content) if kind == "application/pdf" else response.text
    return Visited(path, response.status_code, kind, body)


def everything_shown(
    database: Database,
    browser_of: Callable[[DemoPerson | None], TestClient],
    roles: Collection[str],
    *,
    crawls: bool,
) -> Iterator[Visited]:
    """Yield every page and file that people get by links, or those that showed access needs before; and the
    list of people that admins take away."""
    starts = addresses(database)
    for role in roles:
        browser = browser_of(ROLES[role])
        if crawls:
            yield from crawl(
                lambda path, browser=browser: fetched(browser, path),  # type: ignore[misc] # bound at once
                *("/", "/home", "/me"),
                *starts[role],
            )
        else:
            yield from (fetched(browser, path) for path in starts[role])
    export = browser_of(ADMIN).post("/admin/people/export")
    yield Visited("/admin/people/export", export.status_code, "text/csv", export.text)


def database_holds(database: Database, canary: str) -> bool:
    """Tell whether the canary stands in the bytes of SQLite's files, or in any row of PostgreSQL."""
    if database.is_sqlite:
        path = Path(str(database.url.database))
        files = sorted(path.parent.glob(f"{path.name}*"))
        assert len(files) > 1  # the log beside the database too
        return any(canary.encode() in each.read_bytes() for each in files)
    with database.read() as db:
        tables = db.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).all()
        rows = [
            row
            for table in tables
            for row in db.scalars(text(f'SELECT t::text FROM "{table}" t'))  # noqa: S608 - our own tables
        ]
    return any(canary in row for row in rows)


def caches_hold(canary: str) -> bool:
    """Tell whether anything that the modules of the application hold has the canary: their caches do."""
    gc.collect()
    ours, others = list[Any](), set[int]()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "app":
            ours.append(vars(module))
        else:
            others.add(id(vars(module)))  # this module knows the canary itself
    waiting, seen = ours, others
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, str):
            if canary in value:
                return True
        elif isinstance(value, bytes):
            if canary.encode() in value:
                return True
        elif not isinstance(value, ModuleType):
            waiting += gc.get_referents(value)
    return False


def where_it_stands(
    canary: str,
    database: Database,
    browser_of: Callable[[DemoPerson | None], TestClient],
    output: Callable[[], Any],
    *,
    roles: Collection[str] = tuple(ROLES),
    crawls: bool = False,
) -> set[str]:
    """Return the kinds of places in which a canary stands."""
    places = set()
    for page in everything_shown(database, browser_of, roles, crawls=crawls):
        if not crawls:
            assert page.status == 200, page.path
        if canary in page.body:
            kind = page.kind.partition(";")[0]
            places.add({"application/pdf": "pdf", "text/csv": "csv"}.get(kind, "page"))
    said = output()
    if canary in said.out + said.err:
        places.add("log")
    if caches_hold(canary):
        places.add("cache")
    if database_holds(database, canary):
        places.add("database")
    return places


def test_needs_stand_nowhere(academy_database, as_demo_person, capfd):
    sealed(academy_database)
    assert where_it_stands(SEALED, academy_database, as_demo_person, capfd.readouterr) == set()
    day = addresses(academy_database)["instructor"][1]
    answer = as_demo_person(TEACHER).post(f"{day}/access-needs")
    assert answer.text.count(SEALED) > 1
    with academy_database.read() as db:
        rows = db.scalars(select(AuditEvent).where(AuditEvent.action == NEEDS_READ)).all()
        assert len(rows) == answer.text.count(SEALED)
    assert not database_holds(academy_database, SEALED)
    assert not caches_hold(SEALED)
    said = capfd.readouterr()
    assert SEALED not in said.out + said.err


def test_planted_unsealed_it_is_seen_everywhere(academy_database, as_demo_person, capfd):
    """The negative control."""
    unsealed(academy_database)
    print(UNSEALED)  # stands for a line of the log
    places = where_it_stands(
        UNSEALED, academy_database, as_demo_person, capfd.readouterr, roles=("instructor",)
    )
    assert places == {"page", "csv", "pdf", "log", "cache", "database"}


@pytest.mark.deep
def test_needs_stand_on_no_page_that_a_link_leads_to(academy_database, as_demo_person, capfd):
    sealed(academy_database)
    places = where_it_stands(
        SEALED, academy_database, as_demo_person, capfd.readouterr, crawls=True
    )
    assert places == set()
