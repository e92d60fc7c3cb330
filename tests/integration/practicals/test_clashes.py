"""Double bookings are named before they are saved, and a change is shown before anybody is mailed."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html
from sqlalchemy import event, func, select

from app.kit.ids import PracticalId
from app.outbox.models import OutboxEvent
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalRow
from app.practicals.queries.clashes import clashes, clashes_of_day
from app.practicals.queries.eligibility_facts import read_practical
from tests.make.forms import forms_of
from tests.make.pages import words
from tests.make.practicals import (
    STARTS,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
)

DAY = timedelta(days=1)


def form_on(browser, address: str) -> dict[str, object]:
    """Return the fields of the form of a plan as they stand on its page."""
    tree = html.document_fromstring(browser.get(address).text)
    (form,) = [
        each_form
        for each_form in tree.forms
        if each_form.action and each_form.action.endswith(address)
    ]
    fields: dict[str, object] = {}
    for name, value in form.form_values():
        fields[name] = [*fields.get(name, []), value]  # type: ignore[misc]
    return fields


def mails(database) -> int:
    with database.read() as db:
        return db.scalars(select(func.count()).select_from(OutboxEvent)).one()


def room_of(database, practical_id: PracticalId) -> str:
    with database.read() as db:
        return db.get_one(PracticalRow, practical_id).room


def test_a_second_day_of_an_instructor_in_the_same_room_is_named(database, admin, ines, as_person):
    """T6: such a day used to be saved and published without a warning."""
    with database.write() as db:
        first = a_practical(db, title="First day", instructors=(ines,))
    browser = as_person(admin)
    plan = {
        "kind": "small-course/practice-day",
        "day": "15 December 2026",
        "starts": "09:00",
        "ends": "12:00",
        "zone": "Europe/London",
        "room": "room 1",
        "instructors": [str(ines.user_id)],
        "opens_day": "1 December 2026",
        "opens": "09:00",
        "closes_hours": "24",
        "cancel_hours": "48",
        "note": "Bring the keys",
    }
    answer = browser.post("/admin/practicals/new", data=plan)
    page = words(answer)
    assert answer.status_code == 409
    assert "Ines also teaches First day, Tue 15 Dec 2026, 09:00 to 16:00, London time." in page
    assert "Room 1 is also used by First day" in page
    assert f'href="/admin/practicals/{first}"' in answer.text
    assert "Bring the keys" in answer.text
    with database.read() as db:
        assert db.scalars(select(func.count()).select_from(PracticalRow)).one() == 1
    answer = browser.post("/admin/practicals/new", data=plan | {"accept_clashes": "yes"})
    assert answer.status_code == 303
    here = answer.headers["location"]
    assert "Publish all the same" in words(browser.get(here))
    answer = browser.post(f"{here}/publish")
    assert answer.status_code == 409
    assert "Ines also teaches First day" in words(answer)
    with database.read() as db:
        states = set(db.scalars(select(PracticalRow.status)))
    assert states == {PracticalStatus.draft, PracticalStatus.published}
    assert browser.post(f"{here}/publish", data={"accept_clashes": "yes"}).status_code == 303
    with database.read() as db:
        assert set(db.scalars(select(PracticalRow.status))) == {PracticalStatus.published}


def test_moving_a_day_onto_another_place_of_somebody_is_named(database, admin, ines, as_person):
    """B26: Hassan has 7 Dec and 14 Dec, and the second is moved onto the first."""
    with database.write() as db:
        first = a_practical(db, title="First day", room="Room 2")
        starts = STARTS + 7 * DAY
        second = a_practical(
            db, starts_at=starts, ends_at=starts + timedelta(hours=7), instructors=(ines,)
        )
        hassan = a_ready_student(db, "Hassan")
        for day in (first, second):
            a_seat(db, day, hassan.user_id)
    browser = as_person(admin)
    fields = form_on(browser, f"/admin/practicals/{second}/edit") | {"day": "15 December 2026"}
    answer = browser.post(f"/admin/practicals/{second}/edit", data=fields)
    assert answer.status_code == 409
    assert "Hassan also has a place on First day, Tue 15 Dec 2026" in words(answer)
    assert mails(database) == 0
    answer = browser.post(
        f"/admin/practicals/{second}/edit", data=fields | {"accept_clashes": "yes", "step": "save"}
    )
    assert answer.status_code == 303
    assert "Hassan also has a place on First day" in words(
        browser.get(f"/admin/practicals/{second}")
    )
    assert "Hassan also has a place on" in words(browser.get(f"/admin/practicals/{first}"))


def test_a_change_that_mails_people_is_shown_before_it_is_made(database, admin, ines, as_person):
    """T5: who gets a mail, and what changes; nothing is written until it is confirmed."""
    with database.write() as db:
        day = a_practical(db, capacity=1, instructors=(ines,))
        ann, ben = (a_ready_student(db, name) for name in ("Ann", "Ben"))
        a_seat(db, day, ann.user_id)
        a_waiter(db, day, ben.user_id)
    browser = as_person(admin)
    here = f"/admin/practicals/{day}/edit"
    fields = form_on(browser, here) | {"day": "16 December 2026", "room": "Room 9"}
    answer = browser.post(here, data=fields)
    page = words(answer)
    assert answer.status_code == 200
    said = "1 person with a place, 1 person who waits and 1 instructor get a mail."
    assert said in page
    assert "When Tue 15 Dec 2026, 09:00 to 16:00, London timeWed 16 Dec 2026" in page
    assert "Where Room 1Room 9" in page
    assert "Instructors Inesthe same" in page
    assert "Ann Has a place: hears what changed" in page
    assert "Ben Waits: hears what changed" in page
    assert "Ines Teaches: hears what changed" in page
    assert (room_of(database, day), mails(database)) == ("Room 1", 0)
    (form_shown,) = [form for form in forms_of(answer.text) if form.action == here]
    tree = html.document_fromstring(answer.text)
    (form,) = [each_form for each_form in tree.forms if each_form.action == here]
    sent: dict[str, object] = {}
    for name, value in form.form_values():
        sent[name] = [*sent.get(name, []), value]  # type: ignore[misc]
    sent["reason"] = "The boiler is broken"
    back = browser.post(here, data=sent | {"step": "back"})
    assert back.status_code == 200
    assert 'value="Room 9"' in back.text
    assert "The boiler is broken" in back.text
    assert (room_of(database, day), mails(database)) == ("Room 1", 0)
    assert browser.post(here, data=sent | {"step": "save"}).status_code == 303
    assert (room_of(database, day), mails(database)) == ("Room 9", 3)
    after = words(browser.get(f"/admin/practicals/{day}"))
    assert said in after
    assert "The boiler is broken" in after
    with database.read() as db:
        payloads = db.scalars(select(OutboxEvent.payload)).all()
    assert {mail["values"]["reason"] for mail in payloads} == {"The boiler is broken"}
    assert form_shown.action == here


def test_a_change_that_mails_nobody_is_made_at_once(database, admin, ines, as_person):
    with database.write() as db:
        day = a_practical(db, instructors=(ines,))
    browser = as_person(admin)
    here = f"/admin/practicals/{day}/edit"
    fields = form_on(browser, here) | {"note": "Keys"}
    assert browser.post(here, data=fields).status_code == 303
    assert mails(database) == 0


@pytest.mark.parametrize("people", [1, 5])
def test_clashes_are_found_in_one_statement(database, ines, people):
    with database.write() as db:
        first = a_practical(db, capacity=9, instructors=(ines,))
        second = a_practical(db, capacity=9, title="Second day", instructors=(ines,))
        for number in range(people):
            person = a_ready_student(db, f"Person {number}")
            for day in (first, second):
                a_seat(db, day, person.user_id)
        a_practical(db, status=PracticalStatus.draft, instructors=(ines,))
        a_practical(db, status=PracticalStatus.cancelled, instructors=(ines,))
        later = STARTS + timedelta(hours=7)
        a_practical(db, starts_at=later, ends_at=later + DAY, instructors=(ines,))
    statements: list[str] = []

    def note(*executed: Any) -> None:
        statements.append(executed[2])

    with database.read() as db:
        event.listen(database.engine, "before_cursor_execute", note)
        clashes_read = clashes(
            db,
            first,
            starts_at=STARTS,
            ends_at=STARTS + timedelta(hours=7),
            room="Room 1",
            instructors=[ines.user_id],
        )
        event.remove(database.engine, "before_cursor_execute", note)
        practical = read_practical(db, first)
        assert practical is not None
        assert set(clashes_of_day(db, practical)) == set(clashes_read)
    assert {clash.day.practical_id for clash in clashes_read} == {second}
    assert len(clashes_read) == 2 + people
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1
