"""What a course says on assessment pages names its language, where the page has another one."""

import pytest

from app.assessments.domain import Mark
from tests.make.academy import ACADEMY
from tests.make.assessments import a_day, a_signed_assessment, an_assessment, marked
from tests.make.content_languages import languages_of
from tests.make.courses import course_in
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.pseudo_languages import in_three


@pytest.fixture
def arabic_day(database):
    """A day of a course in Arabic, in an academy that speaks English."""
    with database.write() as db:
        return a_day(db, revision_id=a_published_course(db, course_in("ar")).revision_id)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("", "//p[@class='eyebrow']/span"),
        ("", "//header/p[@class='muted']/span"),
        ("", "//details//div[@class='prose']"),
        ("", "//h2[@class='bedside-heading']/span[1]"),
        ("", "//nav[@class='bedside-nav']//a[contains(@href, '#section-')]/span[1]"),
        ("", "//h3[@class='bedside-text']/span[last()]"),
        ("", "//p[@class='bedside-look']/span/span[last()]"),
        ("/sign", "//p[@class='eyebrow']"),
        ("/sign", "//a[@class='task-link']/span"),
        ("/stop", "//p[@class='eyebrow']"),
    ],
)
def test_a_sheet_names_the_language_of_its_course(as_person, database, arabic_day, address, path):
    with database.write() as db:
        assessment_id = an_assessment(db, arabic_day)
    page = as_person(arabic_day.instructor).get(f"/assessments/{assessment_id}{address}")
    assert page.status_code == 200
    assert languages_of(page.text, path) == {("ar", "rtl")}
    assert languages_of(page.text, "/html") == {("en-GB", "ltr")}


def test_a_full_sheet_names_it_where_it_is_signed(as_person, database, arabic_day):
    with database.write() as db:
        assessment_id = an_assessment(db, arabic_day)
        marked(db, arabic_day, assessment_id)
    page = as_person(arabic_day.instructor).get(f"/assessments/{assessment_id}/sign").text
    assert languages_of(page, "//h2[following-sibling::*[1][self::ul]]") == {("ar", "rtl")}
    assert languages_of(page, "//div[@class='task-words']/span/span") == {("ar", "rtl")}


def test_a_report_names_it(as_person, database, arabic_day):
    with database.write() as db:
        assessment_id = a_signed_assessment(db, arabic_day, sharps=Mark.not_done)
    page = as_person(arabic_day.student).get(f"/reports/{assessment_id}").text
    path = "//h1/span | //p[@class='eyebrow']/span | //h3 | //dd/span | //li//div/span/span"
    assert languages_of(page, path) == {("ar", "rtl")}


def test_pages_in_the_language_of_the_course_name_it_once(as_person, database, speak):
    speak(in_three(ACADEMY))
    with database.write() as db:
        published = a_published_course(db, course_in("de"))
        instructor = a_user(db, "Iris Instructor", roles=("instructor",), language="de")
        day = a_day(db, revision_id=published.revision_id, instructor=instructor)
        assessment_id = an_assessment(db, day)
    page = as_person(instructor).get(f"/assessments/{assessment_id}").text
    assert languages_of(page, "/html") == {("de", "ltr")}
    assert 'lang="de"' not in page.split("<body", 1)[1]
