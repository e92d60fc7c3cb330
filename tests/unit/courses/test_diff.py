"""What may change under a key: each change is named with its place, in a sentence, and with a remedy."""

import pytest

from app.courses.domain.diff import Change, ChangeKind, corrupting
from app.courses.domain.parsing import parse_course
from tests.make.courses import changes, compared, small_course, small_files

COURSE = "course.yaml"
SKIN = "quizzes/skin-quiz.yaml"
NEEDLE = "quizzes/needle-quiz.yaml"
FINAL = "quizzes/final-test.yaml"
LIST = "checklists/first-session.yaml"
BLEEDING = "quiz skin-quiz, question bleeding-layer"
DERMIS = "quiz skin-quiz, question true-of-the-dermis"
VOLUME = "quiz skin-quiz, question total-volume"
STEPS = "checklist first-session"
BOTH = (
    b"      - key: both\n        text: Both of them\n"
    b"        explanation: Only one of the two has vessels.\n"
)
HANDS = b"      - key: hands\n        text: Cleans their hands\n"
IDENTITY = (
    b"      - key: identity\n        text: Confirms who the model is\n"
    b"        look_for: Name and date of birth are spoken\n        critical: true\n"
    b"        critical_reason: The wrong person would be treated\n"
)
TEXT = "The question's text or points changed."
RULE = "Its pass rule changed; assessments that were begun keep the old rule."
OUTLINE = "Its words or the order of steps changed."


def changed(where: str, sentence: str, remedy: str = "") -> Change:
    return Change(ChangeKind.changed, where, sentence, remedy)


def test_nothing_changed() -> None:
    assert changes() == ()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"title: A small", b"title: A tiny", "title"),
        (b"Two modules, one", b"Two modules, a", "summary"),
        (b"nothing twice", b"nothing thrice", "description"),
        (b"Name the layers", b"Draw the layers", "outcomes"),
        (b"18 or over", b"21 or over", "entry rules"),
    ],
)
def test_what_is_said_of_the_course(old: bytes, new: bytes, what: str) -> None:
    assert changes((COURSE, old, new)) == (changed("course", f"Its {what} changed."),)


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (
            COURSE,
            b"It is not a licence.\n",
            b"No licence.\n",
            [
                changed(
                    "course",
                    "What the certificate says changed; certificates that were issued stay as they "
                    "are.",
                )
            ],
        ),
        ("glossary.yaml", b"outermost", b"outer", [changed("glossary", "Terms changed.")]),
        (
            "references.yaml",
            b"chapter 2",
            b"chapter 3",
            [
                changed("lesson skin-layers", "The lesson changed."),
                changed("lesson skin-vessels", "The lesson changed."),
                changed("references", "Sources changed."),
            ],
        ),
        (
            "media/skin-layers.svg",
            b"#a02c2c",
            b"#a02c2d",
            [
                changed("drawing skin-layers.svg", "The drawing changed."),
                changed("lesson skin-layers", "The lesson changed."),
                changed(BLEEDING, TEXT),
            ],
        ),
        (
            "modules/skin.yaml",
            b"quiz: ",
            b"minutes: 61\nquiz: ",
            [changed("module skin", "What is said of it changed.")],
        ),
        (
            "modules/skin.yaml",
            b"  - skin-layers\n  - skin-vessels\n",
            b"  - skin-vessels\n  - skin-layers\n",
            [changed("module skin", "What is said of it changed.")],
        ),
        (
            "lessons/skin-vessels.md",
            b"Press",
            b"Push",
            [changed("lesson skin-vessels", "The lesson changed.")],
        ),
        (
            "practicals/practice-day.yaml",
            b"minutes: 420",
            b"minutes: 400",
            [changed("practical practice-day", "The kind of practical changed.")],
        ),
        (
            "practicals/practice-day.yaml",
            b"minutes: 420",
            b"minutes: 600",
            [
                changed("course", "Its hours changed."),
                changed("practical practice-day", "The kind of practical changed."),
            ],
        ),
    ],
)
def test_each_part_says_that_it_changed(
    path: str, old: bytes, new: bytes, expected: list[Change]
) -> None:
    assert changes((path, old, new)) == tuple(expected)


