"""Bar 7: every form that writes a whole record refuses a stale version. The forms are found by walking the
demo academy: one that shows stored values to be changed and carries no version fails."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select

from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from tests.make.crawl import shape
from tests.make.fingerprint import fingerprint
from tests.make.forms import PageForm, forms_of, forms_on_the_way

WHO: dict[str, DemoPerson] = {
    "learner": STUDENTS[0],
    "graduate": STUDENTS[1],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
STARTS = ("/", "/home", "/me", "/enquiry")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Edit:
    """What somebody else saves meanwhile (`theirs`), and what the person with the old page types. Fields
    of choices are given as all their values."""

    theirs: dict[str, str | list[str]]
    yours: dict[str, str | list[str]]


EDITS = {
    "/me": Edit({"name": "Saved elsewhere"}, {"theme": "dark"}),
    "/me/contact": Edit(
        {"phone": "+44 207 946 0000"},
        {"emergency_name": "Jo Doe", "emergency_phone": "+44 207 946 0001"},
    ),
    "/admin/practicals/*/edit": Edit(
        {"room": "Room 99", "starts": "09:15"}, {"note": "Bring the keys", "starts": "09:45"}
    ),
    "/admin/intakes/*/edit": Edit({"price": "999"}, {"title": "Another name", "places": "77"}),
    "/admin/groups/*/rename": Edit({"name": "Late evenings"}, {"name": "Early mornings"}),
    "/admin/people/*/details": Edit(
        {"name": "Saved Elsewhere", "reason": "As she writes it"},
        {"certificate_name": "Typed Here", "reason": "As her passport has it"},
    ),
    "/admin/people/*/roles": Edit(
        {"roles": ["student", "instructor"], "reason": "Teaches from now on"},
        {"roles": ["student", "admin"], "reason": "Helps in the office"},
    ),
    "/admin/enrolments/*/invoice": Edit(
        {"number": "2026-9001", "invoiced_on": "2 November 2026"},
        {"number": "2026-9002", "invoiced_on": "3 November 2026"},
    ),
    "/admin/enrolments/*/price": Edit(
        {"price": "900", "price_reason": "Agreed by telephone"},
        {"price": "800", "price_reason": "Works at the clinic"},
    ),
    "/admin/enrolments/*/payment": Edit(
        {"paid_on": "4 November 2026"}, {"paid_on": "5 November 2026"}
    ),
    "/admin/people/*/life-support": Edit(
        {
            "passed_on": "4 October 2026",
            "expires_on": "4 October 2027",
            "issuer": "Example First Aid",
            "reason": "Renewed",
        },
        {
            "passed_on": "5 October 2026",
            "expires_on": "5 October 2027",
            "issuer": "Example Rescue",
            "reason": "Seen again",
        },
    ),
}
"""One edit for every form that carries a version; a new one without its edit here fails."""

PRICE = "/admin/enrolments/*/price"
"""It comes first: an invoice fixes the price."""

NO_RECORD = {
    "/admin/invoices/payments": "each tick has the version of its invoice",
    "/admin/requests/decline": "decides requests; who is decided already is refused by name",
    "/admin/practicals/*/repeat": "makes records; what speaks against each is looked at again under the lock",
    "/admin/practicals/new": "makes a record; what it shows are suggestions",
    "/admin/intakes/new": "makes a record; what it shows are suggestions",
    "/results/outage": "makes a record; the day is a suggestion. Each press decides again who gains what,"
    " under the locks, and nobody gains twice; see reports/test_outages.py",
    "/enquiry": "makes a record; shows who is signed in",
    "/admin/groups/*/members": "adds one member; the part of a student is suggested",
    "/attempts/*/questions/*": "an answer is appended, never changed",
    "/admin/people/*/life-support/withdraw": "ends a record; see accounts/test_proofs.py",
    "/sign-in": "the panel of the bedside sheet; shows whose sheet it is",
    "/assessments/*/comment": "carries `expected_revision`; see assessments/test_pages.py",
    "/learn/*/lessons/*/note": "shows both texts when it is stale; see learning/test_notes.py",
    "/learn/*/lessons/*/clear": "the person's own words about a section; the last that are sent count",
    "/assessments/*/steps/*": "carries `expected_revision`; see assessments/test_pages.py",
}
"""Forms that show values and write no whole record of their own, each with the reason."""


@pytest.fixture
def browser_of(as_demo_person) -> Callable[[str], TestClient]:
    return lambda who: as_demo_person(WHO[who])


@pytest.fixture
def starts(academy_database) -> tuple[str, ...]:
    """Return where the walks begin: first at a place whose price no invoice fixes yet, of which the
    lists show only some."""
    with academy_database.read() as db:
        place_id = db.scalars(
            select(Enrolment.id).where(
                Enrolment.state == EnrolmentState.requested, Enrolment.invoice_number.is_(None)
            )
        ).first()
    assert place_id is not None
    return (f"/admin/enrolments/{place_id}", *STARTS)


def kind(form: PageForm) -> str:
    """Return the action without its identifiers and keys."""
    path = shape(form.action)
    if path.startswith("/learn/") and path.endswith("/note"):
        return "/learn/*/lessons/*/note"
    if path.startswith("/learn/") and path.endswith("/clear"):
        return "/learn/*/lessons/*/clear"
    return "/attempts/*/questions/*" if path.startswith("/attempts/*/questions/") else path


def shows_stored_values(form: PageForm) -> bool:
    """Whether the page fills in something that a person would change."""
    return any(
        bool(field.value.strip()) if field.is_typed else field.is_sent
        for field in form.fields
        if field.is_typed or field.kind in ("radio", "checkbox")
    )


@pytest.mark.parametrize("who", WHO)
def test_every_form_that_shows_stored_values_carries_their_version(browser_of, starts, who):
    unsafe = []
    for path, form in forms_on_the_way(browser_of(who), *starts):
        if shows_stored_values(form) and kind(form) not in NO_RECORD:
            if "version" not in form.hidden:
                unsafe.append(f"{form.action} on {path} carries no version")
            elif kind(form) not in EDITS:
                unsafe.append(f"{form.action} on {path} has no edit in this test")
    assert unsafe == [], "\n".join(unsafe)


def edit_forms(
    browser: TestClient, starts: tuple[str, ...] = STARTS
) -> dict[str, tuple[str, PageForm]]:
    return {
        kind(form): (path, form)
        for path, form in forms_on_the_way(browser, *starts)
        if "version" in form.hidden and kind(form) not in NO_RECORD
    }


def send(browser: TestClient, form: PageForm, typed: dict[str, str | list[str]]):
    """Send a form as its page shows it, with some fields changed. Where the answer asks first, because
    people would be mailed, confirm it."""
    shown: dict[str, list[str]] = {}
    for field in form.fields:
        if field.is_sent and field.name != "idempotency_key":
            shown.setdefault(field.name, []).append(field.value)
    for name, value in typed.items():
        shown[name] = value if isinstance(value, list) else [value]
    answer = browser.post(form.action, data=shown)
    if answer.status_code == 200 and 'value="save"' in answer.text:
        return browser.post(form.action, data=shown | {"step": ["save"]})
    return answer


def standing(form: PageForm, name: str) -> str | list[str]:
    """Return what stands in a field of a page."""
    values = [field.value for field in form.fields if field.name == name and field.is_sent]
    return (
        values
        if any(field.kind == "checkbox" for field in form.fields if field.name == name)
        else values[0]
    )


def form_at(page: str, action: str) -> PageForm:
    return next(form for form in forms_of(page) if form.action == action)


def test_a_stale_form_is_refused_and_keeps_what_was_typed(browser_of, academy_database, starts):
    refused = set()
    for who in ("admin", "learner", "instructor"):
        browser = browser_of(who)
        waiting = edit_forms(browser, starts)
        while waiting:
            form_kind = PRICE if PRICE in waiting else next(reversed(waiting))
            path, form = waiting.pop(form_kind)
            edit = EDITS[form_kind]
            answer = send(browser, form, edit.theirs)
            assert answer.status_code == 303, (form_kind, answer.text)
            before = fingerprint(academy_database)
            answer = send(browser, form, edit.yours)
            assert answer.status_code == 409, form_kind
            assert fingerprint(academy_database) == before, form_kind
            said = html.document_fromstring(answer.text).xpath(
                "string(//*[@class='error-summary'])"
            )
            assert "changed after you opened it" in said, form_kind
            words = [value for value in edit.theirs.values() if isinstance(value, str)]
            assert any(word in said for word in words) or "Instructor" in said, (form_kind, said)
            again = form_at(answer.text, form.action)
            for name, value in edit.yours.items():
                assert standing(again, name) == value, (form_kind, name)
            assert again.hidden["version"] != form.hidden["version"], form_kind
            refused.add(form_kind)
            for after in forms_of(browser.get(path).text):  # such as a payment after an invoice
                if "version" in after.hidden and kind(after) not in refused | set(NO_RECORD):
                    waiting[kind(after)] = (path, after)
            if (
                who == "admin"
            ):  # pressing again saves on purpose, without undoing what was untouched
                assert send(browser, again, {}).status_code == 303, form_kind
                assert fingerprint(academy_database) != before, form_kind
    assert refused == set(EDITS)


def test_a_form_of_an_older_page_has_no_version_and_is_refused_alike(
    browser_of, academy_database, starts
):
    browser = browser_of("admin")
    for form_kind, (_, form) in edit_forms(browser, starts).items():
        before = fingerprint(academy_database)
        answer = send(browser, form, {**EDITS[form_kind].yours, "version": []})
        assert answer.status_code == 409, form_kind
        assert fingerprint(academy_database) == before, form_kind
        again = form_at(answer.text, form.action)
        shown = {field.name for field in form.fields}
        for name, value in EDITS[form_kind].yours.items():
            if name in shown:  # the first proof of a person needs no reason
                assert standing(again, name) == value, (form_kind, name)


def test_what_the_person_did_not_touch_takes_the_value_on_record(browser_of):
    browser = browser_of("admin")
    _, form = edit_forms(browser)["/admin/practicals/*/edit"]
    assert send(browser, form, {"room": "Room 99"}).status_code == 303
    answer = send(browser, form, {"note": "Bring the keys"})
    again = form_at(answer.text, form.action)
    assert (standing(again, "room"), standing(again, "note")) == ("Room 99", "Bring the keys")
    assert "Changed in the meantime to “Room 99”. This form has it now." in answer.text


def test_pressing_save_twice_is_no_conflict_with_oneself(browser_of):
    browser = browser_of("admin")
    _, form = edit_forms(browser)["/admin/intakes/*/edit"]
    for _ in range(2):
        assert send(browser, form, {"price": "999"}).status_code == 303
