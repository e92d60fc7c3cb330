"""What may change under a key, and what would corrupt evidence."""

from functools import cache

import pytest

from app.courses.domain.comparing import Change, ChangeKind, compare, corrupting
from app.courses.domain.parsing import parse_course
from tests.make.courses import small_course, small_files

SKIN = "quizzes/skin-quiz.yaml"
FINAL = "quizzes/final-test.yaml"
LIST = "checklists/first-session.yaml"
BOTH = (
    b"      - key: both\n        text: Both of them\n"
    b"        explanation: Only one of the two has vessels.\n"
)
HANDS = b"      - key: hands\n        text: Cleans their hands\n"


@cache
def changes(*edits: tuple[str, bytes, bytes], back: bool = False) -> tuple[Change, ...]:
    files = dict(small_files())
    for path, old, new in edits:
        assert old in files.get(path, b""), old
        files[path] = files[path].replace(old, new, 1)
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    pair = [small_course(), parsed]
    if back:
        pair.reverse()
    before, after = pair
    assert before.course is not None
    assert before.keys is not None
    assert after.course is not None
    assert after.keys is not None
    return compare(before.course, before.keys, after.course, after.keys)


def test_nothing_changed() -> None:
    assert changes() == ()


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "says"),
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
            "was of type true-false and is now of type single",
        ),
        (SKIN, BOTH, b"", "quiz skin-quiz, question bleeding-layer", "is gone: both"),
        (
            SKIN,
            b"key: both",
            b"key: each",
            "quiz skin-quiz, question bleeding-layer",
            "is gone: both",
        ),
        (SKIN, b"unit: mL", b"unit: mg", "quiz skin-quiz, question total-volume", "was mL"),
        (LIST, HANDS, b"", "checklist first-session, step hands", "is gone"),
        (
            LIST,
            b"Cleans their hands",
            b"Cleans their hands\n        critical: true\n        critical_reason: Dirty",
            "checklist first-session, step hands",
            "became critical",
        ),
        (
            LIST,
            b"        critical: true\n        critical_reason: A needle was recapped with two hands\n",
            b"",
            "checklist first-session, step sharps",
            "no longer critical",
        ),
    ],
)
def test_corrupting(path: str, old: bytes, new: bytes, where: str, says: str) -> None:
    found = corrupting(changes((path, old, new)))
    assert [change.where for change in found] == [where]
    assert says in found[0].sentence
    assert "a new key" in found[0].remedy


def test_a_lesson_that_moves_to_another_module_is_corrupting() -> None:
    found = corrupting(
        changes(
            ("modules/skin.yaml", b"  - skin-vessels\n", b""),
            ("modules/needles.yaml", b"  - needle-safety", b"  - needle-safety\n  - skin-vessels"),
        )
    )
    assert [change.where for change in found] == ["lesson skin-vessels"]
    assert "new key in its new module" in found[0].remedy


def test_a_quiz_that_moves_or_becomes_final_is_corrupting() -> None:
    moved = corrupting(
        changes(
            ("modules/skin.yaml", b"quiz: skin-quiz", b"quiz: needle-quiz"),
            ("modules/needles.yaml", b"quiz: needle-quiz", b"quiz: skin-quiz"),
        )
    )
    assert [change.where for change in moved] == ["quiz needle-quiz", "quiz skin-quiz"]
    swapped = corrupting(
        changes(
            ("modules/skin.yaml", b"quiz: skin-quiz", b"quiz: final-test"),
            ("course.yaml", b"final_test: final-test", b"final_test: skin-quiz"),
            (SKIN, b"kind: module", b"kind: final"),
            (FINAL, b"kind: final", b"kind: module"),
        )
    )
    assert [change.where for change in swapped] == ["quiz final-test", "quiz skin-quiz"]
    assert "was of kind final and is now of kind module" in swapped[0].sentence


