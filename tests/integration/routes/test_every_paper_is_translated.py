"""Every paper and every list for spreadsheets is in the language of whoever takes it: under the language that
brackets each translated text, none has a word outside of brackets but names, course content, numbers, dates
and the academy's file (issue 14, bar 1)."""

import csv
import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Final

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text as sql

from app.academy_file import load_academy
from app.demo.people import ADMIN, STUDENTS
from app.web.routing import policies
from tests.conftest import an_app
from tests.make.brackets import WORD, Names, names_of
from tests.make.browsing import a_browser
from tests.make.pdf import lines_of
from tests.make.pseudo_languages import CLOSE, OPEN, bracketed

FILE: Final = re.compile(r"\.(pdf|csv)$|/export$|/roster-with-needs$")
"""The addresses that answer with a file to print or for spreadsheets."""
OF_A_PRACTICAL: Final = (
    "/teach/practicals/{practical_id}/attendance.pdf",
    "/teach/practicals/{practical_id}/checklists.pdf",
    "/teach/practicals/{practical_id}/roster.csv",
    "/teach/practicals/{practical_id}/roster.pdf",
    "/teach/practicals/{practical_id}/roster-with-needs",
)
OTHERS: Final = (
    "/admin/audit/export",
    "/admin/exceptions/export",
    "/admin/intakes/{intake_id}/export",
    "/admin/invoices/export",
    "/admin/people/export",
    "/certificates/{certificate_id}.pdf",
    "/reports/{assessment_id}/report.pdf",
    "/results/export",
    "/results/running/export",
    "/teach/courses/{course_key}/unclear.csv",
)
SEAT: Final = """
SELECT practicals.id FROM practicals JOIN seats ON seats.practical_id = practicals.id
JOIN users ON users.id = seats.user_id WHERE {} ORDER BY practicals.id
"""
PRACTICALS: Final = {
    "with access needs": SEAT.format(
        "users.access_needs_sealed IS NOT NULL AND seats.state = 'confirmed'"
    ),
    "past": SEAT.format("seats.attendance IS NOT NULL"),
    "without people": """
        SELECT id FROM practicals WHERE status = 'published'
        AND id NOT IN (SELECT practical_id FROM seats) ORDER BY id
    """,
}
REPORT: Final = (
    "SELECT id FROM assessments WHERE signed_at IS NOT NULL AND outcome = '{}' ORDER BY id"
)
CERTIFICATE: Final = "SELECT id FROM certificates ORDER BY id"
INTAKE: Final = "SELECT intake_id FROM enrolments WHERE state = 'waiting' ORDER BY intake_id"
ROLES: Final = re.compile(r"(student|instructor|admin)(, (student|instructor|admin))*")
"""Cells that stay in every language as the API writes them: the roles of people."""
BEFORE: Final = re.compile(r"^(\d+ |• |\S+@\S+ )+")
"""What stands before a text on its line: a number, the sign of a list, or an address."""
NEEDS: Final = {person.access_needs for person in STUDENTS if person.access_needs}
"""What people of the demo need, which is sealed in the database."""


@pytest.fixture
def academy_client(academy_database, settings_for, made_apps, portal) -> Iterator[TestClient]:
    """A visitor of the demo academy, which speaks in brackets."""
    settings = settings_for(academy_database)
    app = an_app(made_apps, settings, bracketed(load_academy(settings)))
    yield a_browser(app, portal)
    app.state.app_context.database.close()


@pytest.fixture
def names(academy_database, settings_for) -> Names:
    return names_of(academy_database, load_academy(settings_for(academy_database)))


@pytest.fixture
def id_of(academy_database) -> Callable[[str], str]:
    def first(query: str) -> str:
        with academy_database.read() as db:
            return str(db.execute(sql(query)).scalars().first())

    return first


def untold(names: Names, text: str) -> list[str]:
    """Return the lines outside brackets that are nobody's words. A name or a step of a checklist may stand on
    several lines, behind a number or the sign of a list."""
    left = []
    for gap in gaps(text):
        lines = [line for line in map(str.strip, gap.split("\n")) if line]
        while lines:
            most = next((n for n in range(len(lines), 0, -1) if are_names(names, lines[:n])), 0)
            left += [] if most else [lines[0]]
            del lines[: most or 1]
    return left


