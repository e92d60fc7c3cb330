"""Every CSV of the site, opened by a reader of its own: the same cells as in the database, local dates, no
formula among forty hostile cells, and a byte-order mark (issue 15, bar 3)."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import httpx2
import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.enrolments.models import Enrolment
from app.kit.ids import EventId, SeatId, VoteId, new_uuid
from app.learning.models import SectionVoteRow
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import PracticalRow, Seat
from app.web.csv_response import CsvResponse
from tests.make import NOW
from tests.make.exceptions import a_stored_exception
from tests.make.list_cases import Stage, running_attempts, stage
from tests.make.people import with_needs
from tests.make.practicals import COURSE
from tests.make.rfc4180 import HOSTILE, begins_a_formula, read
from tests.make.route_calls import routes_that_call

LATE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
LOCAL = "2026-07-01 00:30"
"""The same moment by the clocks of the academy."""
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
NEEDED: Final = {"file": "csv", "reason": "For the door"}
NEEDED_FOR_HISTORY: Final = {"act": "practicals.took_seat_away", "reason": "For the file"}
FILES: Final[Mapping[str, tuple[str, Mapping[str, str] | None]]] = {
    "POST /admin/people/export": ("/admin/people/export", {"role": "student"}),
    "POST /admin/exceptions/export": ("/admin/exceptions/export", {}),
    "POST /admin/intakes/{intake_id}/export": ("/admin/intakes/{intake}/export", {}),
    "POST /admin/audit/export": ("/admin/audit/export", NEEDED_FOR_HISTORY),
    "POST /admin/invoices/export": ("/admin/invoices/export", {"show": "all"}),
    "POST /results/running/export": ("/results/running/export", {}),
    "POST /results/export": ("/results/export", {}),
    "GET /teach/courses/{course_key}/unclear.csv": (
        "/teach/courses/small-course/unclear.csv",
        None,
    ),
    "GET /teach/practicals/{practical_id}/roster.csv": ("/teach/practicals/{day}/roster.csv", None),
    "POST /teach/practicals/{practical_id}/roster-with-needs": (
        "/teach/practicals/{day}/roster-with-needs",
        NEEDED,
    ),
}
"""Each route that answers with a CSV: its path, and the form that asks for it; None: a link."""


@pytest.fixture
def hostile(database) -> Stage:
    """Forty students whose names, notes and needs begin formulas, in one intake and on one day."""
    with database.write() as db:
        academy = stage(db, "admin")
        running_attempts(academy, range(len(HOSTILE)))
        people = db.scalars(select(User).where(User.email.startswith("person."))).all()
        for person, text in zip(people, HOSTILE, strict=True):
            person.name = text
            with_needs(db, person.to_actor(), f"{text} needs")
            db.add(
                AuditEvent(
                    id=EventId(new_uuid()),
                    at=NOW,
                    action="practicals.took_seat_away",
                    subject_kind="practical",
                    subject_id=academy.day,
                    person_id=person.id,
                    reason=text,
                )
            )
            db.execute(
                update(Enrolment)
                .where(Enrolment.user_id == person.id)
                .values(note=text, invoice_number=text, invoiced_at=LATE, requested_at=LATE)
            )
            db.add(
                SectionVoteRow(
                    id=VoteId(new_uuid()),
                    user_id=person.id,
                    course_key=COURSE,
                    revision_id=academy.course,
                    lesson_key="skin-layers",
                    section="section-a",
                    lesson_title=HOSTILE[0],
                    section_title=HOSTILE[0],
                    is_clear=False,
                    words=text,
                    voted_at=NOW,
                )
            )
            a_stored_exception(
                db, academy.reader.user_id, user_id=person.id, course_key=COURSE, reason=text
            )
            db.add(
                Seat(
                    id=SeatId(new_uuid()),
                    practical_id=academy.day,
                    user_id=person.id,
                    state=SeatState.confirmed,
                    booked_at=NOW,
                    calendar_sequence=0,
                )
            )
        day = db.get_one(PracticalRow, academy.day)
        day.taken, day.status, day.title = len(HOSTILE), PracticalStatus.published, HOSTILE[0]
    return academy


@pytest.fixture
def file_of(hostile, as_person) -> Callable[[str], httpx2.Response]:
    browser = as_person(hostile.reader)

    def fetched(route: str) -> httpx2.Response:
        path, form = FILES[route]
        path = path.format(intake=hostile.intake, day=hostile.day)
        return browser.get(path) if form is None else browser.post(path, data=dict(form))

    return fetched


def without_guard(cell: str) -> str:
    """Return a cell as it was before signs that keep formulas away were put in; the texts have none."""
    return cell.replace("'", "")


def test_every_csv_is_read_here(app):
    assert routes_that_call(app, CsvResponse) == set(FILES)


@pytest.mark.parametrize("route", FILES)
def test_a_reader_of_its_own_gets_the_same_cells(route, database, file_of):
    answer = file_of(route)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeff".encode())
    heading, *rows = read(answer.content.decode())
    assert len(set(heading)) == len(heading)
    assert [cell for row in rows for cell in row if begins_a_formula(cell)] == []
    dates = [cell for row in rows for cell in row if re.match(r"\d{4}-", cell)]
    assert [cell for cell in dates if not DATE.fullmatch(cell)] == []
    if "What was not clear" in heading:  # the unclear sections, which name nobody
        ((*_, cell),) = rows
        assert len(without_guard(cell)) == len("\n".join(HOSTILE))
        assert all(text in without_guard(cell) for text in HOSTILE)
        return
    if "Minutes given back" in heading:  # the attempts that are running
        assert sorted(without_guard(row[0]) for row in rows) == sorted(HOSTILE)
        return
    if "E-mail" not in heading:  # the history, which has the sentence of each act, and its reason
        reasons = [without_guard(row[heading.index("Reason")]) for row in rows]
        assert sorted(reason for reason in reasons if reason) == sorted(HOSTILE)
        return
    with database.read() as db:
        people = select(User.email, User.name).where(User.email.startswith("person."))
        names = {row.email: row.name for row in db.execute(people)}
    email, name = heading.index("E-mail"), heading.index("Name")
    assert {row[email]: without_guard(row[name]) for row in rows} == names


def test_moments_and_days_are_those_of_the_academys_clocks(file_of):
    heading, *rows = read(file_of("POST /admin/intakes/{intake_id}/export").content.decode())
    assert {row[heading.index("Requested")] for row in rows} == {LOCAL}
    assert {row[heading.index("Invoiced")] for row in rows} == {LOCAL[:10]}
    notes = [without_guard(row[heading.index("Note")]) for row in rows]
    assert sorted(notes) == sorted(HOSTILE)


@pytest.mark.parametrize(
    "document",
    [
        '"a","b"\r\n',
        '\ufeff"a","b"\n"c","d"\n',
        '\ufeff"a","b"\r\n"c"\r\n',
        '\ufeff"a"b,"c"\r\n',
        '\ufeff"a","b\r\n',
        '\ufeffa"b,c\r\n',
    ],
)
def test_the_reader_refuses_what_the_rfc_does_not_describe(document):
    with pytest.raises(ValueError, match=r"mark|unexpected|lengths"):
        read(document)


def test_the_reader_reads_what_the_rfc_describes():
    assert read('\ufeff"a ""b""","c\r\nd"\r\ne,\r\n') == [['a "b"', "c\r\nd"], ["e", ""]]
    assert all(begins_a_formula(cell) for cell in HOSTILE), "the negative control"
    assert not any(begins_a_formula(cell) for cell in ("3 = 3", "a - b", "x@example.org", "'=1"))
