"""What has to happen before some pages can be seen: a form sent, a mail read, an attempt begun.

Each step returns the addresses it opened. A step that the demo academy does not offer is left out; the
contact sheet says which routes it did not see.
"""

import re
import time
from collections.abc import Callable, Iterator

from lxml import html as lxml_html
from playwright.sync_api import APIRequestContext

from app.demo.people import PASSWORD, STUDENTS
from tests.make.patience import SECONDS
from tests.sight.forms import NoSuchForm, send_form

STARTS = {
    "visitor": ("/", "/dev/mail", "/_kit", "/problems/not-found"),
    "student": ("/home", "/me", "/enrolments"),
    "graduate": ("/home", "/me", "/enrolments"),
    "instructor": ("/home", "/me"),
    "admin": ("/home", "/me", "/admin/outbox", "/prove?act=accounts.close&kept=yes"),
}
MAILED = re.compile(r"https?://[^/\s]+(/(?:confirm|reset|invitation|new-address)[?][^\s<\x22]+)")
Step = Callable[[APIRequestContext], Iterator[str]]


def starts_of(role: str, client: APIRequestContext) -> tuple[str, ...]:
    """Set the stage for a role and return where to begin the walk."""
    opened: list[str] = []
    for step in STEPS.get(role, ()):
        try:
            opened.extend(step(client))
        except NoSuchForm as missing:
            print(f"  {role}: {missing}")
    return (*STARTS[role], *opened)


def _visitor(client: APIRequestContext) -> Iterator[str]:
    yield send_form(client, "/forgot", "/forgot", {"email": STUDENTS[1].email})
    new = {"name": "Wren Tamsin Ackroyd", "email": "wren@example.org"}
    yield send_form(client, "/register", "/register", {**new, "password": "orchard seven herons"})
    yield from _mailed(client, "/confirm", "/reset")


def _ask(client: APIRequestContext) -> Iterator[str]:
    question = {
        "name": "Wren Tamsin Ackroyd",
        "email": "wren@example.org",
        "topic": "dates",
        "message": "Will there be a practical day in the spring holidays?",
    }
    yield send_form(client, "/enquiry", "/enquiry", question)


def _begin_attempt(client: APIRequestContext) -> Iterator[str]:
    """Begin the first quiz that may be begun."""
    for course in _links(client, "/learn", r"/learn/[^/]+$"):
        for quiz in _links(client, course, r"/learn/[^/]+/quizzes/[^/]+$"):
            try:
                question = send_form(client, quiz, "/quizzes/", {})
            except NoSuchForm:
                continue
            yield question
            yield f"{question.split('/questions/')[0]}/check"
            return


def _search(client: APIRequestContext) -> Iterator[str]:
    for course in _links(client, "/learn", r"/learn/[^/]+$"):
        yield f"{course}/search?q=skin"


def _assess(client: APIRequestContext) -> Iterator[str]:
    """Begin an assessment on the first roster that offers one."""
    for roster in _links(client, "/teach/practicals", r"/teach/practicals/[^/]+$"):
        for start in _links(client, roster, r"/assess$"):
            yield start
            assessment = send_form(client, start, "/assess", {})
            yield assessment
            yield f"{assessment.split('#')[0]}/sign"
            return


def _results_of_a_quiz(client: APIRequestContext) -> Iterator[str]:
    """Choose the first quiz in the filter of the results; its page links to its questions."""
    tree = lxml_html.fromstring(client.get("/results").text())
    for quiz in tree.xpath("//select[@name='quiz']/option[@value!='']/@value")[:1]:
        yield f"/results?quiz={quiz}"


def _no_attempt_left(client: APIRequestContext) -> Iterator[str]:
    """Open the results of a student who has used every attempt at a quiz: they offer one more."""
    tree = lxml_html.fromstring(client.get("/results").text())
    for address in tree.xpath("//a[span[contains(@class, 'result-used_up')]]/@href")[:1]:
        yield str(address).partition("#")[0]


def _invite(client: APIRequestContext) -> Iterator[str]:
    values = {"name": "Ada Brightwell", "email": "ada@example.org", "roles": "instructor"}
    send_form(client, "/admin/people/invite", "/invite", values)
    yield from _mailed(client, "/invitation")


def _group(client: APIRequestContext) -> Iterator[str]:
    yield send_form(client, "/admin/groups", "/admin/groups", {"name": "Thursday evening"})


def _new_address(client: APIRequestContext) -> Iterator[str]:
    values = {"email": "somebody.else@example.org", "current_password": PASSWORD}
    send_form(client, "/me/email", "/me/email", values)
    yield from _mailed(client, "/new-address")


STEPS: dict[str, tuple[Step, ...]] = {
    "visitor": (_visitor, _ask),
    "student": (_begin_attempt, _search, _new_address),
    "instructor": (_assess, _results_of_a_quiz),
    "admin": (_group, _invite, _no_attempt_left),
}


def _links(client: APIRequestContext, path: str, pattern: str) -> list[str]:
    tree = lxml_html.fromstring(client.get(path).text())
    addresses = [re.split(r"[?#]", anchor.get("href", ""))[0] for anchor in tree.iter("a")]
    return [link for link in dict.fromkeys(addresses) if re.search(pattern, link)]


def _mailed(client: APIRequestContext, *wanted: str) -> Iterator[str]:
    """Wait for the worker to deliver the mails and yield the links in them, one per wanted page."""
    missing, deadline = set(wanted), time.monotonic() + SECONDS
    while missing and time.monotonic() < deadline:
        for mail in _links(client, "/dev/mail", r"/dev/mail/.+")[:8]:
            for link in MAILED.findall(client.get(mail).text()):
                page = link.split("?")[0]
                if page in missing:
                    missing.remove(page)
                    yield link.replace("&amp;", "&")
        time.sleep(0.3)
