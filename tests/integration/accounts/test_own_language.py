"""The language that a person chooses: on the page, by the API, and what follows it."""

import pytest
from lxml import html

from app.accounts import queries
from app.accounts.models import User
from app.audit.queries import acts_about
from app.kit.ids import UserId
from app.languages import Languages
from tests.conftest import statements_of
from tests.make.academy import ACADEMY
from tests.make.people import a_user
from tests.make.pseudo_languages import in_three
from tests.make.versions import version_on

IN_THREE = in_three(ACADEMY)
GERMAN = {"accept-language": "de"}


def saved(browser, language: str | None, *, headers: dict[str, str] | None = None):
    data = {"name": "Ina", "theme": "auto", "version": version_on(browser, "/me")}
    if language is not None:
        data["language"] = language
    return browser.post("/me", data=data, headers=headers or {})


def language_of(page: str) -> tuple[str | None, str | None]:
    root = html.document_fromstring(page)
    return root.get("lang"), root.get("dir")


def stored_language(database, user_id: UserId) -> str | None:
    with database.read() as db:
        return db.get_one(User, user_id).language


def test_without_a_second_language_there_is_nothing_to_choose(as_person, database, ina):
    browser = as_person(ina)
    assert 'name="language"' not in browser.get("/me").text
    with database.write() as db:
        db.get_one(User, ina.user_id).language = "de"
    assert language_of(browser.get("/me").text) == ("en-GB", "ltr")
    assert saved(browser, None).status_code == 303
    assert stored_language(database, ina.user_id) == "de"


def test_each_language_is_named_by_itself(as_person, ina, speak):
    speak(IN_THREE)
    page = html.document_fromstring(as_person(ina).get("/me").text)
    options = page.get_element_by_id("f-language").findall("option")
    assert [(each.get("value"), each.get("lang"), each.text.strip()) for each in options] == [
        ("auto", None, "As my browser asks"),
        ("en-GB", "en-GB", "English"),
        ("ar-EG", "ar-EG", "العربية"),
        ("de", "de", "Deutsch"),
    ]
    assert [each.get("value") for each in options if each.get("selected")] == ["auto"]


@pytest.mark.parametrize("person", ["sam", "ina"])
def test_a_choice_holds_from_the_next_page_whatever_the_browser_asks_for(
    as_person, database, speak, request, person
):
    speak(IN_THREE)
    actor = request.getfixturevalue(person)
    browser = as_person(actor)
    assert language_of(browser.get("/me").text) == ("en-GB", "ltr")
    answer = saved(browser, "ar-EG", headers=GERMAN)
    assert answer.status_code == 303
    page = browser.get("/me", headers=GERMAN).text
    assert language_of(page) == ("ar-EG", "rtl")
    options = html.document_fromstring(page).get_element_by_id("f-language").findall("option")
    assert [each.get("value") for each in options if each.get("selected")] == ["ar-EG"]
    assert saved(browser, "auto").status_code == 303
    assert stored_language(database, actor.user_id) is None
    assert language_of(browser.get("/me", headers=GERMAN).text) == ("de", "ltr")
    assert language_of(browser.get("/me").text) == ("en-GB", "ltr")
    with database.read() as db:
        acts = [act.action for act in acts_about(db, actor.user_id, most=5)]
    assert acts == ["accounts.profile_changed"] * 2


def test_what_follows_a_choice_is_said_in_the_new_language(as_person, ina, speak):
    speak(IN_THREE)
    browser = as_person(ina)
    saved(browser, "de")
    assert "⟦Your profile is saved.⟧" in browser.get("/me").text


def test_error_pages_and_problem_documents_follow_the_account(as_person, database, speak):
    speak(IN_THREE)
    with database.write() as db:
        student = a_user(db, language="ar-EG")
    browser = as_person(student)
    assert language_of(browser.get("/no-such-page", headers=GERMAN).text) == ("ar-EG", "rtl")
    assert language_of(browser.get("/admin/people", headers=GERMAN).text) == ("ar-EG", "rtl")


def test_a_language_that_vanished_is_passed_over(as_person, database, ina, speak):
    speak(IN_THREE)
    with database.write() as db:
        db.get_one(User, ina.user_id).language = "tlh"
    browser = as_person(ina)
    assert language_of(browser.get("/me", headers=GERMAN).text) == ("de", "ltr")
    assert language_of(browser.get("/me").text) == ("en-GB", "ltr")


