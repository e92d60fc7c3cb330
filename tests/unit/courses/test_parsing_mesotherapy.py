"""What the mesotherapy course must not say in two ways: depth, emergencies, order, areas, the pass rule."""

import re
from functools import cache
from pathlib import Path

import pytest

from app.assessments import domain
from app.assessments.domain import Mark, Outcome
from app.courses.domain.delivery import Checklist, Course
from app.courses.domain.parsing import ParsedCourse, parse_course
from app.courses.domain.taught_sections import taught_section
from app.courses.source_folder import read_folder
from app.kit.paths import COURSES

DONE, PROMPTED, NOT_DONE = Mark.done, Mark.prompted, Mark.not_done
UNAIDED = {
    "hand-hygiene",
    "introduction-and-identity",
    "consent-reconfirmed",
    "emergency-readiness",
    "product-check",
    "dose-and-volume",
    "safe-map",
    "watching-the-model",
}
NOW_CRITICAL = ("angle-and-depth", "observation-time", "aftercare-given")


@cache
def parsed() -> ParsedCourse:
    course_read = parse_course("mesotherapy", read_folder(COURSES / "mesotherapy"))
    assert course_read.problems == ()
    return course_read


def course() -> Course:
    document = parsed().course
    assert document is not None
    return document


def checklist() -> Checklist:
    (only,) = course().checklists
    return only


def lesson(key: str) -> str:
    module_and_lesson = course().find_lesson(key)
    assert module_and_lesson is not None
    return module_and_lesson[1].text


def agreed(key: str) -> str:
    text = (COURSES / "mesotherapy" / "course.yaml").read_text()
    match = re.search(rf"  - key: {key}\n    text: (.*)\n", text)
    assert match is not None
    return match.group(1).strip('"')


def everything() -> str:
    """Every text of the course, but not its errata: they quote the words that were wrong."""
    files = sorted((COURSES / "mesotherapy").rglob("*.*"))
    return "\n".join(path.read_text() for path in files if path.name != "errata.yaml")


# The pass rule


def steps(*, critical: bool | None = None) -> list[str]:
    return [step.key for step in checklist().steps if critical in (None, step.critical)]


def marks(*groups: dict[str, Mark], **others: Mark) -> dict[str, Mark]:
    all_marks = dict.fromkeys(steps(), DONE)
    for group in groups:
        all_marks |= group
    return all_marks | {key.replace("_", "-"): mark for key, mark in others.items()}


SUPPORTED = [key for key in steps(critical=True) if key not in UNAIDED]

CASES = (
    {
        "everything done unaided": (marks(), True),
        "nine of the ten others left out": (
            marks(dict.fromkeys([*steps(critical=False)[1:], *NOW_CRITICAL], NOT_DONE)),
            False,
        ),
        "every other step left out": (marks(dict.fromkeys(steps(critical=False), NOT_DONE)), False),
        "eighteen critical steps prompted": (
            marks(dict.fromkeys(steps(critical=True)[:18], PROMPTED)),
            False,
        ),
        "two critical steps prompted": (marks(dict.fromkeys(SUPPORTED[:2], PROMPTED)), True),
        "three critical steps prompted": (marks(dict.fromkeys(SUPPORTED[:3], PROMPTED)), False),
        "every other step prompted": (marks(dict.fromkeys(steps(critical=False), PROMPTED)), False),
        "photographs and reflection not done": (
            marks(standard_photographs=NOT_DONE, reflection=NOT_DONE),
            True,
        ),
        "one technique step not done": (marks(steady_hand=NOT_DONE), True),
        "two technique steps not done": (
            marks(steady_hand=NOT_DONE, volume_and_spacing=NOT_DONE),
            False,
        ),
        "technique at 9 of 12 points": (
            marks(steady_hand=NOT_DONE, volume_and_spacing=PROMPTED),
            True,
        ),
        "technique at 8 of 12 points": (
            marks(steady_hand=NOT_DONE, volume_and_spacing=PROMPTED, needle_change=PROMPTED),
            False,
        ),
    }
    | {
        f"prompt for {key}": (marks({key: PROMPTED}), key not in UNAIDED)
        for key in steps(critical=True)
    }
    | {f"{key} not done": (marks({key: NOT_DONE}), False) for key in NOW_CRITICAL}
)