@pytest.mark.parametrize(
    ("path", "old", "new", "where", "says"),
    [
        ("course.yaml", b"hours: 12", b"hours: 14", "course", "Its hours changed"),
        ("course.yaml", b"nothing twice", b"nothing thrice", "course", "Its description changed"),
        ("course.yaml", b"It is not a licence.\n", b"No licence.\n", "course", "certificate"),
        ("glossary.yaml", b"outermost", b"outer", "glossary", "Terms"),
        ("references.yaml", b"chapter 2", b"chapter 3", "references", "Sources"),
        ("media/skin-layers.svg", b"#a02c2c", b"#a02c2d", "drawing skin-layers.svg", "changed"),
        ("modules/skin.yaml", b"minutes: 60", b"minutes: 61", "module skin", "changed"),
        ("lessons/skin-vessels.md", b"Press", b"Push", "lesson skin-vessels", "changed"),
        (FINAL, b"pass_percent: 80", b"pass_percent: 85", "quiz final-test", "pass percent"),
        (
            SKIN,
            b'tolerance: "0.01"',
            b'tolerance: "0.02"',
            "quiz skin-quiz, question total-volume",
            "The right answer changed",
        ),
        (
            SKIN,
            b"points: 2",
            b"points: 3",
            "quiz skin-quiz, question true-of-the-dermis",
            "text or points",
        ),
        (
            SKIN,
            b"The [[epidermis]] has none.",
            b"The [[epidermis]] has no vessel.",
            "quiz skin-quiz, question bleeding-layer",
            "text or points",
        ),
        (
            SKIN,
            b"What is true of the [[dermis]]?",
            b"Choose two statements",
            "quiz skin-quiz, question true-of-the-dermis",
            "The question reads entirely differently",
        ),
        (
            "practicals/practice-day.yaml",
            b"minutes: 420",
            b"minutes: 400",
            "practical practice-day",
            "changed",
        ),
        (LIST, b"pass_percent: 70", b"pass_percent: 75", "checklist first-session", "pass rule"),
        (
            LIST,
            b"pass_percent: 70\n",
            b"pass_percent: 70\nmost_prompts_on_critical: 1\n",
            "checklist first-session",
            "pass rule",
        ),
        (
            LIST,
            b"title: Before the needle\n",
            b"title: Before the needle\n    pass_percent: 80\n",
            "checklist first-session",
            "pass rule",
        ),
        (
            LIST,
            b"would be treated\n",
            b"would be treated\n        unaided: true\n",
            "checklist first-session",
            "pass rule",
        ),
        (LIST, b"Before the needle", b"Before needles", "checklist first-session", "words"),
        (
            LIST,
            b"Cleans their hands",
            b"Cleans both hands",
            "checklist first-session, step hands",
            "words",
        ),
    ],
)
def test_changed(path: str, old: bytes, new: bytes, where: str, says: str) -> None:
    found = changes((path, old, new))
    assert corrupting(found) == ()
    kinds = {change.kind for change in found if change.where == where}
    assert kinds == {ChangeKind.changed}
    assert any(says in change.sentence for change in found if change.where == where)


def test_an_option_that_reads_differently_is_pointed_out() -> None:
    found = changes((SKIN, b"text: Both of them", b"text: Neither"))
    assert any("reads entirely differently" in change.sentence for change in found)
    assert any("give the question a new key" in change.remedy for change in found)
    mended = changes((SKIN, b"text: Both of them", b"text: Both"))
    assert not any("reads entirely differently" in change.sentence for change in mended)


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
    assert before.course is not None
    assert before.keys is not None
    assert after.course is not None
    assert after.keys is not None
    found = compare(before.course, before.keys, after.course, after.keys)
    assert corrupting(found) == ()
    parts = (
        "module needles",
        "lesson needle-safety",
        "quiz needle-quiz",
        "practical practice-day",
        "checklist first-session",
        "quiz skin-quiz, question total-volume",
    )
    removed = {change.where for change in found if change.kind is ChangeKind.removed}
    added = {change.where for change in found if change.kind is ChangeKind.added}
    assert removed == {*parts, "drawing skin-layers.svg"}
    assert added == {*(f"{part}-2" for part in parts), "drawing skin-layers-2.svg"}


def test_new_options_and_steps_are_allowed() -> None:
    option = changes((SKIN, BOTH, b""), back=True)
    assert corrupting(option) == ()
    assert any(change.sentence == "The option both is new." for change in option)
    step = changes((LIST, HANDS, b""), back=True)
    assert (
        Change(ChangeKind.added, "checklist first-session, step hands", "The step is new.") in step
    )