def test_the_order_of_modules_is_the_courses() -> None:
    differences = changes(
        (COURSE, b"  - skin\n  - needles\n", b"  - needles\n  - skin\n"),
        ("modules/needles.yaml", b"requires:\n  - skin\n", b""),
    )
    assert changed("course", "Its modules or their order changed.") in differences
    assert {change.where for change in differences} == {"course", "module needles", "module skin"}


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"title: Final test", b"title: Last test", "title"),
        (b"kind: final\n", b"kind: final\nintroduction: Take your time.\n", "introduction"),
        (b"pass_percent: 80", b"pass_percent: 85", "pass percent"),
        (b"attempts: 2", b"attempts: 3", "attempts"),
        (b"minutes: 20", b"minutes: 25", "minutes"),
        (b"minutes: 20", b"minutes: 20\nat_time_out: abandon", "at time out"),
        (b"attempts: 2", b"attempts: 2\ndelay: 24 h", "delay minutes"),
        (b"draw: 2", b"draw: 3", "draw"),
        (b"draw: 2", b"draw: 2\nper_page: 5", "per page"),
        (b"draw: 2", b"draw: 2\nshuffle: false", "shuffle"),
    ],
)
def test_what_is_said_of_a_quiz(old: bytes, new: bytes, what: str) -> None:
    sentence = f"Its {what} changed; attempts that were begun keep the old state."
    assert changes((FINAL, old, new)) == (changed("quiz final-test", sentence),)


def test_when_answers_are_shown_is_said() -> None:
    sentence = (
        "When students see the right answers changed; attempts that were begun keep the old state."
    )
    edit = (FINAL, b"draw: 2", b"draw: 2\nshow_answers: after-each-attempt")
    assert changes(edit) == (changed("quiz final-test", sentence),)


def test_that_a_question_must_be_right_is_said_and_nothing_else() -> None:
    sentence = "Whether it must be right changed; attempts that were begun keep the old state."
    edit = (SKIN, b"    type: numeric\n", b"    type: numeric\n    must_pass: true\n")
    assert changes(edit) == (changed(VOLUME, sentence),)


def test_another_access_code_is_said_without_the_code() -> None:
    edit = (FINAL, b"draw: 2", b"draw: 2\naccess_code: blue heron")
    assert changes(edit) == (changed("quiz final-test", "Its access code changed."),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'answer: "1"', b'answer: "1.5"'),
        (b'tolerance: "0.01"', b'tolerance: "0.02"'),
    ],
)
def test_another_right_answer_is_pointed_out(old: bytes, new: bytes) -> None:
    said = changed(
        VOLUME,
        "The right answer changed. Attempts that were marked keep their marks.",
        "If the old answer was wrong, tell the people who were marked by it.",
    )
    assert changes((SKIN, old, new)) == (said,)


def test_another_right_option_is_pointed_out() -> None:
    nerves = b"text: It holds nerves\n"
    differences = changes((SKIN, nerves + b"        correct: true\n", nerves))
    assert [change.sentence for change in differences] == [
        "The right answer changed. Attempts that were marked keep their marks."
    ]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        (b"points: 2", b"points: 3", DERMIS),
        (b"The [[epidermis]] has none.", b"The [[epidermis]] has no vessel.", BLEEDING),
        (b"Vessels run in the dermis.", b"Vessels stay in the dermis.", BLEEDING),
        (b"Which layer has vessels?", b"Which LAYER has them?", BLEEDING),
        (b"text: Both of them", b"text: Both", BLEEDING),
    ],
)
def test_a_question_that_is_mended(old: bytes, new: bytes, where: str) -> None:
    assert changes((SKIN, old, new)) == (changed(where, TEXT),)


def test_a_question_that_is_taught_by_another_section() -> None:
    named = b"facts: [f1, f2]\n    section: skin-layers#section-the-outer-layer\n"
    said = changed(BLEEDING, "The section that teaches it is another one.")
    assert changes((SKIN, b"facts: [f1, f2]\n", named)) == (said,)
    reworded = (SKIN, b"Vessels run in the dermis.", b"Vessels stay in the dermis.")
    both = changes((SKIN, b"facts: [f1, f2]\n", named), reworded)
    assert set(both) == {said, changed(BLEEDING, TEXT)}


def test_a_question_that_reads_differently_is_pointed_out() -> None:
    differences = changes((SKIN, b"What is true of the [[dermis]]?", b"Choose two statements"))
    assert differences == (
        changed(
            DERMIS,
            "The question reads entirely differently.",
            "If it asks something else now, give it a new key.",
        ),
    )


def test_an_option_that_reads_differently_is_pointed_out() -> None:
    assert changes((SKIN, b"text: Both of them", b"text: Neither")) == (
        changed(
            BLEEDING,
            "The option both reads entirely differently.",
            "If it means something else now, give the question a new key.",
        ),
        changed(BLEEDING, TEXT),
    )