@pytest.mark.parametrize("name", CASES)
def test_the_checklist_passes_only_the_skilled(name: str) -> None:
    case_marks, is_competent = CASES[name]
    result = domain.result(checklist(), case_marks)
    assert (result.outcome is Outcome.competent) == is_competent
    assert bool(result.why_not) != is_competent


def test_the_reasons_name_the_step_the_section_and_the_numbers() -> None:
    case_marks = marks(
        dict.fromkeys(SUPPORTED[:4], PROMPTED),
        hand_hygiene=PROMPTED,
        steady_hand=NOT_DONE,
        volume_and_spacing=NOT_DONE,
        aftercare_given=NOT_DONE,
    )
    sentences = list(map(str, domain.result(checklist(), case_marks).why_not))
    assert sentences[0].startswith(
        "Critical step not done: The model leaves without the written sheet"
    )
    assert sentences[1].startswith("Needed a prompt and must be done unaided: Cleans hands")
    assert sentences[2] == "Prompts were needed on 5 critical steps; 2 are allowed."
    assert sentences[3] == "Section “Technique”: 8 of 12 points, 66%. Needed: 70%."
    assert len(sentences) == 4


def test_the_named_eight_are_unaided_and_every_section_has_a_threshold() -> None:
    assert {step.key for step in checklist().unaided_steps} == UNAIDED
    assert {section.pass_percent for section in checklist().sections} == {70}
    assert checklist().most_prompts_on_critical == 2
    assert set(NOW_CRITICAL) <= set(steps(critical=True))


# Depth


def test_no_vertical_depth_is_taught_that_lies_below_the_dermis() -> None:
    """A woman's forehead and cheekbone end at 1.06 and 1.07 mm in the course's own table."""
    text = lesson("techniques-and-depth")
    assert "Every depth in this course is vertical" in text
    assert "Vertical depth 1 to 2 mm" not in everything()
    assert "1 to 2 mm deep" not in everything()
    card = text[text.index("Area Technique; quoted Vertical depth here") :]
    open_rows = card[: card.index("Around the eye")]
    assert open_rows.count("not set yet: ask before you inject") == 2


def test_values_without_a_source_are_left_to_the_clinical_lead() -> None:
    unset = {value.key for value in course().unset_values}
    assert {
        "papule-depth-cheek",
        "papule-needle-cheek",
        "depth-forehead",
        "needle-forehead",
        "most-volume-face",
        "needle-change",
        "observation-time",
    } == unset
    assert len(parsed().notices) == len(unset)


# One pathway


@pytest.mark.parametrize(
    "key", ["emergencies", "asepsis-and-session", "danger-areas-lines-and-ageing"]
)
def test_a_blanched_patch_has_one_pathway(key: str) -> None:
    assert agreed("blanched-patch") in lesson(key)


def test_the_pathway_says_what_happens_when_the_prescriber_does_not_answer() -> None:
    text = lesson("emergencies")
    assert "The pathway for a blanched patch and for sight" in text
    assert "If the prescriber does not answer, you do not wait" in text
    for key in ("blanched-patch", "sight", "blanched-patch-at-home"):
        assert "999" in agreed(key)
        assert agreed(key) in text


def test_a_client_reads_the_same_route_with_and_without_pain() -> None:
    text = lesson("aftercare-by-time")
    assert agreed("blanched-patch-at-home") in text
    assert "with or without pain" in text
    call_us = text[text.index("Call us the same day") : text.index("Call us even months later")]
    assert not re.search(r"white|blue|mottled|blanch", call_us)


def test_the_words_of_the_old_routes_are_gone() -> None:
    assert not re.search(
        r"emergency pathway|white or mottled and hurts|together with pain|blanching with pain",
        everything(),
        re.IGNORECASE,
    )


# One order of the session

