"""The frame of a page, a refused form and a problem document in the language of their reader."""

import pytest
from fastapi.testclient import TestClient
from lxml import html

from app.kit.messages import SOURCE_TEXTS
from app.languages import Languages, words_in
from tests.make.academy import ACADEMY
from tests.make.people import a_user
from tests.make.pseudo_languages import bracketed, in_three, mirrored


def head_of(page: str) -> tuple[str | None, str | None]:
    root = html.document_fromstring(page)
    return root.get("lang"), root.get("dir")


def test_a_page_names_its_language_and_its_direction(client: TestClient, speak):
    assert head_of(client.get("/verify").text) == ("en-GB", "ltr")
    speak(mirrored(ACADEMY))
    assert head_of(client.get("/verify").text) == ("ar-EG", "rtl")
    assert head_of(client.get("/no-such-page").text) == ("ar-EG", "rtl")


def test_a_page_depends_on_the_language_asked_for_only_where_there_are_several(client, speak):
    def varies(path: str) -> bool:
        return "Accept-Language" in client.get(path).headers.get("vary", "")

    paths = ("/verify", "/no-such-page", "/api/v1/no-such-thing")
    assert [varies(path) for path in paths] == [False, False, False]
    own = words_in(ACADEMY, "en-GB", SOURCE_TEXTS)
    speak(Languages(own, {"ar-EG": mirrored(ACADEMY).own}))
    assert [varies(path) for path in paths] == [True, True, True]
    assert head_of(client.get("/verify").text) == ("en-GB", "ltr")
    arabic = client.get("/verify", headers={"accept-language": "fr, ar-EG;q=0.5"})
    assert head_of(arabic.text) == ("ar-EG", "rtl")


@pytest.mark.parametrize(
    "path", ["/verify", "/no-such-page", "/api/v1/no-such-thing", "/api/v1/me"]
)
def test_every_answer_in_words_names_its_language(client: TestClient, speak, path):
    """A page and a problem document alike."""
    assert client.get(path).headers["content-language"] == "en-GB"
    speak(in_three(ACADEMY))
    german = client.get(path, headers={"accept-language": "de"})
    assert german.headers["content-language"] == "de"
    assert "Accept-Language" in german.headers["vary"]
    assert "⟦" in german.text


def test_a_refused_form_says_everything_in_the_language(client: TestClient, speak):
    speak(bracketed(ACADEMY))
    sent = client.post("/verify", data={"serial": ""}, headers={"sec-fetch-site": "same-origin"})
    assert sent.status_code == 422
    summary = html.document_fromstring(sent.text).find_class("error-summary")[0]
    assert " ".join(summary.text_content().split()) == (
        "⟦There is a problem⟧ ⟦Enter ⟦the certificate number⟧.⟧"
    )


def test_a_problem_document_says_everything_in_the_language(database, as_person, speak):
    with database.write() as db:
        student = a_user(db)
    speak(bracketed(ACADEMY))
    browser = as_person(student)
    answer = browser.put("/api/v1/me/profile", json={"name": 7, "version": "", "more": 1})
    problem = answer.json()
    assert answer.status_code == 422
    told = [problem["title"], problem["detail"], *(each["message"] for each in problem["errors"])]
    assert len(told) > 3
    assert [text for text in told if not (text[0] == "⟦" and text[-1] == "⟧")] == []
    assert problem["type"] == "/problems/invalid"


def test_the_words_of_scripts_are_in_the_language(client: TestClient, speak):
    speak(bracketed(ACADEMY))
    words = html.document_fromstring(client.get("/verify").text).get_element_by_id("words").text
    assert words == '{"sending":"⟦Sending…⟧"}'
