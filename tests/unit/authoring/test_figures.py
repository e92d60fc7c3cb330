"""Figures with a drawing of the page: what stands where, and that no drawing is taken for words."""

import re

from lxml import html as html_reader

from app.authoring.sanitising import plain_words
from app.courses.domain.errata import has_passage
from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import small_files

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 200"><title>a</title><desc>b</desc>'
    '<defs><pattern id="dots"/></defs><rect class="d-epidermis" width="360" height="40"/>'
    '<rect y="40" width="360" height="9" fill="url(#dots)"/><text x="9" y="90">Cornified</text>'
    '<g class="marker" transform="translate(40 20)"><circle r="14"/><text>1</text></g>'
    '<g class="marker" transform="translate(40 120)"><circle r="14"/><text>2</text></g></svg>'
)
LEGEND = "legend:\n{0}  - the [[epidermis]], *thin* & pale\n{0}  - below 2 mm\n"


def course_with_drawing() -> ParsedCourse:
    """Return the small course with a drawing of the page, in a lesson and in a question."""
    files = dict(small_files())
    files["media/skin-layers.svg"] = DRAWING.encode()
    for path, indent in (("lessons/skin-layers.md", ""), ("quizzes/skin-quiz.yaml", "      ")):
        text = files[path].decode()
        legend = LEGEND.format(indent)
        files[path] = re.sub(
            rf"(?m)^{indent}description:", f"{indent}{legend}{indent}description:", text, count=1
        ).encode()
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


def lesson_html() -> str:
    course = course_with_drawing().course
    assert course is not None
    return course.modules[0].lessons[0].html


def stem_html() -> str:
    course = course_with_drawing().course
    assert course is not None
    return next(
        question.stem_html
        for quiz in course.quizzes
        for question in quiz.questions
        if "<figure" in question.stem_html
    )


def test_a_figure_has_caption_picture_legend_and_two_buttons_in_this_order() -> None:
    (figure,) = html_reader.fragment_fromstring(lesson_html(), create_parent="main").xpath(
        "//figure"
    )
    assert [part.get("class") or part.tag for part in figure] == [
        *("figcaption", "figure-body", "figure-tools"),
    ]
    picture, legend = figure[1]
    assert [part.tag for part in picture] == ["svg"]
    assert picture[0].get("aria-label").startswith("Two bands")
    assert [entry.text_content() for entry in legend] == [
        "the Epidermis, thin & pale",
        "below 2 mm",
    ]
    link, details = figure[2]
    assert re.fullmatch(r"/media/[0-9a-f]{32}/skin-layers\.svg", link.get("href"))
    assert [child.tag for child in details] == ["summary", "p", "p"]


def test_buttons_of_a_figure_are_named_with_its_caption() -> None:
    tree = html_reader.fragment_fromstring(lesson_html(), create_parent="main")

    def name(element: html_reader.HtmlElement) -> str:
        parts = element.get("aria-labelledby").split()
        return " ".join(tree.get_element_by_id(part).text_content().strip() for part in parts)

    caption = "The two upper layers of the skin, not to scale."
    assert [name(element) for element in tree.xpath("//figure//*[@aria-labelledby]")] == [
        f"Enlarge the picture {caption}",
        f"Describe the picture {caption}",
    ]


def test_ids_of_a_figure_name_the_figure_of_a_lesson_or_the_question() -> None:
    assert re.findall(r'id="(figure[^"]*)"', lesson_html()) == [
        *("figure-1-caption", "figure-1", "figure-1-dots", "figure-1-enlarge", "figure-1-describe"),
    ]
    assert 'fill="url(#figure-1-dots)"' in lesson_html()
    assert re.findall(r'id="([^" ]*)-caption"', stem_html()) == ["figure-bleeding-layer"]


def test_words_of_a_drawing_are_neither_searched_nor_corrected() -> None:
    course = course_with_drawing().course
    assert course is not None
    lesson = course.modules[0].lessons[0]
    assert "Cornified" in lesson.html
    assert "Cornified" not in lesson.text
    assert "below 2 mm" in lesson.text
    assert plain_words(lesson.html) == lesson.text
    assert not has_passage(lesson.html, "Cornified")
    assert has_passage(lesson.html, "below 2 mm")
    assert has_passage(lesson.html, "The lower band is four times as thick")