ORDER = [
    ("hand-hygiene", "Hands cleaned, before you touch"),
    ("introduction-and-identity", "identity and age"),
    ("history-review", "exclusions checked"),
    ("consent-reconfirmed", "Consent confirmed again"),
    ("bdd-screen-seen", "screen for body dysmorphic disorder seen"),
    ("emergency-readiness", "Emergency kit, phone and the prescriber"),
    ("standard-photographs", "photographs."),
    ("topical-anaesthetic", "Cream on, timed"),
    ("product-check", "Product, lot and expiry read aloud"),
    ("dose-and-volume", "dose and total volume calculated"),
    ("clean-tray", "clean tray"),
    ("draw-up-and-label", "Draw up, or attach"),
    ("cream-removed", "Cream fully off, time noted"),
    ("reclined-position", "client reclined"),
    ("safe-map", "map marked"),
    ("skin-preparation", "let it dry"),
    ("fresh-gloves", "fresh gloves."),
    ("angle-and-depth", "Inject in the mapped rows"),
    ("watching-the-model", "look at the colour and ask"),
    ("needle-change", "change the needle as planned"),
    ("sharps-disposal", "Sharps into the bin"),
    ("leftover-discarded", "what is left over discarded"),
    ("skin-and-device-care", "Gentle pressure"),
    ("observation-time", "Observe: at least"),
    ("aftercare-given", "Written aftercare and a number"),
    ("record-written", "Record, the same session"),
]


def test_the_session_sheet_and_the_checklist_have_one_order() -> None:
    text = lesson("asepsis-and-session")
    sheet = text[text.index("Hands cleaned, before you touch") :]
    places = [sheet.index(words) for _, words in ORDER]
    assert places == sorted(places)
    keys = steps()
    assert [keys.index(key) for key, _ in ORDER] == sorted(keys.index(key) for key, _ in ORDER)
    assert set(keys) - {key for key, _ in ORDER} == {
        "needle-and-bevel",
        "volume-and-spacing",
        "steady-hand",
        "courtesy-and-dignity",
        "reflection",
    }


# One list of areas


def test_every_danger_area_is_on_the_one_closed_list() -> None:
    closed = agreed("closed-areas")
    for area in ("glabella", "nose", "orbital rim", "below the eye", "temple", "lips", "chin"):
        assert area in closed
    assert "fold from the nose to the mouth" in closed


def test_the_closed_list_reads_the_same_wherever_it_stands() -> None:
    closed = agreed("closed-areas")
    (kind,) = course().practicals
    map_step = next(step for step in checklist().steps if step.key == "safe-map")
    assert closed in lesson("techniques-and-depth")
    assert closed in lesson("danger-areas-lines-and-ageing")
    assert closed in kind.description_html
    assert map_step.critical_reason is not None
    assert closed in map_step.critical_reason
    assert not re.search(r"no-go area", everything())


def test_the_map_of_the_face_marks_every_area_of_both_lists() -> None:
    """The legend of the picture is read beside the lists; an area that it left out would read as unmarked."""
    html = _lesson_html("danger-areas-lines-and-ageing")
    legend = html[html.index('<ol class="legend">') : html.index("</ol>", html.index("legend"))]
    entries = [re.sub(r"<[^>]+>", "", entry) for entry in re.findall(r"<li>(.*?)</li>", legend)]
    closed = re.split(r", (?:and )?", agreed("closed-areas"))
    assert len(closed) == 10
    for area in closed:
        assert any(entry.startswith(f"Closed: {area}") for entry in entries), area
    assert [entry for entry in entries if not entry.startswith("Closed:")] == [
        "Open: the cheek and the side of the face, between the cheekbone arch and the border of the jaw, "
        "away from the fold (8). Open is not free of risk.",
        "Open under direct supervision: the forehead from 2 cm above the brow",
    ]


def _lesson_html(key: str) -> str:
    module_and_lesson = course().find_lesson(key)
    assert module_and_lesson is not None
    return module_and_lesson[1].html


def test_the_cautions_that_are_assessed_are_taught() -> None:
    text = lesson("techniques-and-depth")
    for words in (
        "facial and angular arteries",
        "supratrochlear and supraorbital",
        "labial arteries",
    ):
        assert words in text


