"""Academies of released versions, upgraded, led back, and upgraded again: nothing of theirs is lost."""

from collections.abc import Callable, Iterator
from itertools import islice

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import MetaData, select

from app.accounts import queries as people
from app.certificates.late_signing import upgrade
from app.checks import broken_invariants
from app.courses import service as courses
from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from app.db.database import Database
from app.db.migrate import Schema, schema_of
from app.db.migrator import MigrationProblem, revision_at
from app.db.releases import RELEASES
from app.db.way_back import go_back, way_back
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson
from app.kit.actor import SystemActor
from app.kit.ids import new_uuid
from app.kit.paths import COURSES
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.crawl import Visited, crawl
from tests.make.keys import ISSUER, KEYS
from tests.make.people import a_sign_in
from tests.make.stored_rows import lost, needs_of, rows_of

PEOPLE: dict[str, DemoPerson] = {
    "student": STUDENTS[1],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
SAMPLE = 8


def _cases() -> Iterator[object]:
    """Every release on both kinds of database; the longest way on each of them in every run."""
    quick = {("sqlite", RELEASES[0].revision), ("postgres", RELEASES[1].revision)}
    for each in RELEASES:
        for kind in ("sqlite", "postgres"):
            marks = [pytest.mark.postgres] if kind == "postgres" else []
            marks += [] if (kind, each.revision) in quick else [pytest.mark.deep]
            yield pytest.param((kind, each.revision), id=f"{kind}-{each.revision}", marks=marks)


CASES = list(_cases())


@pytest.fixture
def browser_of(
    stored: Database, served: FastAPI, portal: BlockingPortal
) -> Callable[[DemoPerson | None], TestClient]:
    """Return the browser of one of the academy's people; nobody: a visitor's."""

    def browser_of(person: DemoPerson | None) -> TestClient:
        if person is None:
            return a_browser(served, portal)
        with stored.write() as db:
            account = people.person_by_email(db, person.email)
            assert account is not None
            token = a_sign_in(db, account, token=str(new_uuid()))  # type: ignore[arg-type] # only the id is read
        return a_browser(served, portal, token=token)

    return browser_of


def visits(browser: TestClient) -> Iterator[Visited]:
    def fetch(path: str) -> Visited:
        response = browser.get(path)
        kind = response.headers.get("content-type", "")
        return Visited(path, response.status_code, kind, response.text)

    return crawl(fetch, "/home", "/me", "/notices")


def demand_sound(browser_of, database: Database, most: int | None) -> None:
    """Fail where an invariant is broken, or a page of one of three roles is not sound."""
    with database.read() as db:
        assert broken_invariants(db, ISSUER.keys, now=NOW) == []
    for role, person in PEOPLE.items():
        pages = list(islice(visits(browser_of(person)), most))
        assert len(pages) >= min(most or 20, 8), role
        bad = [f"{page.path}: {page.status}" for page in pages if page.status not in (200, 303)]
        assert bad == [], role


def what_people_read(browser_of, database: Database) -> dict[str, str]:
    """Return what must read the same before and after: certificates, notices and results."""
    read = {}
    visitor = browser_of(None)
    for serial in serials(database):
        shown = visitor.get(f"/api/v1/certificates/{serial}").json()
        read[f"certificate {serial}"] = f"{shown['status']} {shown['name']} {shown['issued_on']}"
    student = browser_of(PEOPLE["student"])
    notices = student.get("/api/v1/notices").json()
    read["notices"] = str(notices)
    read["attempts"] = str(attempts(database))
    return read


def serials(database: Database) -> list[str]:
    table = MetaData()
    table.reflect(database.engine, only=["certificates"])
    with database.engine.connect() as connection:
        return sorted(connection.scalars(select(table.tables["certificates"].c.serial)))


def attempts(database: Database) -> list[str]:
    table = MetaData()
    table.reflect(database.engine, only=["attempts"])
    columns = [each for each in table.tables["attempts"].columns if each.name != "marks"]
    with database.engine.connect() as connection:
        return sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))


def back_and_forward(stored: Database, revision: str, served, browser_of) -> None:
    """Upgrade, look, go back, compare, upgrade again, look again."""
    assert revision_at(stored) == revision
    older = MetaData()
    older.reflect(stored.engine)
    at_first, needs = rows_of(stored, columns=older), needs_of(stored)
    assert len(needs) > 3
    upgrade(stored, SystemActor.command_line, KEYS, now=NOW)
    assert needs_of(stored) == needs
    assert schema_of(stored) is Schema.current
    assert lost(at_first, rows_of(stored, columns=older)) == {}
    sweep(stored, now=NOW)  # as the worker does: some rules are newer than the release
    at_first = rows_of(stored, columns=older)
    demand_sound(browser_of, stored, SAMPLE)
    read = what_people_read(browser_of, stored)
    assert read["notices"]
    statuses = {words.split()[0] for name, words in read.items() if name.startswith("certificate")}
    assert statuses == {"valid", "revoked"}

    with pytest.raises(MigrationProblem, match="in use"):
        go_back(stored, way_back(stored, revision))
    served.state.app_context.database.close()
    go_back(stored, way_back(stored, revision))
    assert revision_at(stored) == revision
    assert lost(at_first, rows_of(stored)) == {}
    assert needs_of(stored) == needs
    assert set(rows_of(stored)) == set(at_first)

    upgrade(stored, SystemActor.command_line, KEYS, now=NOW)
    assert needs_of(stored) == needs
    assert lost(at_first, rows_of(stored, columns=older)) == {}
    demand_sound(browser_of, stored, SAMPLE)
    assert what_people_read(browser_of, stored) == read


@pytest.mark.parametrize("case", CASES)
def test_each_release_goes_forward_back_and_forward(stored, revision, served, browser_of):
    back_and_forward(stored, revision, served, browser_of)


@pytest.mark.deep
@pytest.mark.parametrize("case", CASES)
def test_every_page_of_each_release(stored, revision, browser_of):
    """All pages of three roles, after the present course was published too."""
    upgrade(stored, SystemActor.command_line, KEYS, now=NOW)
    sweep(stored, now=NOW)
    with stored.write() as db:
        courses.publish(
            db,
            SystemActor.command_line,
            parse_course("mesotherapy", read_folder(COURSES / "mesotherapy")),
            now=NOW,
        )
    demand_sound(browser_of, stored, None)
