"""A course names its language, and pages in another language say so where they show its content."""

import json

import pytest
from lxml import html

from app.courses import queries
from app.courses.service import PublishResult, publish
from app.kit.actor import SystemActor
from tests.make import NOW
from tests.make.academy import ACADEMY
from tests.make.content_languages import languages_of
from tests.make.courses import course_in, small_files
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_user
from tests.make.pseudo_languages import in_three
from tests.make.quizzes import a_sent_attempt

LESSON = "/learn/small-course/lessons/skin-layers"


@pytest.fixture
def learner(database):
    """A student of a course in Arabic, which an academy in English offers."""
    with database.write() as db:
        published = a_published_course(db, course_in("ar"))
        student = a_user(db)
        a_learner_place(db, student, published)
    return student


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (LESSON, "//h1"),
        (LESSON, "//div[@class='prose']"),
        (LESSON, "//section[@class='objectives']/ul"),
        (LESSON, "//nav[@class='contents']//a[@href!='#sources']/span[not(@class)]"),
        (LESSON, "//section[@class='sources']//li/span[@dir]"),
        ("/learn/small-course", "//h1/span"),
        ("/learn/small-course", "//h2[@id='next']"),
        ("/learn/small-course", "//li[@class='station']//h3/span[@dir]"),
        ("/learn/small-course/glossary", "//dl[@class='definitions']"),
        ("/learn/small-course/search?q=skin", "//h2[@class='card-title']/a"),
        ("/learn/small-course/quizzes/skin-quiz", "//h1/span"),
        ("/courses", "//h2[@class='card-title']//span"),
        ("/courses/small-course", "//h1/span"),
        ("/courses/small-course", "//div[@class='prose']"),
    ],
)
def test_content_names_its_language_where_the_page_has_another(as_person, learner, address, path):
    page = as_person(learner).get(address)
    assert page.status_code == 200
    assert languages_of(page.text, path) == {("ar", "rtl")}
    assert languages_of(page.text, "/html") == {("en-GB", "ltr")}


def test_questions_and_answers_name_it(as_person, learner):
    browser = as_person(learner)
    started = browser.post(
        "/api/v1/courses/small-course/quizzes/skin-quiz/attempts",
        headers={"idempotency-key": "one-of-this-test"},
    )
    address = started.json()["href"].replace("/api/v1", "")
    question = browser.get(f"{address}/questions/1").text
    assert languages_of(question, "//h1//span[not(@class)] | //div[@class='choice']/label") == {
        ("ar", "rtl")
    }
    check = browser.get(f"{address}/check").text
    assert languages_of(check, "//dd//p[@class='muted']") == {("ar", "rtl")}


def test_a_review_names_it(as_person, database, learner):
    with database.write() as db:
        attempt_id = a_sent_attempt(db, learner, queries.current(db, "small-course").revision_id)
    page = as_person(learner).get(f"/attempts/{attempt_id}").text
    path = "//p[@class='review-stem'] | //li[@class='choice']/span | //div[@class='choice-hint']"
    assert languages_of(page, path) == {("ar", "rtl")}
    assert languages_of(page, "//div[@class='callout callout-key-points']/div") == {("ar", "rtl")}


def test_a_page_in_the_language_of_its_course_names_it_once(as_person, database, speak):
    speak(in_three(ACADEMY))
    with database.write() as db:
        published = a_published_course(db, course_in("de"))
        student = a_user(db, language="de")
        a_learner_place(db, student, published)
    page = as_person(student).get(LESSON).text
    assert languages_of(page, "/html") == {("de", "ltr")}
    assert languages_of(page, "//h1 | //div[@class='prose']") == {(None, None)}


def test_a_course_without_a_language_is_in_that_of_the_academy(as_person, database, speak):
    speak(in_three(ACADEMY))
    with database.write() as db:
        published = a_published_course(db)
        people = [a_user(db), a_user(db, language="ar-EG")]
        for person in people:
            a_learner_place(db, person, published)
    english, arabic = (as_person(person).get(LESSON).text for person in people)
    assert languages_of(english, "//h1 | //div[@class='prose']") == {(None, None)}
    assert languages_of(arabic, "//h1 | //div[@class='prose']") == {("en-GB", "ltr")}


def test_what_is_cached_of_a_course_is_of_one_language(as_person, database, speak):
    """The same pages of the same course by turns: cards, rows and whole bodies are kept as HTML."""
    speak(in_three(ACADEMY))
    with database.write() as db:
        published = a_published_course(db)
        actors = {tag: a_user(db, language=tag) for tag in ("en-GB", "de", "ar-EG")}
        for actor in actors.values():
            a_learner_place(db, actor, published)
    browsers = {tag: as_person(actor) for tag, actor in actors.items()}
    for path in ["/learn/small-course", LESSON, "/courses/small-course", "/courses"] * 2:
        for tag, browser in browsers.items():
            page = browser.get(path).text
            assert languages_of(page, "/html") == {(tag, "rtl" if tag == "ar-EG" else "ltr")}
            assert ("⟦" in page) is (tag == "de"), (path, tag)
            assert 'lang="en-GB" dir="ltr"' in page, (path, tag)


@pytest.mark.parametrize(("language", "tag"), [(None, "en-GB"), ("pt-BR", "pt-BR")])
def test_search_engines_and_programs_read_it(client, database, language, tag):
    with database.write() as db:
        a_published_course(db, course_in(language))
    page = html.document_fromstring(client.get("/courses/small-course").text)
    (data,) = page.xpath("//script[@type='application/ld+json']")
    assert json.loads(data.text)["inLanguage"] == tag
    (card,) = client.get("/api/v1/courses").json()["courses"]
    assert card["language"] == tag


def test_it_is_published_and_exported_as_it_was_written(database):
    parsed = course_in("de")
    with database.write() as db:
        first = publish(db, SystemActor.command_line, parsed, now=NOW)
        again = publish(db, SystemActor.command_line, course_in("de"), now=NOW)
        none = publish(db, SystemActor.command_line, course_in(None), now=NOW)
        assert queries.revision(db, first.revision_id).language == "de"
        assert queries.as_published(db, none.revision_id).course.language is None
    assert (first.outcome, again.outcome, none.outcome) == (
        PublishResult.published,
        PublishResult.unchanged,
        PublishResult.published,
    )
    assert "language" not in course_in(None).course.model_dump_json()


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("klingon", "`klingon` is not the tag of a language", "leave `language` out"),
        ("xx", "`xx` is not the tag of a language", "such as `en`, `de` or `pt-BR`"),
        ("pt_BR", "`pt_BR` is not how this tag is written.", "Write `pt-BR`."),
        ("DE", "`DE` is not how this tag is written.", "Write `de`."),
        ("''", "is not the tag of a language", "leave `language` out"),
    ],
)
def test_an_unknown_language_is_refused_with_its_place(written, message, hint):
    parsed = course_in(written)
    (problem,) = parsed.problems
    assert (problem.path, parsed.course) == ("course.yaml", None)
    assert problem.line == small_files()["course.yaml"].count(b"\n") + 1
    assert message in problem.message
    assert hint in problem.hint
