"""The opening picture of a module: each has one, and its colours follow the reader's theme."""

import pytest

from app.authoring.problems import Problem
from app.courses.domain.delivery import Course
from app.courses.domain.parsing import ParsedCourse, parse_course
from app.courses.domain.pictures import COLOURS, LARGEST_PICTURE
from tests.make.courses import changed_course, compared, small_course, small_files

PICTURE = "media/skin.svg"
SHAPE = '<path d="M0 200q240-90 480 0v120H0z" fill="var(--draw-warm)"/>'


def drawn(old: str, new: str) -> ParsedCourse:
    """The small course with words of a picture replaced."""
    text = small_files()[PICTURE].decode()
    assert old in text
    return parse_course(
        "small-course", {**small_files(), PICTURE: text.replace(old, new, 1).encode()}
    )


def without_picture(*, drawing_stays: bool) -> ParsedCourse:
    files = dict(small_files())
    named = b"picture: needles.svg\n"
    files["modules/needles.yaml"] = files["modules/needles.yaml"].replace(named, b"")
    if not drawing_stays:
        del files["media/needles.svg"]
    return parse_course("small-course", files)


def small() -> Course:
    course = small_course().course
    assert course is not None
    return course


def test_a_module_without_a_picture_is_named_and_reads_as_one_of_earlier_revisions() -> None:
    parsed = without_picture(drawing_stays=False)
    hint = "Add `picture: …`, the name of a drawing in media/ that says what the module is about."
    problem = Problem("modules/needles.yaml", 1, "The module has no picture.", hint)
    assert parsed.refused_if_new == (problem,)
    assert parsed.course is not None
    needles = parsed.course.modules[1]
    assert needles.picture is None
    assert parsed.course.picture_address(needles) is None
    assert parsed.course.quiz_picture(needles.quiz) is None
    assert '"picture":null' not in parsed.course.model_dump_json()


def test_a_picture_that_no_module_names_any_more_is_named() -> None:
    problems = without_picture(drawing_stays=True).problems
    assert [(problem.path, problem.message) for problem in problems] == [
        ("media/needles.svg", "This drawing is not used.")
    ]


def test_its_address_holds_the_digest_and_is_that_of_the_quiz_too() -> None:
    course = small()
    skin = course.modules[0]
    address = f"/media/{course.media['skin.svg'][:32]}/skin.svg"
    assert skin.picture == "skin.svg"
    assert course.picture_address(skin) == course.quiz_picture("skin-quiz") == address
    assert course.quiz_picture(course.final_test) is None


@pytest.mark.parametrize("colour", COLOURS)
def test_each_colour_of_drawings_is_accepted(colour: str) -> None:
    parsed = drawn("--draw-warm", f"--draw-{colour}")
    assert (parsed.problems, parsed.refused_if_new) == ((), ())


@pytest.mark.parametrize(
    "shape",
    [
        '<g fill="none"><path d="M0 0"/><g><circle r="3"/></g></g>',
        '<!-- a remark --><rect fill="none" stroke="var(--draw-line)" opacity=".5"/>',
    ],
)
def test_what_a_picture_may_hold(shape: str) -> None:
    assert drawn(SHAPE, shape).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('"0 0 480 320"', '"0 0 640 400"', "The picture has another size.", 1),
        ('id="picture"', 'id="skin"', "The picture is not one group.", 1),
        ("</g>", f"</g>{SHAPE}", "The picture is not one group.", 1),
        (SHAPE, '<text fill="none">Skin</text>', "The element <text> is not accepted in a picture.", 6),
        (SHAPE, '<use href="#sun"/>', "The element <use> is not accepted in a picture.", 6),
        ("var(--draw-warm)", "#fff", "The fill `#fff` is the same in every theme.", 6),
        ("var(--draw-warm)", "var(--ink)", "The fill `var(--ink)` is the same in every theme.", 6),
        ("/>", ' stroke="red"/>', "The stroke `red` is the same in every theme.", 5),
        ("/>", ' class="d-deep"/>', "Classes do not reach the page.", 5),
        (' fill="var(--draw-warm)"', "", "The <path> has no fill, so it is black in every theme.", 6),
        ("A hill.", "A hill. " * 1000, "The picture has ", 1),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(old: str, new: str, message: str, line: int) -> None:
    problems = drawn(old, new).problems
    assert {(problem.path, problem.line) for problem in problems} == {(PICTURE, line)}
    assert [problem for problem in problems if problem.message.startswith(message)]
    assert all(problem.hint for problem in problems)


def test_a_picture_of_the_largest_size_is_accepted() -> None:
    room = LARGEST_PICTURE - len(small_files()[PICTURE])
    assert drawn("A hill.", "A hill." + "x" * room).problems == ()
    assert drawn("A hill.", "A hill." + "x" * (room + 1)).problems != ()


def test_a_figure_keeps_its_own_colours() -> None:
    assert b"#a02c2c" in small_files()["media/skin-layers.svg"]
    assert small_course().problems == ()


def test_another_picture_is_a_change_of_its_module() -> None:
    swapped = changed_course(
        {
            "modules/needles.yaml": ("needles.svg", "skin.svg"),
            "modules/skin.yaml": ("skin.svg", "needles.svg"),
        }
    )
    changed = [(change.where, change.sentence) for change in compared(small_course(), swapped)]
    assert changed == [
        ("module needles", "Its picture changed."),
        ("module skin", "Its picture changed."),
    ]
