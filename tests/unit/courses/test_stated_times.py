"""Times that an author states are compared with the rule."""

import pytest

from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import small_course, small_files

PLACES = [
    ("course.yaml", b"modules:\n", "hours", 7),
    ("modules/skin.yaml", b"lessons:\n", "minutes", 11),
    ("lessons/skin-layers.md", b"objectives:\n", "minutes", 2),
]


def stating(path: str, before: bytes, name: str, number: int) -> ParsedCourse:
    files = dict(small_files())
    files[path] = files[path].replace(before, f"{name}: {number}\n".encode() + before, 1)
    return parse_course("small-course", files)


@pytest.mark.parametrize(("path", "before", "name", "counted"), PLACES)
def test_another_number_than_the_rules_is_named_with_its_line(path, before, name, counted):
    parsed = stating(path, before, name, counted + 1)
    assert parsed.problems == ()
    (problem,) = parsed.refused_if_new
    line = small_files()[path].split(b"\n").index(before.strip()) + 1
    assert (problem.path, problem.line) == (path, line)
    assert problem.message == f"`{name}` says {counted + 1}, but what is written takes {counted}."
    assert problem.hint.startswith(f"Leave `{name}` out: it is counted from the words")


@pytest.mark.parametrize(("path", "before", "name", "counted"), PLACES)
def test_the_rules_own_number_may_be_stated(path, before, name, counted):
    parsed = stating(path, before, name, counted)
    assert (parsed.problems, parsed.refused_if_new) == ((), ())
    assert parsed.course == small_course().course


@pytest.mark.parametrize(("path", "before", "name", "counted"), PLACES)
def test_a_course_that_states_its_own_still_reads_as_it_was(path, before, name, counted):
    """Revisions that were published before the rule stood keep their digest and their times."""
    course = stating(path, before, name, counted + 5).course
    lesson = course.modules[0].lessons[0]
    stated = {"course.yaml": course.hours, "modules/skin.yaml": course.modules[0].minutes}
    assert stated.get(path, lesson.minutes) == counted + 5
