"""Every page and the API say the same of a person’s way to a certificate, for all of the demo academy."""

import re

from lxml import html
from sqlalchemy import select

from app.accounts.models import User
from app.demo.people import ADMIN, STUDENTS
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from tests.make.pages import words

COURSE = "mesotherapy"
SAID = {
    "/home": r"Your way to the certificate (\d+) of (\d+) ",
    "/learn": r"(\d+) of (\d+) steps to the certificate",
    f"/learn/{COURSE}": r"Your way to the certificate (\d+) of (\d+) ",
    "/certificates": r"Foundation course in facial mesotherapy (\d+) of (\d+) ",
}
ALWAYS = ("/learn", f"/learn/{COURSE}")
"""The others say nothing about the way once there is a certificate, or while it is being made."""


def counts_of(browser) -> dict[str, tuple[int, int]]:
    """Return what each page says, done and in all; the segments of the path on the map are counted, too."""
    counts = {}
    for path, pattern in SAID.items():
        page = browser.get(path)
        assert page.status_code == 200, path
        if count := re.search(pattern, words(page)):
            counts[path] = (int(count[1]), int(count[2]))
        if path.startswith("/learn/"):
            parts = segments(page)
            counts["segments"] = (parts.count("done"), len(parts))
    way = browser.get(f"/api/v1/learn/{COURSE}").json()["way"]
    counts["api"] = (way["finished"], way["total"])
    return counts


def segments(page) -> list[str]:
    """The segments of the path on a page, done or not."""
    (path,) = html.document_fromstring(page.text).xpath("//*[@class='way-path']")
    return [part.get("data-state", "now") for part in path]


def test_every_page_says_the_same_number(academy_database, as_demo_person):
    with academy_database.read() as db:
        rows = db.execute(
            select(User.email, User.id)
            .join(Enrolment, Enrolment.user_id == User.id)
            .where(Enrolment.state == EnrolmentState.confirmed)
        )
        learners = {row.email: row.id for row in rows}
    office, seen, said = as_demo_person(ADMIN), set(), set()
    for person in STUDENTS:
        if person.email not in learners:
            continue
        browser = as_demo_person(person)
        counts = counts_of(browser)
        person_page = words(office.get(f"/admin/people/{learners[person.email]}"))
        office_count = re.search(SAID["/learn"], person_page)
        assert office_count, person.name
        counts["office"] = (int(office_count[1]), int(office_count[2]))
        assert len(set(counts.values())) == 1, (person.name, counts)
        assert set(ALWAYS) <= counts.keys()
        seen.add(counts["api"])
        said |= counts.keys()
    assert said == {*SAID, "segments", "api", "office"}
    assert len(seen) > 5
    assert all(total == 12 for _, total in seen)
