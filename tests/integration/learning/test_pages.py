"""The pages and the API of learning, as several people."""

import json
import re
from dataclasses import replace

import pytest
from lxml import html
from sqlalchemy import func, select

from app.courses.domain.lesson_view import shown_text
from app.courses.domain.parsing import parse_course
from app.courses.domain.sections import split_text
from app.courses.models import Revision
from app.learning.models import Completion
from tests.conftest import statements_of
from tests.make.courses import changed_course, small_files
from tests.make.learning import (
    a_completed_theory,
    a_done_lesson,
    a_learner_place,
    a_passed_quiz,
    a_published_course,
)
from tests.make.pages import words
from tests.make.people import a_user

MAP = "/learn/small-course"
LESSON = f"{MAP}/lessons/skin-layers"
LAST = f"{MAP}/lessons/skin-vessels"
LOCKED = f"{MAP}/lessons/needle-safety"
READS = [
    "/learn",
    MAP,
    LESSON,
    LOCKED,
    f"{MAP}/continue",
    f"{MAP}/glossary",
    f"{MAP}/search?q=skin",
]


def completions(database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(Completion))


def links(page, path="//main//a") -> list[str]:
    return [link.get("href") for link in html.document_fromstring(page.text).xpath(path)]


# Who may see what


@pytest.mark.parametrize("path", READS)
def test_visitors_sign_in_first(client, published, path):
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=/learn")


@pytest.mark.parametrize("path", READS[1:])
def test_a_student_of_another_course_finds_nothing(database, as_person, published, path):
    with database.write() as db:
        stranger = a_user(db, "Other Student")
    other = as_person(stranger)
    answer = other.get(path)
    nowhere = other.get("/learn/no-such-course")
    assert answer.status_code == nowhere.status_code == 404
    assert words(answer) == words(nowhere)


@pytest.mark.parametrize("verb", ["done", "not-done"])
def test_a_student_of_another_course_marks_nothing(database, as_person, published, verb):
    with database.write() as db:
        stranger = a_user(db, "Other Student")
    assert as_person(stranger).post(f"{LESSON}/{verb}").status_code == 404
    assert completions(database) == 0


@pytest.mark.parametrize("path", READS)
def test_staff_are_told_that_this_is_for_students(database, as_person, published, path):
    with database.write() as db:
        person = a_user(db, roles=("instructor", "admin"))
    assert as_person(person).get(path).status_code == 403


# My courses


def test_my_courses(browser):
    page = browser.get("/learn")
    assert "A small course in skin and needles" in words(page)
    assert "1 of 6 steps to the certificate" in words(page)
    assert f"{MAP}/continue" in links(page)
    assert statements_of(browser.get("/learn")) <= 6


def test_without_a_course_the_catalogue_is_offered(database, as_person):
    with database.write() as db:
        person = a_user(db)
    page = as_person(person).get("/learn")
    assert "You have no course yet" in words(page)
    assert "/courses" in links(page)


# The map


def test_the_map_says_why_something_is_locked_and_leads_there(browser):
    page = browser.get(MAP)
    assert page.status_code == 200
    text = words(page)
    assert text.count("opens after module 1, The skin") == 1
    assert text.count("opens when every module is complete") == 1
    assert "You can book when you have completed module 1, The skin and module 2, Needles." in text
    assert f"{MAP}#module-skin" in links(page)
    assert LESSON in links(page)
    assert f"{MAP}/quizzes/skin-quiz" in links(page)
    assert LOCKED not in links(page)
    assert f"{MAP}/quizzes/needle-quiz" not in links(page)
    assert f"{MAP}/quizzes/final-test" not in links(page)
    tree = html.document_fromstring(page.text)
    assert tree.xpath("//*[@id='module-skin']")
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_the_map_of_a_complete_theory(database, browser, student, published):
    with database.write() as db:
        a_completed_theory(db, student, published)
    page = browser.get(MAP)
    assert "You have completed the theory" in words(page)
    assert "opens after" not in words(page)
    assert f"{MAP}/quizzes/final-test" in links(page)
    assert "Theory complete" in words(browser.get("/learn"))


WAY = ["module-skin", "module-needles", "final-test", "practical-practice-day", "certificate"]


