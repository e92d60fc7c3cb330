"""The office's pages of prices, invoices and payments: what forms answer, what lists say."""

import pytest
from lxml import html

from app.enrolments.domain import EnrolmentState
from tests.make.enrolments import an_enrolment
from tests.make.forms import forms_of
from tests.make.learning import a_published_course
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
