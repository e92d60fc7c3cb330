"""The catalogue, drawings and the admins' list."""

import re

import pytest
from lxml import etree

from app.courses import overview, queries
from app.courses.domain.parsing import parse_course
from app.courses.service import publish
from app.kit.actor import SystemActor
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.courses import changed_course, small_course, small_files
from tests.make.learning import a_published_course
from tests.make.people import a_user


@pytest.fixture
def published(database):
    with database.write() as db:
        return a_published_course(db)


def test_the_catalogue_shows_every_course_to_everyone(client, published):
    page = client.get("/courses")
    assert page.status_code == 200
    assert 'href="/courses/small-course"' in page.text
    assert published.course.title in page.text
    assert "7 hours of learning" in page.text
    assert "2 modules, 3 lessons" in page.text
    assert statements_of(client.get("/courses")) == 1


def test_an_empty_catalogue_says_so(client):
    assert "New courses are being prepared" in client.get("/courses").text


def test_the_catalogue_as_json(client, published):
    assert client.get("/api/v1/courses").json() == {
        "courses": [
            {
                "key": "small-course",
                "title": published.course.title,
                "summary": published.course.summary,
                "hours": 7,
                "modules": 2,
                "lessons": 3,
                "practicals": 1,
                "language": "en-GB",
            }
        ]
    }


def test_a_card_of_one_course(database, published):
    with database.read() as db:
        assert queries.course_cards(db) == (queries.course_card(db, "small-course"),)


def address_of(published) -> str:
    return f"/media/{published.course.media['skin-layers.svg'][:32]}/skin-layers.svg"


def test_a_drawing_is_for_everyone_and_for_ever_and_runs_nothing(client, published):
    address = address_of(published)
    lesson = published.course.modules[0].lessons[0]
    assert f'src="{address}"' in lesson.html
    first = client.get(address)
    assert first.status_code == 200
    assert first.content == small_course().media["skin-layers.svg"]
    assert first.headers["content-type"].startswith("image/svg+xml")
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert first.headers["content-security-policy"] == "default-src 'none'; style-src 'none'"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in first.headers
    assert statements_of(client.get(address)) == 0
    assert client.head(address).status_code == 200


def test_a_drawing_with_classes_loads_the_stylesheet_that_draws_them(database, client):
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 9"><title>a</title><desc>b</desc>'
        '<rect class="d-fat" width="9" height="9"/></svg>'
    )
    parsed = parse_course(
        "small-course", {**small_files(), "media/skin-layers.svg": drawing.encode()}
    )
    with database.write() as db:
        publish(db, SystemActor.command_line, parsed, now=NOW)
    answer = client.get(address_of(parsed))
    assert answer.status_code == 200
    loads = re.search(r'<\?xml-stylesheet href="(/static/[^"]*app\.css)"\?>\n<svg', answer.text)
    assert client.get(loads[1]).status_code == 200
    root = etree.fromstring(answer.content)
    assert (root.get("class"), root[2].get("class")) == ("drawing", "d-fat")
    assert answer.headers["cache-control"] == "public, max-age=600"
    policy = "default-src 'none'; style-src 'self'; font-src 'self'"
    assert answer.headers["content-security-policy"] == policy


@pytest.mark.parametrize("digest", ["0" * 32, "x" * 32, "0", "0" * 31 + "%"])
def test_an_unknown_drawing_is_not_found(client, published, digest):
    assert client.get(f"/media/{digest}/skin-layers.svg").status_code == 404


def test_admins_see_revisions_and_figures(database, as_person, published, clock_file):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))

        changed = changed_course({"course.yaml": ("Name the layers", "Say the layers")})
        publish(db, admin, changed, now=NOW)
    browser = as_person(admin)
    page = browser.get("/admin/courses")
    assert page.status_code == 200
    for words in ("the command line", f"/admin/people/{admin.user_id}", "Current", "Older"):
        assert words in page.text
    assert published.digest[3:15] in page.text
    assert "lessons" in page.text
    current = re.search(r'href="(\S+)">Read its lessons, quizzes and checklists', page.text)
    assert current
    assert browser.get(current[1]).status_code == 200
    assert statements_of(browser.get("/admin/courses")) <= 4


def test_the_list_of_revisions_ends(database, as_person, published, monkeypatch):

    monkeypatch.setattr(overview, "SHOWN", 1)
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        publish(
            db,
            SystemActor.command_line,
            changed_course({"course.yaml": ("Name the layers", "Say the layers")}),
            now=NOW,
        )
    assert "The newest 1 of 2 revisions." in as_person(admin).get("/admin/courses").text


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_revisions_are_for_admins(database, as_person, role):
    with database.write() as db:
        person = a_user(db, roles=(role,))
    assert as_person(person).get("/admin/courses").status_code == 403


def test_visitors_sign_in_first(client):
    answer = client.get("/admin/courses")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/admin/courses")


def test_nothing_is_published_yet(database, as_person):
    with database.write() as db:
        admin = a_user(db, roles=("admin",))
    assert "Nothing is published yet" in as_person(admin).get("/admin/courses").text


def test_what_a_course_is(app, published):
    app_context = app.state.app_context
    html = (
        app_context.templates.of(app_context.languages.own)
        .get_template("courses/_about.html")
        .render(course=published.course, page=published, visit=app_context)
    )
    for words in (
        published.course.outcomes[0],
        published.course.entry_rules[0],
        "1. The skin",
        "Choose a needle",
        "At most 4 students for each instructor",
        "It is not a licence.",
    ):
        assert words in html


def test_admins_see_which_values_the_clinical_lead_has_not_set(database, as_person):
    depth = "clinical_values:\n  - key: depth\n    decides: Depth on the cheek\n    unit: mm\n"
    parsed = changed_course(
        {"course.yaml": ("final_test:", f"{depth}final_test:")}
        | {"lessons/needle-safety.md": ("## After use\n", "## After use\n\nGo [=depth] deep.\n")}
    )
    with database.write() as db:
        a_published_course(db, parsed)
        admin = a_user(db, "Ada Admin", roles=("admin",))
    page = as_person(admin).get("/admin/courses")
    assert page.status_code == 200
    assert "The clinical lead has not set 1 value yet" in page.text
    assert "Depth on the cheek (mm)" in page.text
