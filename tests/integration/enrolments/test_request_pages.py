"""Requests decided where they stand: the list over all intakes and the one of an intake, without scripts."""

from datetime import timedelta

import pytest
from lxml import html
from sqlalchemy import select

from app.enrolments.domain import EnrolmentState
from app.kit.ids import EnrolmentId, EventId, new_uuid
from app.kit.messages import msg
from app.kit.stored_messages import stored_reason
from app.kit.undo_time import UNDO_TIME
from app.outbox.models import OutboxEvent
from app.outbox.queries import MAIL
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.enrolments import an_enrolment, states_in
from tests.make.learning import a_published_course
from tests.make.mails import a_mailer
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.pseudo_languages import in_three

State = EnrolmentState
LIST = "/admin/requests"
IN_THREE = in_three(ACADEMY)


@pytest.fixture
def office(database, as_person):
    with database.write() as db:
        a_published_course(db)
        actor = a_user(db, "Olga Office", roles=("admin",))
    return as_person(actor)


@pytest.fixture
def intakes(database, office):
    with database.write() as db:
        return [an_intake(db, title=title, places=200) for title in ("Winter", "Spring")]


def ask(database, intake_id, name, hour, state=State.requested) -> EnrolmentId:
    with database.write() as db:
        at = NOW - timedelta(days=9) + timedelta(hours=hour)
        return an_enrolment(db, intake_id, a_user(db, name), state, now=at)


def rows_of(page) -> list[str]:
    """Return the words of each row of the list: the name and the buttons."""
    rows = html.document_fromstring(page.text).xpath("//tr[@data-request]")
    return [
        " | ".join(
            " ".join(part.text_content().split())
            for part in (row.xpath(".//th//a")[0], *row.xpath(".//*[contains(@class, 'tag-')]"))
        )
        for row in rows
    ]


def errors_in(page) -> list[str]:
    items = html.document_fromstring(page.text).xpath("//*[@class='error-summary']//li")
    return [" ".join(item.text_content().split()) for item in items]


def test_the_list_holds_every_intake_oldest_first(office, database, intakes):
    winter, spring = intakes
    ask(database, winter, "Ann Ames", 2)
    ask(database, spring, "Ben Bo", 1)
    ask(database, winter, "Cem Can", 3, State.waiting)
    page = office.get(LIST)
    assert rows_of(page) == ["Ben Bo", "Ann Ames"]
    assert "A small course in skin and needles, Spring" in page.text
    assert rows_of(office.get(f"{LIST}?intake={winter}")) == ["Ann Ames"]
    assert office.get(f"{LIST}?intake=nothing").status_code == 422
    every = html.document_fromstring(office.get(f"{LIST}?tick=all").text)
    assert len(every.xpath("//input[@type='checkbox'][@checked]")) == 2
    assert every.xpath("//button[@id='confirm-ticked']")[0].text_content().strip() == "Confirm 2"


def test_nothing_to_decide(office):
    page = office.get(LIST)
    assert page.status_code == 200
    assert "Nothing to decide" in page.text
    assert office.post(f"{LIST}/confirm").status_code == 422


def test_one_is_confirmed_in_place_and_undone(office, database, intakes, clock_file):
    winter = intakes[0]
    ann, ben = (ask(database, winter, name, n) for n, name in enumerate(("Ann Ames", "Ben Bo")))
    back = f"{LIST}?page=1"
    # The row's own button is pressed while somebody else is ticked.
    pressed = {"enrolment": str(ben), "only": str(ann), "back": back}
    answer = office.post(f"{LIST}/confirm", data=pressed)
    assert (answer.status_code, answer.headers["location"]) == (303, back)
    page = office.get(back)
    assert "1 place is confirmed." in page.text
    assert rows_of(page) == ["Ann Ames | Confirmed", "Ben Bo"]
    shown = office.get(f"/admin/intakes/{winter}?show=requested")
    assert rows_of(shown) == ["Ann Ames | Confirmed", "Ben Bo"]
    undone = office.post(f"{LIST}/undo", data={"only": str(ann), "back": back})
    assert (undone.status_code, undone.headers["location"]) == (303, back)
    assert rows_of(office.get(back)) == ["Ann Ames", "Ben Bo"]
    office.post(f"{LIST}/confirm", data={"only": str(ann), "back": back})
    clock_file.write_text((NOW + UNDO_TIME).isoformat())
    assert rows_of(office.get(back)) == ["Ben Bo"]
    late = office.post(f"{LIST}/undo", data={"only": str(ann), "back": back})
    assert late.status_code == 409
    (words,) = errors_in(late)
    assert words.startswith("Ann Ames: The mail about this decision has left")
    assert states_in(database, winter)["Ann Ames"] == "confirmed"


