"""What would corrupt evidence that exists: publishing refuses it and says what to do instead."""

import pytest

from app.courses.domain.diff import Change, ChangeKind, corrupting
from app.courses.domain.parsing import ParsedCourse, parse_course
from tests.make.courses import changes, compared, small_course, small_files

SKIN = "quizzes/skin-quiz.yaml"
FINAL = "quizzes/final-test.yaml"
LIST = "checklists/first-session.yaml"
COURSE = "course.yaml"
BOTH = (
    b"      - key: both\n        text: Both of them\n"
    b"        explanation: Only one of the two has vessels.\n"
)
HANDS = b"      - key: hands\n        text: Cleans their hands\n"
NEW_QUESTION = "Give the question a new key, and leave the old one out."
NEW_CHECKLIST = "Give the checklist a new key, and name it in the practical."
NEW_PLACE = "Give the quiz a new key in its new place."


def refused(where: str, sentence: str, remedy: str) -> Change:
    return Change(ChangeKind.corrupting, where, sentence, remedy)


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "sentence"),
    [
        (
            FINAL,
            b"type: true-false\n    stem: A used needle goes straight into the bin.\n"
            b"    answer: true\n    explanation: Nothing comes between.\n    explanations:\n"
            b"      true: Right.\n      false: Where else would it go?",
            b"type: single\n    stem: A used needle goes straight into the bin.\n"
            b"    explanation: Nothing comes between.\n    options:\n"
            b"      - {key: a, text: Yes, correct: true, explanation: Right.}\n"
            b"      - {key: b, text: No, explanation: Wrong.}",
            "quiz final-test, question bin",
            "The question was of type true-false and is now of type single.",
        ),
        (
            SKIN,
            BOTH,
            b"",
            "quiz skin-quiz, question bleeding-layer",
            "An option that people may have chosen is gone: both.",
        ),
        (
            SKIN,
            b"key: both",
            b"key: each",
            "quiz skin-quiz, question bleeding-layer",
            "An option that people may have chosen is gone: both.",
        ),
        (
            SKIN,
            b"unit: mL",
            b"unit: mg",
            "quiz skin-quiz, question total-volume",
            "The unit was mL and is now mg, so that old numbers mean another amount.",
        ),
    ],
)
def test_a_question_that_old_answers_do_not_fit_any_more(
    path: str, old: bytes, new: bytes, where: str, sentence: str
) -> None:
    assert changes((path, old, new)) == (refused(where, sentence, NEW_QUESTION),)


def test_every_option_that_is_gone_is_named_and_nothing_else_is_said_of_the_question() -> None:
    differences = changes(
        (SKIN, b"points: 2", b"points: 3"),
        (SKIN, b"key: vessels", b"key: veins"),
        (SKIN, b"key: outermost", b"key: topmost"),
    )
    assert differences == (
        refused(
            "quiz skin-quiz, question true-of-the-dermis",
            "An option that people may have chosen is gone: outermost, vessels.",
            NEW_QUESTION,
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "step", "sentence"),
    [
        (
            b"Cleans their hands",
            b"Cleans their hands\n        critical: true\n        critical_reason: Dirty",
            "hands",
            "The step became critical, so that old marks would be judged by another rule.",
        ),
        (
            b"        critical: true\n        critical_reason: A needle was recapped with two hands\n",
            b"",
            "sharps",
            "The step is no longer critical, so that old marks would be judged by another rule.",
        ),
    ],
)
def test_a_step_that_old_marks_do_not_fit_any_more(
    old: bytes, new: bytes, step: str, sentence: str
) -> None:
    where = f"checklist first-session, step {step}"
    assert changes((LIST, old, new)) == (refused(where, sentence, NEW_CHECKLIST),)


def test_a_step_that_is_gone() -> None:
    differences = changes((LIST, HANDS, b""))
    gone = refused(
        "checklist first-session, step hands",
        "The step is gone, and assessments may have marked it.",
        NEW_CHECKLIST,
    )
    words = Change(
        ChangeKind.changed, "checklist first-session", "Its words or the order of steps changed."
    )
    assert differences == (words, gone)
    assert corrupting(differences) == (gone,)


def test_a_lesson_that_moves_to_another_module() -> None:
    differences = changes(
        ("modules/skin.yaml", b"  - skin-vessels\n", b""),
        ("modules/needles.yaml", b"  - needle-safety", b"  - needle-safety\n  - skin-vessels"),
    )
    assert corrupting(differences) == (
        refused(
            "lesson skin-vessels",
            "The lesson moved from the module skin to needles, where it would count as done for "
            "people who did it elsewhere.",
            "Give the lesson a new key in its new module.",
        ),
    )
    assert {change.where for change in differences} == {
        "lesson skin-vessels",
        "module needles",
        "module skin",
    }


def test_a_quiz_that_moves_to_another_module() -> None:
    moved = changes(
        ("modules/skin.yaml", b"quiz: skin-quiz", b"quiz: needle-quiz"),
        ("modules/needles.yaml", b"quiz: needle-quiz", b"quiz: skin-quiz"),
    )
    assert corrupting(moved) == (
        refused(
            "quiz needle-quiz",
            "The quiz moved from the module needles to the module skin.",
            NEW_PLACE,
        ),
        refused(
            "quiz skin-quiz",
            "The quiz moved from the module skin to the module needles.",
            NEW_PLACE,
        ),
    )


def test_a_quiz_that_becomes_the_final_test() -> None:
    swapped = changes(
        ("modules/skin.yaml", b"quiz: skin-quiz", b"quiz: final-test"),
        (COURSE, b"final_test: final-test", b"final_test: skin-quiz"),
        (SKIN, b"kind: module", b"kind: final"),
        (FINAL, b"kind: final", b"kind: module"),
    )
    remedy = "Give the quiz a new key, and leave the old one out."
    assert corrupting(swapped) == (
        refused("quiz final-test", "The quiz was of kind final and is now of kind module.", remedy),
        refused("quiz skin-quiz", "The quiz was of kind module and is now of kind final.", remedy),
    )


def with_practical(named: str, *, further: bytes = b"") -> ParsedCourse:
    """The small course, whose one kind of practical has the key `named` and what `further` says."""
    files = dict(small_files())
    practical = files.pop("practicals/practice-day.yaml")
    files[f"practicals/{named}.yaml"] = practical + further
    files[COURSE] = files[COURSE].replace(b"practice-day", named.encode())
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    return parsed


def test_a_kind_of_practical_that_certificates_need_and_nothing_replaces() -> None:
    differences = compared(small_course(), with_practical("pad-day"))
    assert differences == (
        Change(ChangeKind.added, "practical pad-day", "The practical is new."),
        refused(
            "practical practice-day",
            "The kind of practical is gone, and the certificate of people who learn by an earlier "
            "revision needs it.",
            "Keep its key and change its title, or write `replaces: [practice-day]` into the kind "
            "that takes its place.",
        ),
    )
    replacing = with_practical("pad-day", further=b"replaces:\n  - practice-day\n")
    assert corrupting(compared(small_course(), replacing)) == ()