def are_names(names: Names, lines: list[str]) -> bool:
    words = BEFORE.sub("", " ".join(lines))
    if words in NEEDS:
        return True
    return not WORD.search(words) or not names.untold([words])


def gaps(text: str) -> list[str]:
    """Return what stands between brackets, as a reader sees it."""
    text = text.replace("\u200b", "").replace("\x02\n", "-").replace("\x02", "-").replace("\r", "")
    inner = re.compile(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
    while inner.search(text):
        text = inner.sub("\0", text)
    return [gap for gap in text.split("\0") if WORD.search(gap)]


def cells_untold(names: Names, document: str) -> list[str]:
    """Return the cells outside brackets that are nobody's words. Each head must stand in brackets."""
    heading, *rows = csv.reader(StringIO(document.removeprefix("\ufeff")))
    assert [
        title for title in heading if not (title.startswith(OPEN) and title.endswith(CLOSE))
    ] == []
    assert rows
    cells = {cell for row in rows for cell in row if not ROLES.fullmatch(cell)}
    return sorted(cell for cell in cells if untold(names, cell))


def demand_brackets(names: Names, answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en-XA")
    if answer.headers["content-type"] == "application/pdf":
        text = lines_of(answer.content)
        assert text.count(OPEN) == text.count(CLOSE) > 10
        assert untold(names, text) == []
    else:
        assert answer.headers["content-type"].startswith("text/csv")
        assert cells_untold(names, answer.text) == []


def test_each_file_of_the_site_is_read_here(as_demo_person):
    addresses = {path for _, path in policies(as_demo_person(None).app) if FILE.search(path)}
    assert addresses == {*OF_A_PRACTICAL, *OTHERS}


@pytest.mark.parametrize("kind", PRACTICALS)
def test_every_file_of_a_practical_speaks_in_brackets(kind, as_demo_person, names, id_of):
    browser = as_demo_person(ADMIN)
    practical_id = id_of(PRACTICALS[kind])
    for address in OF_A_PRACTICAL:
        path = address.format(practical_id=practical_id)
        if path.endswith("/roster-with-needs"):
            for file in ("pdf",) if kind == "without people" else ("pdf", "csv"):
                sent = {"file": file, "reason": "For the door"}
                demand_brackets(names, browser.post(path, data=sent))
        elif kind != "without people" or path.endswith(".pdf"):
            demand_brackets(names, browser.get(path))


@pytest.mark.parametrize("outcome", ["competent", "not_yet_competent"])
def test_a_report_speaks_in_brackets(outcome, as_demo_person, names, id_of):
    report = f"/reports/{id_of(REPORT.format(outcome))}/report.pdf"
    demand_brackets(names, as_demo_person(ADMIN).get(report))


def test_every_list_for_spreadsheets_speaks_in_brackets(as_demo_person, names, id_of):
    browser = as_demo_person(ADMIN)
    for path in (
        "/admin/people/export",
        "/results/export",
        "/results/running/export",
        "/admin/exceptions/export",
        f"/admin/intakes/{id_of(INTAKE)}/export",
    ):
        demand_brackets(names, browser.post(path, data={}))
    demand_brackets(names, browser.get("/teach/courses/mesotherapy/unclear.csv"))
    demand_brackets(names, browser.post("/admin/invoices/export", data={"show": "all"}))
    demand_brackets(names, browser.post("/admin/audit/export", data={"reason": "audit"}))


def test_a_certificate_says_the_same_to_every_reader(as_demo_person, id_of):
    """It has the language of its course."""
    answer = as_demo_person(ADMIN).get(f"/certificates/{id_of(CERTIFICATE)}.pdf")
    assert (answer.status_code, answer.headers["content-language"]) == (200, "en-GB")
    words = lines_of(answer.content)
    assert "This is to certify that" in words
    assert OPEN not in words