@pytest.mark.parametrize(
    ("lessons", "quizzes", "states"),
    [
        ((), (), ["here", "locked", "locked", "locked", "goal"]),
        (("skin-layers",), (), ["here", "locked", "locked", "locked", "goal"]),
        (
            ("skin-layers", "skin-vessels"),
            ("skin-quiz",),
            ["complete", "here", "locked", "locked", "goal"],
        ),
        (
            ("skin-layers", "skin-vessels", "needle-safety"),
            ("skin-quiz", "needle-quiz"),
            ["complete", "complete", "here", "open", "goal"],
        ),
        (
            ("skin-layers", "skin-vessels", "needle-safety"),
            ("skin-quiz", "needle-quiz", "final-test"),
            ["complete", "complete", "complete", "open", "goal"],
        ),
    ],
)
def test_the_map_shows_the_whole_way_and_where_one_is(
    database, browser, student, published, lessons, quizzes, states
):
    with database.write() as db:
        a_done_lesson(db, student, published, *lessons)
        a_passed_quiz(db, student, published, *quizzes)
    tree = html.document_fromstring(browser.get(MAP).text)
    stations = tree.xpath("//ol/li[contains(@class, 'station')]")
    assert [station.get("id") for station in stations] == WAY
    assert [station.get("data-state") for station in stations] == states
    assert len(tree.xpath("//main//*[contains(@class, 'button-primary')]")) == 1


def test_statements_stay_the_same_with_ten_times_the_people(database, browser, published):
    before = {path: statements_of(again(browser, path)) for path in (MAP, LESSON)}
    with database.write() as db:
        for number in range(10):
            other = a_user(db, f"Student {number}")
            a_learner_place(db, other, published)
            a_completed_theory(db, other, published)
    after = {path: statements_of(again(browser, path)) for path in (MAP, LESSON)}
    assert before == after
    assert max(after.values()) <= 6


def again(browser, path):
    browser.get(path)
    return browser.get(path)


@pytest.mark.parametrize(
    ("lessons", "quizzes", "to"),
    [
        ((), (), "/lessons/skin-layers"),
        (("skin-layers",), (), "/lessons/skin-vessels"),
        (("skin-layers", "skin-vessels"), (), "/quizzes/skin-quiz"),
        (("skin-layers", "skin-vessels"), ("skin-quiz",), "/lessons/needle-safety"),
    ],
)
def test_continue_leads_to_what_is_next(
    database, browser, student, published, lessons, quizzes, to
):
    with database.write() as db:
        a_done_lesson(db, student, published, *lessons)
        a_passed_quiz(db, student, published, *quizzes)
    answer = browser.get(f"{MAP}/continue")
    assert (answer.status_code, answer.headers["location"]) == (303, MAP + to)


def test_continue_leads_to_the_map_at_the_end(database, browser, student, published):
    with database.write() as db:
        a_completed_theory(db, student, published)
    assert browser.get(f"{MAP}/continue").headers["location"] == MAP


# A lesson


def test_a_lesson(browser, published):
    page = browser.get(LESSON)
    lesson = published.course.modules[0].lessons[0]
    tree = html.document_fromstring(page.text)
    assert tree.xpath("//h1/text()") == [lesson.title]
    text = split_text(shown_text(lesson.html, published.course.glossary).html, lesson.headings)
    assert all(section.html in page.text for section in text.sections)
    assert len(text.sections) > 1
    assert "Name the layers of the skin" in words(page)
    assert {f"#{heading.anchor}" for heading in lesson.headings if heading.level == 2} <= set(
        links(page)
    )
    marks = set(tree.xpath("//a[@class='reference']/@href"))
    anchors = {f"#{name}" for name in tree.xpath("//section[@class='sources']//li/@id")}
    assert marks <= anchors
    assert anchors == {"#source-anatomy-book", "#source-needle-leaflet"}
    assert LAST in links(page)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert statements_of(again(browser, LESSON)) <= 7


def test_the_last_lesson_leads_to_the_quiz(browser):
    page = browser.get(LAST)
    assert LESSON in links(page)
    assert f"{MAP}/quizzes/skin-quiz" in links(page)