@pytest.mark.parametrize("tag", ["tlh", "DE", "de-de", "../de", "x" * 36])
def test_a_language_that_is_not_spoken_here_is_refused(as_person, database, ina, speak, tag):
    speak(IN_THREE)
    answer = saved(as_person(ina), tag)
    assert answer.status_code == 422
    summary = html.document_fromstring(answer.text).find_class("error-summary")[0]
    message = "Use at most 35 characters." if len(tag) > 35 else "Choose one of the languages"
    assert message in summary.text_content()
    with database.read() as db:
        stored = db.get_one(User, ina.user_id)
        assert (stored.language, stored.name) == (None, "Ina Instructor")


def test_the_api_shows_and_changes_it(as_person, database, sam, speak):
    speak(IN_THREE)
    browser = as_person(sam)
    me = browser.get("/api/v1/me").json()
    assert (me["profile"]["language"], me["languages"]) == (None, ["en-GB", "ar-EG", "de"])
    wanted = {**me["profile"], "language": "de"}
    changed = browser.put("/api/v1/me/profile", json=wanted)
    assert (changed.status_code, changed.json()["profile"]["language"]) == (200, "de")
    left_out = {**changed.json()["profile"], "theme": "dark"}
    del left_out["language"]
    assert browser.put("/api/v1/me/profile", json=left_out).json()["profile"]["language"] == "de"
    refused = browser.put(
        "/api/v1/me/profile", json={**browser.get("/api/v1/me").json()["profile"], "language": "xx"}
    )
    assert (refused.status_code, refused.json()["reason"]) == (422, "language_not_spoken")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/language"]
    assert stored_language(database, sam.user_id) == "de"
    back = {**browser.get("/api/v1/me").json()["profile"], "language": None}
    assert browser.put("/api/v1/me/profile", json=back).json()["profile"]["language"] is None


def test_a_vanished_language_may_be_sent_again(as_person, database, sam, speak):
    speak(Languages(IN_THREE.own, {"ar-EG": IN_THREE.others["ar-EG"]}))
    with database.write() as db:
        db.get_one(User, sam.user_id).language = "de"
    browser = as_person(sam)
    profile = browser.get("/api/v1/me").json()["profile"]
    assert browser.put("/api/v1/me/profile", json={**profile, "theme": "dark"}).status_code == 200
    assert stored_language(database, sam.user_id) == "de"


def test_the_choice_costs_no_statement(as_person, database, speak):
    with database.write() as db:
        english, german = a_user(db, "Eve"), a_user(db, "Dora", language="de")
    speak(IN_THREE)
    first, second = as_person(english).get("/me"), as_person(german).get("/me")
    assert statements_of(first) == statements_of(second)
    assert (language_of(first.text)[0], language_of(second.text)[0]) == ("en-GB", "de")


def test_no_cache_shows_the_language_of_another_person(as_person, database, speak):
    """The same pages by turns in three languages: what one person made warm is cold for the others."""
    speak(IN_THREE)
    with database.write() as db:
        actors = {tag: a_user(db, language=tag) for tag in ("en-GB", "de", "ar-EG")}
    people = {tag: as_person(actor) for tag, actor in actors.items()}
    for _ in range(2):
        for path in ("/home", "/courses", "/practicals", "/notices", "/me", "/certificates"):
            for tag, browser in people.items():
                answer = browser.get(path)
                assert language_of(answer.text)[0] == tag
                assert ("⟦" in answer.text) is (tag == "de"), (path, tag)
                assert "no-store" in answer.headers["cache-control"]
                assert "Accept-Language" in answer.headers["vary"]


def test_a_list_of_people_knows_their_languages(database):
    with database.write() as db:
        german, other = a_user(db, "Dora", language="de"), a_user(db, "Eve")
    with database.read() as db:
        people = queries.people(db, [german.user_id, other.user_id])
    assert (people[german.user_id].language, people[other.user_id].language) == ("de", None)


def test_who_registers_in_another_language_keeps_it(client, database, speak):
    speak(IN_THREE)
    tags = {"dora@example.org": "de-AT, de", "eve@example.org": "en", "fay@example.org": "fr"}
    for email, wanted in tags.items():
        form = {"name": "New", "email": email, "password": "gravel parsnip tuesday ninety"}
        sent = client.post(
            "/register",
            data=form,
            headers={"accept-language": wanted, "sec-fetch-site": "same-origin"},
        )
        assert sent.status_code == 303
    with database.read() as db:
        people = {p.email: p.language for p in queries.people_by_email(db, tuple(tags))}
    assert people == {"dora@example.org": "de", "eve@example.org": None, "fay@example.org": None}