def test_words_of_markup_are_not_words_that_two_texts_share() -> None:
    differences = changes((SKIN, b"text: Both of them", b"text: Neither \\<em>"))
    marked = changes(
        (SKIN, b"text: Both of them", b'text: "*Both of them*"'),
        (SKIN, b"text: The epidermis", b'text: "*Neither*"'),
    )
    assert differences
    assert [change.sentence for change in marked] == [
        "The option epidermis reads entirely differently.",
        TEXT,
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"pass_percent: 70", b"pass_percent: 75", [changed(STEPS, RULE)]),
        (
            b"pass_percent: 70\n",
            b"pass_percent: 70\nmost_prompts_on_critical: 1\n",
            [changed(STEPS, RULE)],
        ),
        (
            b"title: Before the needle\n",
            b"title: Before the needle\n    pass_percent: 80\n",
            [changed(STEPS, RULE)],
        ),
        (
            b"would be treated\n",
            b"would be treated\n        unaided: true\n",
            [changed(STEPS, RULE), changed(f"{STEPS}, step identity", "The step's words changed.")],
        ),
        (b"title: A first", b"title: The first", [changed(STEPS, OUTLINE)]),
        (b"Watch the whole", b"See the whole", [changed(STEPS, OUTLINE)]),
        (b"Before the needle", b"Before needles", [changed(STEPS, OUTLINE)]),
        (b"key: before", b"key: first", [changed(STEPS, OUTLINE)]),
        (IDENTITY + HANDS, HANDS + IDENTITY, [changed(STEPS, OUTLINE)]),
        (
            b"Cleans their hands",
            b"Cleans both hands",
            [changed(f"{STEPS}, step hands", "The step's words changed.")],
        ),
    ],
)
def test_what_is_said_of_a_checklist(old: bytes, new: bytes, expected: list[Change]) -> None:
    differences = changes((LIST, old, new))
    assert differences == tuple(expected)
    assert corrupting(differences) == ()


def test_parts_that_come_and_go() -> None:
    edits = (
        ("course.yaml", b"  - needles\n", b"  - needles-2\n"),
        (SKIN, b"key: total-volume", b"key: total-volume-2"),
        (
            LIST,
            b"Explains the aftercare",
            b"Explains the aftercare\n      - {key: last, text: Ends}",
        ),
    )
    files = dict(small_files())
    renamed = {
        "modules/needles.yaml": "modules/needles-2.yaml",
        "lessons/needle-safety.md": "lessons/needle-safety-2.md",
        "quizzes/needle-quiz.yaml": "quizzes/needle-quiz-2.yaml",
        "practicals/practice-day.yaml": "practicals/practice-day-2.yaml",
        "checklists/first-session.yaml": "checklists/first-session-2.yaml",
        "media/skin-layers.svg": "media/skin-layers-2.svg",
    }
    for path, old, new in edits[:2]:
        files[path] = files[path].replace(old, new)
    for path, new_path in renamed.items():
        files[new_path] = files.pop(path)
    for word in (
        "needle-safety",
        "needle-quiz",
        "practice-day",
        "first-session",
        "skin-layers.svg",
    ):
        new_word = word.replace(".svg", "") + "-2" + (".svg" if word.endswith(".svg") else "")
        for path in [path for path in files if not path.startswith("media")]:
            files[path] = files[path].replace(word.encode(), new_word.encode())
    files["practicals/practice-day-2.yaml"] = files["practicals/practice-day-2.yaml"].replace(
        b"  - needles", b"  - needles-2"
    )
    files["practicals/practice-day-2.yaml"] += b"replaces:\n  - practice-day\n"
    after, before = parse_course("small-course", files), small_course()
    assert after.problems == ()
    differences = compared(before, after)
    assert corrupting(differences) == ()
    parts = (
        "module needles",
        "lesson needle-safety",
        "quiz needle-quiz",
        "practical practice-day",
        "checklist first-session",
        "quiz skin-quiz, question total-volume",
    )
    removed = {change.where for change in differences if change.kind is ChangeKind.removed}
    added = {change.where for change in differences if change.kind is ChangeKind.added}
    assert removed == {*parts, "drawing skin-layers.svg"}
    assert added == {*(f"{part}-2" for part in parts), "drawing skin-layers-2.svg"}


def test_new_options_and_steps_are_allowed() -> None:
    assert changes((SKIN, BOTH, b""), back=True) == (
        changed(BLEEDING, "The option both is new."),
        changed(BLEEDING, TEXT),
    )
    assert changes((LIST, HANDS, b""), back=True) == (
        Change(ChangeKind.added, "checklist first-session, step hands", "The step is new."),
        changed(STEPS, OUTLINE),
    )


def test_a_part_that_comes_or_goes_hides_no_change_of_the_next() -> None:
    """Each kind of part is compared to its end, in the order of the keys."""
    differences = changes(
        (SKIN, b"key: bleeding-layer", b"key: a-layer"),
        (SKIN, b"points: 2", b"points: 3"),
        (LIST, b"      - key: aftercare\n        text: Explains the aftercare\n", b""),
        (LIST, b"Cleans their hands", b"Cleans both hands"),
    )
    assert [(change.kind, change.where) for change in differences] == [
        (ChangeKind.added, "quiz skin-quiz, question a-layer"),
        (ChangeKind.changed, STEPS),
        (ChangeKind.changed, f"{STEPS}, step hands"),
        (ChangeKind.changed, DERMIS),
        (ChangeKind.corrupting, f"{STEPS}, step aftercare"),
        (ChangeKind.removed, BLEEDING),
    ]