def test_reading_and_prefetching_never_count(database, browser):
    for headers in ({}, {"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}):
        for path in READS:
            browser.get(path, headers=headers)
            browser.head(path, headers=headers)
    assert completions(database) == 0


def test_marking_as_done_goes_on_to_the_next_lesson(database, browser):
    answer = browser.post(f"{LESSON}/done")
    assert (answer.status_code, answer.headers["location"]) == (303, LAST)
    assert "“Layers of the skin” is marked as done." in words(browser.get(LAST))
    assert browser.post(f"{LESSON}/done").status_code == 303
    assert completions(database) == 1
    last = browser.post(f"{LAST}/done")
    assert last.headers["location"] == f"{MAP}/quizzes/skin-quiz"
    page = browser.get(LESSON)
    assert "Mark as not done" in page.text
    assert "Mark as done" not in page.text


def test_a_lesson_that_completes_its_module_says_what_has_opened(
    database, browser, student, published
):
    with database.write() as db:
        a_passed_quiz(db, student, published, "skin-quiz")
    browser.post(f"{LESSON}/done")
    assert "is open." not in words(browser.get(MAP))
    browser.post(f"{LAST}/done")
    said = "“Vessels of the skin” is marked as done. Module 2, “Needles”, is open."
    assert said in words(browser.get(MAP))
    browser.post(f"{LAST}/done")
    assert "is open." not in words(browser.get(MAP))


def test_marking_as_not_done(database, browser):
    browser.post(f"{LESSON}/done")
    answer = browser.post(f"{LESSON}/not-done")
    assert (answer.status_code, answer.headers["location"]) == (303, LESSON)
    assert completions(database) == 0
    assert "marked as not done" in words(browser.get(LESSON))


def test_not_done_is_refused_once_the_quiz_is_passed(database, browser, student, published):
    with database.write() as db:
        a_done_lesson(db, student, published, "skin-layers", "skin-vessels")
        a_passed_quiz(db, student, published, "skin-quiz")
    assert "Mark as not done" not in browser.get(LESSON).text
    answer = browser.post(f"{LESSON}/not-done")
    assert answer.status_code == 409
    assert "stay marked as done" in words(answer)
    assert completions(database) == 3
    assert f"{MAP}#module-skin" in links(browser.get(LAST), "//div[@aria-label='Actions']//a")


@pytest.mark.parametrize("verb", ["done", "not-done"])
def test_a_form_with_unknown_fields_is_refused(database, browser, verb):
    assert browser.post(f"{LESSON}/{verb}", data={"score": "100"}).status_code == 422
    assert completions(database) == 0


def test_a_form_of_another_site_is_refused(database, browser):
    answer = browser.post(f"{LESSON}/done", headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert completions(database) == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", LOCKED), ("POST", f"{LOCKED}/done"), ("POST", f"{LOCKED}/not-done")],
)
def test_a_lesson_of_a_locked_module_says_what_opens_it(browser, method, path):
    page = browser.request(method, path)
    assert page.status_code == 403
    assert "This lesson is not open yet" in words(page)
    assert "Module 1: The skin" in words(page)
    assert f"{MAP}#module-skin" in links(page)
    assert "recapped" not in page.text


def test_a_lesson_opens_with_its_module(database, browser, student, published):
    with database.write() as db:
        a_done_lesson(db, student, published, "skin-layers", "skin-vessels")
        a_passed_quiz(db, student, published, "skin-quiz")
    assert browser.get(LOCKED).status_code == 200
    done = browser.post(f"{LOCKED}/done")
    assert done.headers["location"] == f"{MAP}/quizzes/needle-quiz"


def pictures(browser, path: str) -> list[str]:
    page = browser.get(path)
    assert page.status_code == 200
    return re.findall(r'<use href="(/media/[^"]+)#picture">', page.text)


def test_the_picture_of_a_module_stands_on_the_map_and_above_its_lessons(browser, published):
    media = published.course.media
    skin, needles = (f"/media/{media[name][:32]}/{name}" for name in ("skin.svg", "needles.svg"))
    assert set(pictures(browser, MAP)) == {skin, needles}
    assert set(pictures(browser, LESSON)) == {skin}
    assert set(pictures(browser, f"{MAP}/quizzes/skin-quiz")) == {skin}
    assert pictures(browser, f"{MAP}/quizzes/final-test") == []
    assert 'id="picture"' in browser.get(skin).text


def test_a_revision_from_before_modules_had_pictures_shows_none(database, as_person):
    files = {
        path: re.sub(rb"picture: .*\n", b"", data) if path.startswith("modules/") else data
        for path, data in small_files().items()
        if path not in ("media/skin.svg", "media/needles.svg")
    }
    earlier = replace(parse_course("small-course", files), refused_if_new=())
    with database.write() as db:
        student = a_user(db, "Sam Student")
        a_learner_place(db, student, a_published_course(db, earlier))
    browser = as_person(student)
    for path in (MAP, LESSON, f"{MAP}/quizzes/skin-quiz"):
        assert pictures(browser, path) == []
        assert "module-picture" not in browser.get(path).text


def test_an_unknown_lesson_is_not_found(browser):
    assert browser.get(f"{MAP}/lessons/no-such-lesson").status_code == 404
    assert browser.post(f"{MAP}/lessons/no-such-lesson/done").status_code == 404


# Glossary and search


def test_the_glossary(browser, published):
    page = browser.get(f"{MAP}/glossary")
    tree = html.document_fromstring(page.text)
    for term in published.course.glossary:
        assert tree.xpath(f"//*[@id='{term.key}']")
    assert 'href="/learn/small-course/glossary#epidermis"' in page.text
    assert tree.xpath("//main//section/h2/text()") == ["D", "E"]
    filtered = browser.get(f"{MAP}/glossary", params={"q": "nerves"})
    assert "1 of 2 terms with “nerves”." in words(filtered)
    nothing = browser.get(f"{MAP}/glossary", params={"q": "<b>&nothing"})
    assert "No term fits" in words(nothing)
    assert "<b>&nothing" not in nothing.text
    assert "q=%3Cb%3E%26nothing" in nothing.text


def test_search_marks_what_it_found(browser):
    page = browser.get(f"{MAP}/search", params={"q": "EPIDERM vess"})
    tree = html.document_fromstring(page.text)
    marked = {mark.text.lower() for mark in tree.xpath("//main//mark")}
    assert marked == {"epidermis", "vessels"}
    assert LESSON in links(page)
    assert f"{MAP}/glossary#epidermis" in links(page)
    locked = browser.get(f"{MAP}/search", params={"q": "recapped"})
    assert "Locked" in words(locked)
    assert f"{MAP}#module-needles" in links(locked)
    assert LOCKED not in links(locked)


def test_search_escapes_what_was_typed(browser):
    typed = '"><script>alert(1)</script>'
    page = browser.get(f"{MAP}/search", params={"q": typed})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert html.document_fromstring(page.text).xpath("//input[@name='q']/@value") == [typed]
    assert "0 results" in words(page)


def test_search_without_words(browser):
    page = browser.get(f"{MAP}/search")
    assert page.status_code == 200
    assert "results" not in words(page)


def test_search_has_pages(browser, monkeypatch):
    monkeypatch.setattr("app.learning.search.PAGE_SIZE", 1)
    first = browser.get(f"{MAP}/search", params={"q": "dermis"})
    assert "3 results for “dermis”, page 1 of 3." in words(first)
    (following,) = (link for link in links(first) if "page=2" in link)
    assert "page 2 of 3" in words(browser.get(following))
    assert browser.get(f"{MAP}/search", params={"q": "skin", "page": "x"}).status_code == 422


def test_a_text_of_the_course_is_never_markup_in_results(database, as_person):
    tricky = changed_course({"lessons/skin-vessels.md": ("Press gently", "Press & 1 < 2 gently")})
    with database.write() as db:
        published = a_published_course(db, tricky)
        actor = a_user(db)
        a_learner_place(db, actor, published)
    page = as_person(actor).get(f"{MAP}/search", params={"q": "gently"})
    assert re.search(r"&amp; 1 &lt; 2 <mark>gently</mark>", page.text)


# The API


def test_the_map_as_json(browser):
    answer = browser.get("/api/v1/learn/small-course")
    assert answer.status_code == 200
    body = answer.json()
    assert body["next"] == {
        "kind": "lesson",
        "key": "skin-layers",
        "title": "Layers of the skin",
    }
    assert body["modules"][0]["lock"] is None
    assert body["modules"][1]["lock"] == {
        "reason": "Complete module 1, “The skin”, first.",
        "missing": [{"key": "skin", "number": 1, "title": "The skin"}],
    }
    assert [module["key"] for module in body["final_test"]["lock"]["missing"]] == [
        "skin",
        "needles",
    ]
    assert body["practicals"][0]["lock"] is not None
    assert body["total"] == 6


def test_marking_by_the_api(database, browser, student, published):
    for _ in range(2):
        answer = browser.post("/api/v1/learn/small-course/lessons/skin-layers/done")
        assert answer.status_code == 200
        assert answer.json() == {
            "lesson": "skin-layers",
            "done": True,
            "finished": 1,
            "total": 6,
            "next": {"kind": "lesson", "key": "skin-vessels", "title": "Vessels of the skin"},
        }
    assert completions(database) == 1


def test_the_api_at_the_end(database, browser, student, published):
    with database.write() as db:
        a_completed_theory(db, student, published)
    assert browser.get("/api/v1/learn/small-course").json()["next"] is None
    answer = browser.post("/api/v1/learn/small-course/lessons/skin-layers/done")
    assert answer.json()["next"] is None


def test_the_api_refuses_with_problem_documents(database, as_person, browser, client, published):
    locked = browser.post("/api/v1/learn/small-course/lessons/needle-safety/done")
    assert locked.status_code == 403
    assert locked.headers["content-type"] == "application/problem+json"
    assert locked.json()["reason"] == "module-locked"
    assert locked.json()["detail"] == "Complete module 1, “The skin”, first."
    assert client.get("/api/v1/learn/small-course").status_code == 401
    with database.write() as db:
        stranger = a_user(db, "Other Student")
        admin = a_user(db, "Ada Admin", roles=("admin",))
    assert as_person(stranger).get("/api/v1/learn/small-course").status_code == 404
    assert as_person(admin).get("/api/v1/learn/small-course").status_code == 403


def test_the_state_of_a_station_is_part_of_its_name(browser):
    """Y8: people who jump from heading to heading hear which stations are locked."""
    page = html.document_fromstring(browser.get("/learn/small-course").text)
    names = [" ".join(heading.text_content().split()) for heading in page.xpath("//main//h3")]
    assert [name.rpartition(", ")[2] for name in names[:3]] == ["You are here", "Locked", "Locked"]


# What a course says of its own standing

AWAITS = "The clinical content of this course awaits clinical review."


@pytest.mark.parametrize("path", [MAP, LESSON, "/courses/small-course"])
def test_a_course_that_awaits_clinical_review_says_so(database, as_person, published, path):
    """And a source is called weak where the course says so; a course that says neither shows neither."""
    waiting = changed_course(
        {
            "course.yaml": ("outcomes:", "clinical_review: awaited\noutcomes:"),
            "references.yaml": ("  seen: ", "  weak: a blog page\n  seen: "),
        }
    )
    with database.write() as db:
        before, after = a_user(db, "Sam Student"), a_user(db, "Sue Student")
        a_learner_place(db, before, published)
    assert AWAITS not in words(as_person(before).get(path))
    with database.write() as db:
        a_learner_place(db, after, a_published_course(db, waiting))
    said = words(as_person(after).get(path))
    assert AWAITS in said
    assert ("Weak source: a blog page" in said) is (path == LESSON)


def test_quotation_marks_are_set_and_stored_documents_keep_what_was_typed(database, as_person):
    typed = 'the "outer" layer and the reader\'s own'
    parsed = changed_course(
        {
            "course.yaml": (
                "title: A small course in skin and needles",
                f"title: A course of {typed}",
            )
        }
    )
    with database.write() as db:
        published = a_published_course(db, parsed)
        actor = a_user(db, "Tess Typed")
        a_learner_place(db, actor, published)
    page = as_person(actor).get(MAP)
    assert page.status_code == 200
    assert "A course of the “outer” layer and the reader’s own" in words(page)
    with database.read() as db:
        stored = db.scalar(select(Revision.delivery).where(Revision.id == published.revision_id))
    assert json.loads(stored)["title"] == f"A course of {typed}"