# The careful side


def test_the_timings_are_the_longest_of_the_leaflets() -> None:
    text = lesson("aftercare-by-time")
    assert "make-up off for anything between 12 and 48 hours" in text
    assert "no make-up, gym or heat for 48 hours" in text
    assert "no sauna for 2 weeks" in text
    assert "12 to 24 hours" not in everything()


def test_no_length_is_written_beside_the_one_that_is_counted() -> None:
    """Its pages say how long the course and a day take; the prose named another number."""
    assert course().hours == 15
    for words in (course().summary, course().description_html, *course().outcomes):
        assert re.search(r"\bhours?\b|\bminutes\b", words) is None
    assert "takes is counted from its words" in course().description_html


def test_every_quiz_has_half_as_many_questions_again_as_an_attempt() -> None:
    """Whoever remembers the first attempt meets others in the second, at each of the nine quizzes."""
    assert len(course().quizzes) == 9
    for quiz in course().quizzes:
        assert len(quiz.questions) * 2 >= quiz.length * 3, quiz.key


BODIES = {
    *("ahpa.co.uk", "bexley.gov.uk", "britishbeautycouncil.com", "gillettechildrens.org", "gov.uk"),
    "medicines.ie",
    *("othm.org.uk", "practicenurse.co.uk", "ukons.org", "vtct.org.uk", "wandsworth.gov.uk"),
}
"""Sites of authorities, awarding and professional bodies, of a hospital, of a journal for nurses and of the
makers’ own instructions."""
NAMED_AFTER_A_SITE = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b")
SAID_TO_BE_WEAK = re.compile(
    r"blog|forum|slides|secondary source|weak source|judged wrong", re.IGNORECASE
)


def test_a_source_that_is_a_website_or_a_blog_is_marked_as_weak() -> None:
    unmarked = {
        source.key: source.text
        for source in course().references
        if source.weak is None
        and (
            SAID_TO_BE_WEAK.search(source.text)
            or ((site := NAMED_AFTER_A_SITE.match(source.text)) and site[0] not in BODIES)
        )
    }
    assert unmarked == {}
    assert any(NAMED_AFTER_A_SITE.match(source.text) for source in course().references)


@pytest.mark.parametrize(
    "folder", sorted(COURSES.glob("*/course.yaml")), ids=lambda path: path.parent.name
)
def test_every_question_of_our_courses_names_the_section_that_teaches_it(folder: Path) -> None:
    document = parse_course(folder.parent.name, read_folder(folder.parent)).course
    assert document is not None
    questions = [(quiz.key, question) for quiz in document.quizzes for question in quiz.questions]
    unnamed = [
        f"{quiz}: {question.key}"
        for quiz, question in questions
        if taught_section(document, question) is None
    ]
    assert questions
    assert unnamed == []


# The drawings


def test_every_figure_of_the_course_follows_the_format_of_drawings_for_the_page() -> None:
    html = "".join(page.html for module in course().modules for page in module.lessons)
    assert "<img" not in html
    assert html.count('<figure class="figure">') == html.count('<svg class="drawing"') == 19


def test_what_only_repeated_a_list_is_a_table_with_a_caption_or_gone() -> None:
    captions = {
        "where-mesotherapy-comes-from": "Dates worth knowing",
        "what-the-evidence-says": "The evidence at a glance",
        "techniques-and-depth": "Outer diameter by gauge",
    }
    for key, expected in captions.items():
        assert expected in re.findall(r"<caption>(.*?)</caption>", _lesson_html(key))
    assert "<figure" not in _lesson_html("asepsis-and-session")


def test_every_table_of_a_lesson_has_a_caption_of_its_own() -> None:
    captions = [
        caption
        for module in course().modules
        for lesson in module.lessons
        for caption in re.findall(r"<table>\n<caption>([^<]+)</caption>", lesson.html)
    ]
    tables = sum(
        lesson.html.count("<table>") for module in course().modules for lesson in module.lessons
    )
    assert len(captions) == tables > 20
    assert len(set(captions)) == tables
