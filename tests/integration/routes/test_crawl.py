"""The whole demo academy, followed link by link as each role."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html as lxml_html

from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson
from tests.make.crawl import Visited, crawl
from tests.make.fingerprint import fingerprint

DATA_BLOCKS = ("application/ld+json", "application/json")

PEOPLE: dict[str, DemoPerson | None] = {
    "visitor": None,
    "student": STUDENTS[1],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
LEAST_PAGES = {"visitor": 10, "student": 20, "instructor": 8, "admin": 20}


@pytest.fixture
def browser_of(as_demo_person) -> Callable[[str], TestClient]:
    return lambda role: as_demo_person(PEOPLE[role])


def visits(browser: TestClient, **headers: str) -> Iterator[Visited]:
    def fetch(path: str) -> Visited:
        response = browser.get(path, headers=headers)
        kind = response.headers.get("content-type", "")
        return Visited(path, response.status_code, kind, response.text)

    return crawl(fetch, "/", "/home", "/me")


def test_every_link_leads_to_a_sound_page_and_writes_nothing(browser_of, academy_database):
    """R-081, R-085: as each role, following every link changes no row, and each leads to a page without
    faults. Two pages of different kinds never have the same title, whoever sees them."""
    before, titles = fingerprint(academy_database), defaultdict[str, set[str]](set)
    for role in PEOPLE:
        pages = list(visits(browser_of(role)))
        broken = [f"{page.path}: {page.status}" for page in pages if page.status not in (200, 303)]
        assert broken == [], role
        assert len(pages) >= LEAST_PAGES[role], role
        assert [f"{page.path}: {fault}" for page in pages for fault in faults(page)] == [], role
        for page in pages:
            if page.status == 200 and page.kind.startswith("text/html"):
                titles[title_of(page)].add(kind_of(page))
    assert fingerprint(academy_database) == before
    assert {title: kinds for title, kinds in titles.items() if len(kinds) > 1} == {}


def title_of(page: Visited) -> str:
    return lxml_html.fromstring(page.body).findtext(".//title") or ""


def kind_of(page: Visited) -> str:
    """Return the words of an address, without its ids."""
    return "/".join(part for part in page.path.split("?")[0].split("/") if part.isalpha())


def test_what_a_browser_fetches_ahead_counts_as_nothing(browser_of, academy_database):
    """A prefetched lesson is not an opened one: no row changes, whatever a browser fetches ahead."""
    before = fingerprint(academy_database)
    pages = list(visits(browser_of("student"), **{"sec-purpose": "prefetch"}))
    assert any("/lessons/" in page.path for page in pages)
    assert any("/quizzes/" in page.path for page in pages)
    assert fingerprint(academy_database) == before


def faults(page: Visited) -> list[str]:
    """One h1, a title, labels, landmarks; nothing inline; no identifier twice. The HTML of a mail is a
    document of its own, with styles inline: see test_letters."""
    is_mail = page.path.startswith("/dev/mail/") and page.path.endswith("/html")
    if page.status != 200 or not page.kind.startswith("text/html") or is_mail:
        return []
    tree = lxml_html.fromstring(page.body)
    problems = []
    if len(tree.findall(".//h1")) != 1:
        problems.append(f"{len(tree.findall('.//h1'))} h1")
    if not (tree.findtext(".//title") or "").strip():
        problems.append("no title")
    identifiers = [element.get("id") for element in tree.iter() if element.get("id")]
    problems += [
        f"id {name} twice" for name in {i for i in identifiers if identifiers.count(i) > 1}
    ]
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        problems += [
            f"{element.tag} has {name}"
            for name in element.attrib
            if name == "style" or name.startswith("on")
        ]
        if element.tag == "script" and element.get("type") in DATA_BLOCKS:
            json.loads(element.text)  # a data block, which no browser runs
        elif element.tag == "script" and not element.get("src"):
            problems.append("inline script")
        if element.tag == "style":
            problems.append("inline style")
        is_control = element.tag in ("input", "select", "textarea")
        if is_control and element.get("type") != "hidden":
            name = element.get("id")
            has_label = bool(tree.xpath(f"//label[@for='{name}']")) or element.get("aria-label")
            if not has_label:
                problems.append(f"{element.get('name')} has no label")
        is_post = element.tag == "form" and element.get("method", "get").lower() == "post"
        if is_post and not element.xpath(".//input[@name='csrf_token']"):
            problems.append(f"form {element.get('action')} has no token")
        asks_password = element.tag == "form" and element.xpath(".//input[@type='password']")
        if asks_password and not element.xpath(".//input[@autocomplete='username'][@value]"):
            problems.append(f"form {element.get('action')} has a password of nobody")
    return problems + plain_amounts(tree)


def plain_amounts(tree: lxml_html.HtmlElement) -> list[str]:
    """Return the amounts of money that are not set in the serif (decision 24). Hints of
    fields are sentences."""
    texts = tree.xpath(
        ".//body//text()[not(ancestor::script or ancestor::h1 or ancestor::h2 or ancestor::h3"
        " or ancestor::*[contains(@class, 'display') or contains(@class, 'hint')])]"
    )
    return [f"{text.strip()} is not in the serif" for text in texts if re.search(r"£\d", text)]
