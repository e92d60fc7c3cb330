"""T27: an intake in a select is short, is told from every other, and does not show the key of its course."""

import re
from datetime import date

import pytest
from lxml import html

from app.courses.domain.parsing import parse_course
from tests.make.courses import small_files
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake

OTHER = "other-course"
SMALL_TITLE, OTHER_TITLE = "Small needles", "Other needles"


def files_with(title: str) -> dict[str, bytes]:
    files = dict(small_files())
    files["course.yaml"] = re.sub(
        rb"^title: .*$", f"title: {title}".encode(), files["course.yaml"], flags=re.M
    )
    return files


@pytest.fixture
def office(database, as_person):
    """Two courses, with intakes of one title on two days, and of one title and day on both courses."""
    with database.write() as db:
        actor = a_user(db, "Olga Office", roles=("admin",))
        for course_key, title in (("small-course", SMALL_TITLE), (OTHER, OTHER_TITLE)):
            a_published_course(db, parse_course(course_key, files_with(title)))
        for course_key in ("small-course", OTHER):
            for day in (date(2027, 1, 4), date(2027, 3, 1)):
                an_intake(db, course_key, title="Spring 2027", starts_on=day)
    return as_person(actor)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/admin/practicals/new",
            {
                "Spring 2027, Mon 4 Jan 2027, Small needles",
                "Spring 2027, Mon 1 Mar 2027, Small needles",
                "Spring 2027, Mon 4 Jan 2027, Other needles",
                "Spring 2027, Mon 1 Mar 2027, Other needles",
            },
        ),
        (
            "/results?course=small-course",
            {"Spring 2027, Monday 4 January 2027", "Spring 2027, Monday 1 March 2027"},
        ),
    ],
)
def test_intakes_in_a_select_are_told_apart(office, path, expected):
    answer = office.get(path)
    assert answer.status_code == 200
    (select,) = html.fromstring(answer.text).xpath("//select[@name='intake']")
    options = select.xpath("option[@value != '']")
    labels = [" ".join(option.text_content().split()) for option in options]
    assert len(labels) == len(expected)
    assert set(labels) == expected
    assert "input-full" in select.get("class").split()
