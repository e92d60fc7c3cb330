"""What a corrected course changes for a day that was planned before, in words."""

from typing import Any

import pytest

from app.assessments import course_changes
from app.courses.domain.parsing import parse_course
from tests.make.courses import small_course, small_files

LIST = "checklists/first-session.yaml"
DAY = "practicals/practice-day.yaml"


def differences(*revisions_and_kind: Any) -> tuple[str, ...]:
    return tuple(map(str, course_changes.differences(*revisions_and_kind)))


def changed(path: str, *edits: tuple[str, str]) -> tuple[str, ...]:
    files = dict(small_files())
    for old, new in edits:
        text = files[path].decode()
        assert old in text
        files[path] = text.replace(old, new).encode()
    parsed = parse_course("small-course", files)
    assert parsed.problems == ()
    before, after = small_course().course, parsed.course
    assert before is not None
    assert after is not None
    return differences(before, after, "practice-day")


@pytest.mark.parametrize(
    ("path", "old", "new", "sentences"),
    [
        (DAY, "minutes: 420", "minutes: 400", ()),
        (
            DAY,
            "  - needles\n",
            "",
            ("Before booking, “Needles” is no longer asked for.",),
        ),
        (
            DAY,
            "bring:",
            "final_test: true\nbasic_life_support: true\nbring:",
            (
                "Before booking, the final test is to be passed.",
                "Before booking, a proof of basic life support is to be shown.",
            ),
        ),
        (
            LIST,
            "pass_percent: 70",
            "pass_percent: 75\nmost_prompts_on_critical: 1",
            (
                "Competent now needs: 75% of all points.",
                "Competent now needs: At most 1 prompt on critical steps.",
                "Competent no longer needs: 70% of all points.",
            ),
        ),
        (
            LIST,
            "        text: Cleans their hands\n",
            "        text: Cleans both hands\n        critical: true\n        critical_reason: Dirty\n"
            "        unaided: true\n",
            (
                "Competent now needs: No prompt on the step that must be done unaided.",
                "Now critical: Cleans both hands.",
                "Now to be done unaided: Cleans both hands.",
                "1 step is reworded.",
            ),
        ),
        (
            LIST,
            "      - key: hands\n        text: Cleans their hands\n",
            "",
            ("Step left out: Cleans their hands.",),
        ),
        (
            LIST,
            "      - key: hands\n        text: Cleans their hands\n",
            "      - key: gloves\n        text: Puts on gloves\n"
            "      - key: hands\n        text: Cleans their hands\n",
            ("New step: Puts on gloves.",),
        ),
        (LIST, "date of birth are spoken", "birthday are spoken", ("1 step is reworded.",)),
        (LIST, "The wrong person", "Another person", ("1 step is reworded.",)),
        (
            LIST,
            "        critical: true\n        critical_reason: A needle was recapped with two hands\n",
            "",
            (
                "No longer critical: Puts the needle straight into the bin.",
                "1 step is reworded.",
            ),
        ),
    ],
)
def test_each_change_is_one_sentence(
    path: str, old: str, new: str, sentences: tuple[str, ...]
) -> None:
    sentences_of_change = changed(path, (old, new))
    titles = {module.key: module.title for module in _course().modules}
    assert sentences_of_change == tuple(
        sentence.replace("“Needles”", f"“{titles['needles']}”") for sentence in sentences
    )


def _course():
    course = small_course().course
    assert course is not None
    return course


def test_steps_that_are_reworded_are_counted() -> None:
    edits = (("Cleans their hands", "Cleans both hands"), ("Explains the", "Tells the"))
    assert changed(LIST, *edits) == ("2 steps are reworded.",)


def test_a_module_that_is_asked_for_anew_is_named_by_its_title() -> None:
    files = dict(small_files())
    files[DAY] = files[DAY].replace(b"  - needles\n", b"")
    before = parse_course("small-course", files).course
    assert before is not None
    titles = {module.key: module.title for module in _course().modules}
    sentence = f"Before booking, “{titles['needles']}” is to be complete."
    assert differences(before, _course(), "practice-day") == (sentence,)
    bare = before.model_copy(update={"modules": ()})
    after = _course().model_copy(update={"modules": ()})
    assert differences(bare, after, "practice-day") == (
        "Before booking, “needles” is to be complete.",
    )


def test_nothing_is_said_where_a_checklist_is_missing() -> None:
    bare = _course().model_copy(update={"checklists": ()})
    assert differences(bare, _course(), "practice-day") == ()
    assert differences(_course(), bare, "practice-day") == ()


def test_another_order_is_named() -> None:
    first = "      - key: identity\n        text: Confirms who the model is\n"
    files = small_files()[LIST].decode()
    block = files[files.index("      - key: identity") : files.index("      - key: hands")]
    hands = "      - key: hands\n        text: Cleans their hands\n"
    assert first in block
    assert changed(LIST, (block + hands, hands + block)) == ("The steps stand in another order.",)


def test_back_again_names_the_opposite() -> None:
    files = dict(small_files())
    files[DAY] = files[DAY].replace(
        b"bring:", b"final_test: true\nbasic_life_support: true\nbring:"
    )
    files[LIST] = files[LIST].replace(
        b"would be treated\n", b"would be treated\n        unaided: true\n"
    )
    after = parse_course("small-course", files).course
    assert after is not None
    assert differences(after, _course(), "practice-day") == (
        "Before booking, the final test is no longer asked for.",
        "Before booking, a proof of basic life support is no longer asked for.",
        "Competent no longer needs: No prompt on the step that must be done unaided.",
        "No longer to be done unaided: Confirms who the model is.",
    )


def test_nothing_is_said_of_a_kind_that_a_revision_does_not_have() -> None:
    assert differences(_course(), _course(), "another-day") == ()
    assert differences(_course(), _course(), "practice-day") == ()
