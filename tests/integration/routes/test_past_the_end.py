"""A list never says that there is nothing because its reader asked for a page it does not have."""

from urllib.parse import parse_qs, urlsplit

import pytest

from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS
from tests.make.crawl import Visited, crawl, shape

PEOPLE = {"learner": STUDENTS[0], "instructor": INSTRUCTORS[0], "admin": ADMIN}
LISTS = {
    "learner": {"/dates", "/practicals", "/notices"},
    "instructor": {"/teach/practicals", "/notices", "/results"},
    "admin": {
        *("/admin/people", "/admin/intakes", "/admin/intakes/*", "/admin/practicals"),
        *("/admin/certificates", "/admin/enquiries", "/results"),
    },
}
"""Lists that the walk must meet, so that it cannot pass by finding none."""


def with_page(path: str, number: str) -> str:
    return f"{path}{'&' if urlsplit(path).query else '?'}page={number}"


@pytest.mark.parametrize("who", PEOPLE)
def test_each_list_leads_to_its_last_page(who, as_demo_person):
    browser = as_demo_person(PEOPLE[who])

    def fetched(path: str) -> Visited:
        answer = browser.get(path)
        return Visited(
            path, answer.status_code, answer.headers.get("content-type", ""), answer.text
        )

    lists = set()
    for page in crawl(fetched, "/home", of_a_kind=1):
        has_pages = browser.get(with_page(page.path, "x")).status_code == 422
        is_page = page.status == 200 and page.kind.startswith("text/html")
        if not is_page or "page=" in page.path or not has_pages:
            continue
        lists.add(shape(page.path))
        answer = browser.get(with_page(page.path, "40"), follow_redirects=False)
        assert answer.status_code == 303, page.path
        last = answer.headers["location"]
        assert urlsplit(last).path == urlsplit(page.path).path
        queries = parse_qs(urlsplit(last).query), parse_qs(urlsplit(page.path).query)
        assert {key: value for key, value in queries[0].items() if key != "page"} == queries[1]
        assert int(queries[0]["page"][0]) < 40
        assert browser.get(last, follow_redirects=False).status_code == 200
    assert lists >= LISTS[who]


def test_the_api_says_how_many_pages_there_are(as_demo_person):
    answer = as_demo_person(STUDENTS[0]).get("/api/v1/notices?page=40")
    assert answer.status_code == 422
    assert answer.json()["reason"] == "past_the_end"
    assert answer.json()["detail"] == "This list has 1 page."
