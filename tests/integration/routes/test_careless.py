"""Every form of the demo academy as a careless person fills it in: nothing breaks, nothing typed is lost, and
the page says at which field something is wrong."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html

from app.accounts import queries as people
from app.accounts.domain import LinkPurpose
from app.accounts.mailed_links import sign_link
from app.accounts.steps.links import make_link
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson
from app.kit.characters import as_seen
from tests.make import NOW
from tests.make.forms import PageForm, forms_of, forms_on_the_way

WHO: dict[str, DemoPerson | None] = {
    "visitor": None,
    "learner": STUDENTS[0],
    "graduate": STUDENTS[1],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
LEAST_FORMS = {
    "visitor": 8,
    "learner": 3,
    "graduate": 3,
    "instructor": 4,
    "admin": 18,
}
WORDS = {
    "nothing": "",
    "blanks": "  \u00a0 ",
    "too much": "x" * 10_000,
    "pasted": "  Ann\u200b <b>Able</b>\r\n👩🏽‍⚕️ \u202eשלום\x00 Tel: +44\u00a0(0)20\u20117946\u00a00018  ",
}
MAILED = {
    "confirm": LinkPurpose.confirm,
    "reset": LinkPurpose.reset,
    "invitation": LinkPurpose.invitation,
    "new-address": LinkPurpose.email,
}
SHOWN_ON_THE_ANSWER = ("/me/tokens/new", "/admin/audit/export")
"""Forms whose answer shows what no other page may, so that a redirect would have to keep it; or is a file."""
Browser = Callable[[str], TestClient]


@pytest.fixture
def browser_of(as_demo_person) -> Browser:
    return lambda who: as_demo_person(WHO[who])


@pytest.fixture
def mailed(academy_client, academy_database) -> list[str]:
    """Return the addresses of pages that only a mail leads to."""
    secret = academy_client.app.state.app_context.settings.secret_key.get_secret_value()
    addresses = []
    with academy_database.write() as db:
        # A person each: whoever uses one link ends the others of theirs.
        for (page, purpose), owner in zip(MAILED.items(), STUDENTS[-4:], strict=True):
            account = people.person_by_email(db, owner.email)
            assert account is not None
            link_id = make_link(db, purpose, account.user_id, account.email, now=NOW)
            addresses.append(f"/{page}?token={sign_link(secret, str(link_id))}")
    return addresses


def faults(form: PageForm, typed: dict[str, str], response) -> Iterator[str]:
    """Say what is wrong with an answer: a change made, or a page that helps to put things right."""
    if response.status_code == 303:
        return
    if response.status_code == 200 and form.action in SHOWN_ON_THE_ANSWER:
        return
    if response.status_code not in (409, 422, 429):
        yield f"status {response.status_code}"
        return
    tree = html.document_fromstring(response.text)
    if len(tree.findall(".//h1")) != 1:
        yield f"{len(tree.findall('.//h1'))} h1"
    if response.status_code != 422:
        return  # it cannot be done now, whatever is typed: the page says so in its own way
    if not (tree.findtext(".//title") or "").startswith("Error: "):
        yield "the title names no error"
    links = tree.xpath("//*[@class='error-summary']//a/@href")
    if not links:
        yield "no summary leads to a field"
    for link in links:
        (target, *_) = [*tree.xpath(f"//*[@id='{link[1:]}']"), None]
        if target is None:
            yield f"nothing is at {link}"
        elif not target.xpath("ancestor-or-self::*[@aria-describedby]"):
            yield f"no message stands at {link}"
    again = {each_form.action: each_form for each_form in forms_of(response.text)}.get(form.action)
    if again is None:
        yield "the form is gone"
        return
    passwords = {field.name for field in form.fields if field.kind == "password"}
    for name, words in typed.items():
        if name not in passwords and again.typed.get(name) != as_seen(words):
            yield f"{name} is lost"


@pytest.mark.parametrize("who", WHO)
def test_a_careless_person_is_helped(browser_of, mailed, who):
    browser = browser_of(who)
    starts = ("/", "/home", "/me", "/sign-in", "/register", "/forgot", "/enquiry", "/verify")
    all_forms = list(forms_on_the_way(browser, *starts, *(mailed if who == "visitor" else ())))
    wrong = []
    for path, form in all_forms:
        for kind, words in WORDS.items():
            page = browser.get(path, follow_redirects=True)
            if form.action not in {each_form.action for each_form in forms_of(page.text)}:
                break  # what was sent before has changed what can be done here
            typed = dict.fromkeys(form.typed, words)
            response = browser.post(
                form.action,
                content=form.sent(**typed),
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
            wrong += [f"{form.action}, {kind}: {fault}" for fault in faults(form, typed, response)]
    assert wrong == []
    assert len(all_forms) >= LEAST_FORMS[who]


def test_a_field_that_is_not_the_forms_is_named_and_no_place_to_go(academy_client):
    fields = {"email": "ann@example.org", "website": "https://spam.example"}
    response = academy_client.post("/forgot", data=fields)
    tree = html.document_fromstring(response.text)
    (summary,) = tree.xpath("//*[@class='error-summary']")
    assert response.status_code == 422
    assert "has no field “website”" in summary.text_content()
    assert summary.xpath(".//a") == []


@pytest.mark.parametrize("path", ["/sign-in", "/register"])
def test_a_field_sent_twice_is_refused_in_words(academy_client, path):
    fields = [("next", "/learn"), ("next", "/home"), ("email", "ann@example.org")]
    body = "&".join(f"{name}={value}" for name, value in fields)
    form = {"content-type": "application/x-www-form-urlencoded"}
    response = academy_client.post(path, content=body, headers=form)
    assert response.status_code == 422
    assert "Give one value." in response.text