def test_several_are_confirmed_and_who_cannot_be_is_named(office, database, intakes):
    winter = intakes[0]
    ids = [ask(database, winter, f"Person {n}", n) for n in range(3)]
    office.post(f"{LIST}/confirm", data={"only": str(ids[0])})
    chosen = {"enrolment": [str(each) for each in ids], "back": LIST}
    answer = office.post(f"{LIST}/confirm", data=chosen)
    assert answer.status_code == 409
    assert errors_in(answer) == [
        "Person 0: This request has already been decided. Look at its present state before you go on."
    ]
    assert "2 places are confirmed." in answer.text
    assert set(states_in(database, winter).values()) == {"confirmed"}
    undone = office.post(f"{LIST}/undo", data=chosen)
    assert undone.status_code == 303
    assert set(states_in(database, winter).values()) == {"requested"}
    unknown = {"enrolment": [str(ids[0]), str(new_uuid())]}
    assert office.post(f"{LIST}/confirm", data=unknown).status_code == 404
    assert set(states_in(database, winter).values()) == {"requested"}


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"preset": "papers"}, "The proof of your qualification has not reached us."),
        ({"preset": "", "reason": "We are full."}, "We are full."),
        (
            {"preset": "papers", "reason": "Send it by post."},
            "The proof of your qualification has not reached us. Send it by post.",
        ),
    ],
)
def test_several_are_declined_with_a_reason(office, database, intakes, typed, reason):
    winter = intakes[0]
    ids = [str(ask(database, winter, f"Person {n}", n)) for n in range(2)]
    back = f"/admin/intakes/{winter}?show=requested&page=1"
    chosen = {"enrolment": ids, "back": back, "intake": str(winter)}
    sent = office.post(f"{LIST}/decline", data=chosen)
    assert sent.status_code == 303
    page = office.get(sent.headers["location"])
    assert "Decline 2 requests?" in page.text
    answered = {"enrolment": ids, "back": back, **typed}
    declined = office.post(f"{LIST}/decline", data=answered)
    assert (declined.status_code, declined.headers["location"]) == (303, back)
    assert set(states_in(database, winter).values()) == {"declined"}
    assert reason in office.get(f"/admin/intakes/{winter}?show=ended").text


def test_a_usual_reason_is_read_in_the_language_of_the_reader(
    office, database, intakes, as_person, speak
):
    speak(IN_THREE)
    with database.write() as db:
        dora = a_user(db, "Dora", language="de")
        place = an_enrolment(db, intakes[0], dora)
    why = {"preset": "papers", "reason": "Send it by post."}
    declined = office.post(f"{LIST}/decline", data={"enrolment": str(place), **why})
    assert declined.status_code == 303
    usual = "The proof of your qualification has not reached us."
    own = as_person(dora).get("/enrolments").text
    assert f"⟦{usual}⟧ ⟦Send it by post.⟧" in own
    shown = office.get(f"/admin/enrolments/{place}").text
    assert f"{usual} Send it by post." in shown
    with database.read() as db:
        (payload,) = db.scalars(select(OutboxEvent.payload).where(OutboxEvent.name == MAIL))
    mail = a_mailer(IN_THREE).build(EventId(new_uuid()), payload, now=NOW)
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert f"⟦{usual}⟧" in text
    assert "Send it by post." in text
    assert "version" not in text


def test_a_refusal_without_a_reason_changes_nothing(office, database, intakes):
    winter = intakes[0]
    ann = str(ask(database, winter, "Ann Ames", 1))
    page = office.post(f"{LIST}/decline", data={"enrolment": ann, "preset": "", "reason": " "})
    assert page.status_code == 422
    assert errors_in(page) == ["Choose a reason, or write one."]
    assert states_in(database, winter) == {"Ann Ames": "requested"}
    assert office.get(f"{LIST}/decline").status_code == 404
    assert office.get(f"{LIST}/decline?enrolment={new_uuid()}").status_code == 404


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"preset": "papers", "reason": "No"}, "at least 3 characters"),
        ({"preset": "", "reason": "Long, " * 400}, "at most 2000 characters"),
        ({"preset": "gone", "reason": "We are full."}, "Choose one of the"),
    ],
)
def test_a_reason_that_cannot_be_read_stays_on_its_page(office, database, intakes, typed, problem):
    winter = intakes[0]
    ids = [str(ask(database, winter, f"Person {n}", n)) for n in range(2)]
    sent = office.post(
        f"{LIST}/decline", data={"enrolment": ids, "back": f"{LIST}?page=2", **typed}
    )
    assert sent.status_code == 422
    assert problem in sent.text
    page = html.document_fromstring(sent.text)
    assert page.xpath("//textarea[@name='reason']")[0].text.strip() == typed["reason"].strip()
    assert sorted(page.xpath("//main//input[@name='enrolment']/@value")) == sorted(ids)
    assert page.xpath("//main//input[@name='back']/@value") == [f"{LIST}?page=2"]
    assert set(states_in(database, winter).values()) == {"requested"}


