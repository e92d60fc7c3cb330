"""A list refuses a filter or an order that it does not have: ignored, it would look like the answer to what
was asked for. The filters of each list are those of its own form and its own links."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from lxml import html

from tests.make.list_cases import CASES, stage
from tests.make.pages import words

FREE = {"q", "page", "tick"}
"""What is no choice: words to search for, the number of a page, all boxes at once."""
IGNORED = {
    "GET /results": "an old bookmark still opens the list (app/reports/forms.py)",
    "GET /dev/mail": "a page of development",
}
EXPECTED = {
    "GET /admin/requests": {"intake"},
    "GET /admin/intakes/{intake_id}": {"show"},
    "GET /admin/practicals": {"show", "kind", "month", "instructor"},
    "GET /admin/people": {"role", "state", "sort"},
    "GET /admin/intakes": {"when"},
    "GET /admin/invoices": {"show"},
    "GET /admin/certificates": {"which"},
    "GET /admin/enquiries": {"which"},
    "GET /admin/outbox": {"show"},
    "GET /teach/practicals": {"show"},
    "GET /teach/questions": {"which"},
}
"""Filters that a list must have, so that the test cannot pass by finding none."""
FILTERED = {case.route: case for case in CASES if case.route not in IGNORED}


def filters_of(page: html.HtmlElement, path: str) -> set[str]:
    """Return what a list can be filtered and sorted by, as its own address says it."""
    own = [form for form in page.forms if form.method == "GET" and leads_to(form.action, path)]
    links = [link for link in page.xpath("//main//a/@href") if leads_to(link, path)]
    of_forms = {field.name for form in own for field in form.inputs if field.name}
    return (of_forms | {name for link in links for name in parse_qs(urlsplit(link).query)}) - FREE


def leads_to(address: str | None, path: str) -> bool:
    return urlsplit(address or "").path in ("", path)


@pytest.mark.parametrize("route", FILTERED)
def test_a_list_refuses_a_filter_that_it_does_not_have(database, as_person, route):
    case = FILTERED[route]
    with database.write() as db:
        set_up = stage(db, case.role)
        case.fill(set_up, range(60))
        path = urlsplit(case.path).path.format(intake=set_up.intake, day=set_up.day)
    browser = as_person(set_up.reader)
    filters = filters_of(html.fromstring(browser.get(path).text), path)
    filters |= EXPECTED.get(route, set())
    for name in sorted(filters):
        refused = browser.get(path, params={name: "sideways"})
        assert refused.status_code == 422, name
        assert any(said in words(refused) for said in SAID), (name, words(refused))
        assert browser.get(path, params={name: ""}).status_code == 200, name


SAID = ("There is no such", "must be", "must look like", "Choose ")
"""How a list says what is wrong."""


def test_requests_of_an_intake_that_does_not_exist_are_refused(database, as_person):
    with database.write() as db:
        set_up = stage(db, "admin")
    browser = as_person(set_up.reader)
    refused = browser.get(f"/admin/requests?intake={uuid4()}")
    assert refused.status_code == 422
    assert "There is no such intake. Choose one of the list." in words(refused)
    empty = browser.get(f"/admin/requests?intake={set_up.intake}")
    assert empty.status_code == 200
    assert "Nothing to decide" in words(empty)


@pytest.mark.parametrize("shown", ["draft", "cancelled"])
def test_an_instructor_has_no_list_of_drafts(database, as_person, shown):
    with database.write() as db:
        set_up = stage(db, "teacher")
    refused = as_person(set_up.reader).get(f"/teach/practicals?show={shown}")
    assert refused.status_code == 422
    assert "There is no such list of practicals." in words(refused)
