"""The office's pages of prices, invoices and payments: what forms answer, what lists say."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from lxml import html
from sqlalchemy import select

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.enrolments.domain import EnrolmentState
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.enrolments import an_enrolment
from tests.make.forms import forms_of
from tests.make.learning import a_published_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.places import an_intake

State = EnrolmentState


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


@pytest.fixture
def office(database, as_person, published):
    with database.write() as db:
        actor = a_user(db, "Olga Office", roles=("admin",))
    return as_person(actor)


@pytest.fixture
def ann(database, published):
    with database.write() as db:
        return a_user(db, "Ann Ames")


@pytest.fixture
def intake_id(database, published):
    with database.write() as db:
        return an_intake(db)


def hidden_in(browser, path: str, action: str) -> dict[str, str]:
    """Return the hidden fields of the form of a page with this action."""
    (form,) = [form for form in forms_of(browser.get(path).text) if form.action == action]
    return form.hidden


def test_the_office_undoes_what_it_recorded_and_changes_a_price(
    office, database, ann, published, intake_id
):
    with database.write() as db:
        enrolment_id = an_enrolment(
            db, intake_id, ann, State.confirmed, published=published, price_pence=145_000
        )
    path = f"/admin/enrolments/{enrolment_id}"
    assert "£1,450" in office.get(path).text
    price = {**hidden_in(office, path, f"{path}/price"), "price": "1200"}
    unexplained = office.post(f"{path}/price", data=price)
    assert unexplained.status_code == 422
    assert "Enter the reason." in unexplained.text
    assert 'value="1200"' in unexplained.text
    changed = office.post(f"{path}/price", data={**price, "price_reason": "Agreed"})
    assert (
        flash_of(office, changed)
        == "The price is £1,200 now. The person gets a mail with your reason."
    )
    same = office.post(f"{path}/price", data={**price, "price_reason": "Agreed"})
    assert flash_of(office, same) == "The price was £1,200 already. Nothing was changed."
    bill = {**hidden_in(office, path, f"{path}/invoice"), "number": "A-1", "invoiced_on": ""}
    assert office.post(f"{path}/invoice", data=bill).status_code == 303  # today
    assert f'action="{path}/price"' not in office.get(path).text
    fixed = office.post(f"{path}/price", data={**price, "price_reason": "Agreed"})
    assert fixed.status_code == 409
    assert "An invoice is recorded for this place, so its price stays." in fixed.text
    seen = hidden_in(office, path, f"{path}/invoice/undo")
    pay = {**hidden_in(office, path, f"{path}/payment"), "paid_on": " "}
    assert office.post(f"{path}/payment", data=pay).status_code == 303
    page = office.get(path).text
    assert "A-1, Tue 1 Dec 2026" in page
    assert page.count("Tue 1 Dec 2026") >= 2
    assert f'action="{path}/invoice/undo"' not in page
    undo = hidden_in(office, path, f"{path}/payment/undo")
    unexplained = office.post(f"{path}/payment/undo", data=undo)
    assert unexplained.status_code == 422
    assert "Enter the reason." in unexplained.text
    undone = office.post(f"{path}/payment/undo", data={**undo, "payment_reason": "Of another"})
    assert flash_of(office, undone).startswith("The payment is undone.")
    again = office.post(f"{path}/payment/undo", data={**undo, "payment_reason": "Of another"})
    assert again.status_code == 409
    assert "There is nothing to undo" in again.text
    undone = office.post(f"{path}/invoice/undo", data={**seen, "invoice_reason": "Of another"})
    assert flash_of(office, undone).startswith("The invoice is undone.")
    page = office.get(path).text
    assert "No payment recorded" in page
    assert f'action="{path}/price"' in page


def flash_of(browser, response) -> str:
    """Follow a redirect and return the message that the page begins with."""
    assert response.status_code == 303, response.text
    page = html.fromstring(browser.get(response.headers["location"]).text)
    return " ".join(page.xpath("//*[@role='status']")[0].text_content().split())


def an_invoice(db, intake_id, name, *, days=1, state=State.confirmed, paid=None, **columns):
    """Add a person with an invoice that was sent so many days ago."""
    person = a_user(db, name)
    sent = NOW - timedelta(days=days)
    columns = {"invoice_number": f"N-{days}", "price_pence": 100_000, **columns}
    return an_enrolment(db, intake_id, person, state, invoiced_at=sent, paid_at=paid, **columns)


@pytest.fixture
def invoices(database, intake_id):
    """Five invoices in two intakes: two unpaid, one paid, and two of places that ended."""
    with database.write() as db:
        other = an_intake(db, title="Spring", price_pence=100_000)
        return {
            "Ann Ames": an_invoice(db, intake_id, "Ann Ames", days=3),
            "Ben Bo": an_invoice(db, other, "Ben Bo", days=40, state=State.requested),
            "Cem Can": an_invoice(db, other, "Cem Can", days=5, paid=NOW, price_pence=None),
            "Dee Day": an_invoice(db, other, "Dee Day", days=6, state=State.cancelled),
            "Eva Ek": an_invoice(
                db,
                other,
                "Eva Ek",
                days=7,
                state=State.cancelled,
                paid=NOW,
                invoice_number="2026-0042",
            ),
        }


def listed(browser, query="") -> list[str]:
    """Return the people on a list of invoices, in its order."""
    page = html.fromstring(browser.get(f"/admin/invoices{query}").text)
    return [" ".join(link.split()) for link in page.xpath("//tbody//th//a/text()")]


def test_the_oldest_unpaid_invoice_comes_first(office, invoices):
    assert listed(office) == ["Ben Bo", "Ann Ames"]
    assert listed(office, "?show=paid") == ["Cem Can", "Eva Ek"]
    assert listed(office, "?show=all") == ["Ann Ames", "Cem Can", "Dee Day", "Eva Ek", "Ben Bo"]
    page = words(office.get("/admin/invoices"))
    for said in ("2 invoices, £2,000", "40 days ago", "Not paid (2)", "Paid (2)", "All (5)"):
        assert said in page
    assert "2 invoices, £2,000" in words(office.get("/admin/invoices?show=paid"))
    ended = words(office.get("/admin/invoices?show=all"))
    assert "5 invoices, £5,000" in ended
    assert ended.count("Place ended") == 1


def test_an_invoice_is_found_by_its_person_and_by_its_number(office, invoices):
    assert listed(office, "?q=B%C3%96+ben") == ["Ben Bo"]
    assert listed(office, "?show=all&q=2026-0042") == ["Eva Ek"]
    assert listed(office, "?show=all&q=20260042") == ["Eva Ek"]
    assert "Paid (1)" in office.get("/admin/invoices?show=all&q=0042").text
    nobody = office.get("/admin/invoices?q=Eva")
    assert nobody.status_code == 200
    assert "Nothing found" in nobody.text
    assert "Nothing found" in office.get("/admin/invoices?q=%CC%81%20--").text
    unknown = office.get("/admin/invoices?show=late")
    assert unknown.status_code == 422
    assert "There is no such list of invoices." in unknown.text


def test_empty_lists_of_invoices_say_what_would_stand_there(office, intake_id):
    assert "Every invoice is paid" in office.get("/admin/invoices").text
    assert "Nothing is paid yet" in office.get("/admin/invoices?show=paid").text
    assert "No invoices yet" in office.get("/admin/invoices?show=all").text


def test_the_overview_leads_to_exactly_the_unpaid_invoices(office, invoices):
    home = html.fromstring(office.get("/home").text)
    (link,) = home.xpath("//a[@href='/admin/invoices' and not(ancestor::nav)]")
    (count,) = home.xpath("//*[contains(text(), 'invoices are not paid')]/text()")
    assert count.split()[0] == str(len(listed(office, ""))) == "2"
    assert link is not None


def ticks(browser) -> dict[str, str]:
    """Return the value of the tick box of each person on the list of unpaid invoices."""
    page = html.fromstring(browser.get("/admin/invoices").text)
    return {
        row.xpath("string(.//th//a)").strip(): row.xpath("string(.//input[@name='invoice']/@value)")
        for row in page.xpath("//tbody/tr")
    }


def test_several_are_paid_with_one_press(office, database, invoices):
    ticked = list(ticks(office).values())
    none = office.post("/admin/invoices/payments", data={"paid_on": "29 Nov 2026"})
    assert none.status_code == 422
    assert "Tick at least one invoice." in none.text
    late = office.post(
        "/admin/invoices/payments", data={"invoice": ticked, "paid_on": "2 Dec 2026"}
    )
    assert late.status_code == 422
    assert "in the future" in late.text
    assert late.text.count(" checked") == 2
    done = office.post(
        "/admin/invoices/payments", data={"invoice": ticked, "paid_on": "29 Nov 2026"}
    )
    said = "2 payments are recorded on Sun 29 Nov 2026. Nobody was mailed."
    assert flash_of(office, done) == said
    assert listed(office) == []
    assert listed(office, "?show=paid") == ["Cem Can", "Eva Ek", "Ann Ames", "Ben Bo"]


def test_no_payment_of_several_is_recorded_if_one_is_refused(office, database, invoices):
    ticked = ticks(office)
    assert (
        office.post("/admin/invoices/payments", data={"invoice": ticked["Ben Bo"]}).status_code
        == 303
    )
    refused = office.post("/admin/invoices/payments", data={"invoice": list(ticked.values())})
    assert refused.status_code == 409
    assert "Ben Bo: This invoice is recorded as paid already. Leave it out." in refused.text
    assert listed(office) == ["Ann Ames"]
    for wrong in ("7", "7:x", [ticked["Ann Ames"], ticked["Ann Ames"]]):
        bad = office.post("/admin/invoices/payments", data={"invoice": wrong})
        assert bad.status_code == 422
        assert "Open the list again and tick the invoices there." in bad.text
    assert listed(office) == ["Ann Ames"]


def test_a_payment_is_undone_from_the_list(office, invoices):
    page = html.fromstring(office.get("/admin/invoices?show=paid").text)
    (address,) = page.xpath("//a[starts-with(normalize-space(.), 'Undo')]/@href")[:1]
    path = address.partition("?")[0]
    form = hidden_in(office, address.partition("#")[0], f"{path}/payment/undo")
    assert form["came_from"] == "invoices"
    undone = office.post(f"{path}/payment/undo", data={**form, "payment_reason": "Of another"})
    assert undone.headers["location"] == "/admin/invoices?show=paid"
    assert listed(office) == ["Ben Bo", "Cem Can", "Ann Ames"]


def test_the_list_is_taken_away_as_csv(office, database, invoices):
    answer = office.post("/admin/invoices/export", data={"show": "all", "q": "bo"})
    assert answer.status_code == 200
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows == [
        [
            *("Name", "E-mail", "Course", "Intake", "Start", "Price in GBP", "Invoice", "Invoiced"),
            *("Days since", "Paid", "State"),
        ],
        [
            *(
                "Ben Bo",
                rows[1][1],
                "A small course in skin and needles",
                "Spring",
                "2027-01-11",
                "1000.00",
                "N-40",
            ),
            *("2026-10-22", "40", "", "not paid"),
        ],
    ]
    everything = office.post("/admin/invoices/export", data={"show": "all"}).text
    assert [row[-1] for row in list(csv.reader(StringIO(everything)))[1:]] == [
        *("not paid", "paid", "place ended", "paid", "not paid")
    ]
    with database.read() as db:
        acts = db.scalars(
            select(AuditEvent.details).where(AuditEvent.action == "enrolment.invoices_exported")
        ).all()
    assert sorted(act["rows"] for act in acts) == [1, 5]


def test_the_price_and_the_phone_stand_in_the_csv_of_an_intake(
    office, database, invoices, intake_id
):
    with database.write() as db:
        db.query(User).where(User.name == "Ann Ames").one().phone = "+442079460000"
    text = office.post(f"/admin/intakes/{intake_id}/export").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(StringIO(text))
    assert (row["Name"], row["Price in GBP"]) == ("Ann Ames", "1000.00")
    assert row["Phone"] == "(+44) 207 946 0000"


def test_a_long_list_costs_as_many_statements_as_a_short_one(office, database, published):
    with database.write() as db:
        intake_id = an_intake(db, places=60)
        an_invoice(db, intake_id, "Ann Ames")
    office.get("/admin/invoices")
    few = statements_of(office.get("/admin/invoices"))
    with database.write() as db:
        for number in range(51):
            an_invoice(db, intake_id, f"Person {number}")
    page = office.get("/admin/invoices")
    assert statements_of(page) == few <= 8
    assert "52 invoices, £52,000" in words(page)
    assert "Page 1 of 2" in page.text
    assert len(listed(office, "?page=2")) == 2


def test_a_new_price_says_who_keeps_which(office, database, invoices, intake_id):
    path = f"/admin/intakes/{intake_id}/edit"
    page = office.get(path).text
    assert "A new price is for new requests only: 1 person keeps £1,000." in page
    form = next(form for form in forms_of(page) if form.action == path)
    typed = {field.name: field.value for field in form.fields if field.is_sent}
    changed = office.post(path, data={**typed, "price": "1600"})
    assert flash_of(office, changed) == (
        "The intake is changed. £1,600 is the price for new requests; 1 person keeps £1,000. "
        "Nobody was mailed about the price."
    )


def test_a_program_reads_its_own_places_with_the_agreed_price(
    as_person, database, ann, published, intake_id
):
    with database.write() as db:
        confirmed = an_enrolment(
            db, intake_id, ann, State.confirmed, published=published, price_pence=99_900
        )
        an_enrolment(db, intake_id, a_user(db, "Ben Bo"), State.requested)
    answer = as_person(ann).get("/api/v1/intakes/mine")
    assert answer.status_code == 200
    (place,) = answer.json()["places"]
    assert (place["enrolment_id"], place["price_pence"]) == (str(confirmed), 99_900)
    assert (place["state"], place["is_invoiced"], place["is_paid"]) == ("confirmed", False, False)
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    assert as_person(admin).get("/api/v1/intakes/mine").status_code == 403