def test_the_way_back_leads_nowhere_else(office, database, intakes):
    ann = ask(database, intakes[0], "Ann Ames", 1)
    pressed = {"only": str(ann), "back": "//evil.example/"}
    answer = office.post(f"{LIST}/confirm", data=pressed)
    assert answer.headers["location"] == LIST


def test_a_person_is_undone_from_their_page(office, database, intakes, clock_file):
    ann = ask(database, intakes[0], "Ann Ames", 1)
    address = f"/admin/enrolments/{ann}"
    assert office.post(f"{address}/undo").status_code == 409
    office.post(f"{address}/confirm")
    assert "Undo the decision" in office.get(address).text
    assert office.post(f"{address}/undo").status_code == 303
    assert states_in(database, intakes[0]) == {"Ann Ames": "requested"}
    office.post(f"{address}/confirm")
    clock_file.write_text((NOW + UNDO_TIME).isoformat())
    assert "Undo the decision" not in office.get(address).text


def test_a_stored_reason_with_values_reads_as_a_sentence(office, database, intakes, as_person):
    """Its column holds JSON then; the office and the person read the message."""
    winter, stored = intakes[0], stored_reason(msg("Moved to {intake}.", intake="Spring"))
    with database.write() as db:
        ann = a_user(db, "Ann Ames")
        enrolment_id = an_enrolment(db, winter, ann, State.cancelled, reason=stored)
    for browser, address in (
        (office, f"/admin/enrolments/{enrolment_id}"),
        (office, f"/admin/intakes/{winter}?show=ended"),
        (as_person(ann), "/enrolments"),
    ):
        page = browser.get(address).text
        assert "Moved to Spring." in page
        assert "version" not in html.document_fromstring(page).xpath("//main")[0].text_content()
    export = office.post(f"/admin/intakes/{winter}/export")
    assert "Moved to Spring." in export.text


@pytest.mark.parametrize("people", [3, 60])
def test_the_list_costs_as_many_statements_however_long(office, database, intakes, people):
    ids = [ask(database, intakes[n % 2], f"Person {n:02}", n) for n in range(people)]
    office.post(f"{LIST}/confirm", data={"enrolment": [str(each) for each in ids[:2]]})
    page = office.get(LIST)
    assert len(rows_of(page)) == min(people, 52)
    assert statements_of(page) <= 8
    shown = office.get(f"/admin/intakes/{intakes[0]}?show=requested")
    assert statements_of(shown) <= 8


def test_decided_people_keep_their_place_on_the_later_pages(office, database, intakes):
    ids = [ask(database, intakes[0], f"Person {n:03}", n) for n in range(60)]
    office.post(f"{LIST}/confirm", data={"enrolment": [str(ids[0]), str(ids[57])]})
    first, second = office.get(LIST), office.get(f"{LIST}?page=2")
    assert rows_of(first)[0] == "Person 000 | Confirmed"
    assert "Person 057 | Confirmed" not in rows_of(first)
    assert "Person 057 | Confirmed" in rows_of(second)
    assert "Person 000 | Confirmed" not in rows_of(second)


def test_the_person_sees_the_decision_at_once_and_the_notice_with_the_mail(
    office, database, intakes, as_person, clock_file
):
    with database.write() as db:
        ann = a_user(db, "Ann Ames")
        enrolment_id = an_enrolment(db, intakes[0], ann)
    browser = as_person(ann)
    office.post(f"{LIST}/confirm", data={"only": str(enrolment_id)})
    assert "Your place is confirmed" not in browser.get("/notices").text
    assert browser.get("/api/v1/notices").json()["total"] == 0
    places = html.document_fromstring(browser.get("/enrolments").text)
    assert "Confirmed" in places.text_content()
    clock_file.write_text((NOW + UNDO_TIME).isoformat())
    assert "Your place is confirmed" in browser.get("/notices").text
    assert browser.get("/api/v1/notices").json()["unread"] == 1
