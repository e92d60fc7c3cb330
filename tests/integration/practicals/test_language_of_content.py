"""What a course says on the page of a practical names its language, where the page has another one."""

import pytest

from tests.make.academy import ACADEMY
from tests.make.content_languages import languages_of
from tests.make.courses import course_in
from tests.make.learning import a_published_course
from tests.make.practicals import a_practical, a_ready_student
from tests.make.pseudo_languages import in_three

CONTENT = "//h1/span | //p[@class='eyebrow']/span | //div[@class='prose']"
BRING = "//h3[@class='small-heading']/following-sibling::ul"


@pytest.fixture
def practical_of(database):
    """Return a student and a practical of the small course in a language."""

    def practical_in(tag: str, **columns):
        with database.write() as db:
            a_published_course(db, course_in(tag))
            return a_ready_student(db, **columns), a_practical(db)

    return practical_in


def test_a_practical_names_the_language_of_its_course(as_person, practical_of):
    student, practical_id = practical_of("ar")
    page = as_person(student).get(f"/practicals/{practical_id}").text
    assert languages_of(page, f"{CONTENT} | {BRING}") == {("ar", "rtl")}
    assert languages_of(page, "/html") == {("en-GB", "ltr")}


def test_a_practical_in_the_language_of_the_page_names_it_once(as_person, speak, practical_of):
    speak(in_three(ACADEMY))
    student, practical_id = practical_of("de", language="de")
    page = as_person(student).get(f"/practicals/{practical_id}").text
    assert languages_of(page, "/html") == {("de", "ltr")}
    assert languages_of(page, f"//h1 | //div[@class='prose'] | {BRING}") == {(None, None)}
    assert 'lang="de"' not in page.split("<body", 1)[1]
