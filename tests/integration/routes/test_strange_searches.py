"""A search of 200 words, of signs alone or of a lone mark is answered calmly by every list: it shows nobody,
and not everybody, as if the search had not been typed (issue 15, bad input)."""

from urllib.parse import urlencode

import pytest
from lxml import html

from tests.make.list_cases import CASES, ListCase, stage

STRANGE = ("word " * 200, "?!…", "\u0301", "\u200b", "%")
SEARCHED = (
    *("/admin/people", "/admin/intakes/{intake_id}", "/admin/practicals", "/admin/certificates"),
    *(
        "/admin/practicals/{practical_id}/reserve",
        "/admin/invoices",
        "/admin/enquiries",
        "/admin/exceptions",
        "/results",
        "/results/running",
        "/teach/questions",
    ),
)


def typed_into(path: str, typed: str) -> str:
    address, _, query = path.partition("?")
    others = "&".join(part for part in query.split("&") if part and not part.startswith("q="))
    return f"{address}?{others}&{urlencode({'q': typed})}"


def test_each_list_with_a_search_is_tried():
    assert {f"GET {path}" for path in SEARCHED} <= {case.route for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_strange_search_finds_nobody(database, as_person, case: ListCase):
    with database.write() as db:
        set_up = stage(db, case.role)
        path = case.path.format(intake=set_up.intake, day=set_up.day)
        case.fill(set_up, range(11))  # the people of an intake have a search from the eleventh
    browser = as_person(set_up.reader)
    page = html.fromstring(browser.get(path).text)
    is_searched = bool(page.xpath("//main//input[@name='q']"))
    assert is_searched == (case.route.removeprefix("GET ") in SEARCHED)
    assert page.xpath(case.rows)
    for typed in STRANGE if is_searched else ():
        answer = browser.get(typed_into(path, typed))
        assert answer.status_code == 200, typed
        assert not html.fromstring(answer.text).xpath(case.rows), typed
