"""The small course as a whole, and what is tolerated or refused about folders."""

from dataclasses import replace
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.courses.domain import folder, yaml_source
from app.courses.domain.delivery import QuestionType
from app.courses.domain.digest import digest
from app.courses.domain.keys import CourseKeys, QuestionKey, QuizKeys
from app.courses.domain.parsing import Parsed, parse_course
from app.courses.domain.problems import Problem
from app.courses.domain.statistics import statistics
from tests.make.courses import small_course, small_files
from tests.make.examples import EXAMPLES


def parsed_with(changes: dict[str, bytes]) -> Parsed:
    return parse_course("small-course", {**small_files(), **changes})


def test_the_small_course_has_every_part() -> None:
    parsed = small_course()
    assert parsed.course is not None
    assert parsed.keys is not None
    course = parsed.course
    assert [module.requires for module in course.modules] == [(), ("skin",)]
    assert [quiz.key for quiz in course.quizzes] == ["skin-quiz", "needle-quiz", "final-test"]
    assert {question.type for quiz in course.quizzes for question in quiz.questions} == set(
        QuestionType
    )
    assert [step.critical for step in course.checklists[0].steps] == [True, False, True, False]
    assert [term.key for term in course.glossary] == ["dermis", "epidermis"]
    assert course.quizzes[0].attempts is None
    assert course.quizzes[2].length == 2
    assert set(parsed.media) == set(course.media) == {"skin-layers.svg"}
    lesson = course.modules[0].lessons[0]
    assert [source.key for source in lesson.sources] == ["anatomy-book", "needle-leaflet"]
    numeric = parsed.keys.quizzes["skin-quiz"].questions["total-volume"]
    assert (numeric.answer, numeric.tolerance) == (Decimal(1), Decimal("0.01"))
    true_false = parsed.keys.quizzes["skin-quiz"].questions["epidermis-bleeds"]
    assert true_false.correct == {"false"}
    assert set(true_false.option_explanations) == {"true", "false"}


def test_no_answer_is_in_the_half_that_is_delivered() -> None:
    marked = b'answer: "1"\n    tolerance: "0.01"'
    assert marked in small_files()["quizzes/skin-quiz.yaml"]
    quiz = small_files()["quizzes/skin-quiz.yaml"]
    quiz = quiz.replace(marked, b'answer: "87654321"\n    tolerance: "0.12345"')
    quiz = quiz.replace(b"explanation: ", b"explanation: Canarybird ")
    quiz = quiz.replace(b"      true: ", b"      true: Canarybird ")
    parsed = parsed_with({"quizzes/skin-quiz.yaml": quiz})
    assert parsed.problems == ()
    assert parsed.course is not None
    assert parsed.keys is not None
    delivered = parsed.course.model_dump_json()
    for secret in ("87654321", "0.12345", "Canarybird", "correct", "f1"):
        assert secret not in delivered
    assert parsed.keys.model_dump_json().count("Canarybird") >= 10


def test_modules_require_the_one_before_unless_they_say_otherwise() -> None:
    needles = small_files()["modules/needles.yaml"]
    default = parsed_with({"modules/needles.yaml": needles.replace(b"requires:\n  - skin\n", b"")})
    assert default.course is not None
    assert default.course.modules[1].requires == ("skin",)
    opened = needles.replace(b"requires:\n  - skin\n", b"requires: []\n")
    at_once = parsed_with({"modules/needles.yaml": opened})
    assert at_once.course is not None
    assert at_once.course.modules[1].requires == ()


def test_a_module_requires_the_one_before_alone() -> None:
    """A third module asks for the second, which asks for the first."""
    third = small_files()["modules/needles.yaml"].split(b"requires")[0]
    for word in (b"needle-safety", b"needle-quiz"):
        third = third.replace(word, word + b"-2")
    parsed = parsed_with(
        {
            "course.yaml": small_files()["course.yaml"].replace(
                b"  - needles\n", b"  - needles\n  - third\n"
            ),
            "modules/third.yaml": third,
            "lessons/needle-safety-2.md": small_files()["lessons/needle-safety.md"],
            "quizzes/needle-quiz-2.yaml": small_files()["quizzes/needle-quiz.yaml"],
        }
    )
    assert parsed.course is not None, parsed.problems
    assert [module.requires for module in parsed.course.modules] == [(), ("skin",), ("needles",)]


def test_line_ends_and_byte_order_marks_make_no_difference() -> None:
    windows = {
        path: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") if not path.endswith(".svg") else data
        for path, data in small_files().items()
    }
    assert parse_course("small-course", windows).course == small_course().course


@pytest.mark.parametrize(
    ("path", "old", "new", "line", "says"),
    [
        ("course.yaml", "  - Draw up a volume safely", "  - Draw\n" * 12, 9, "too many entries"),
        ("course.yaml", "format: 1", "format: '1'", 1, "not one of the words"),
        ("quizzes/final-test.yaml", "The epidermis is the outermost.", '" "', 11, "empty"),
        ("quizzes/final-test.yaml", "draw: 2", "draw: true", 6, "whole number"),
        ("quizzes/final-test.yaml", "attempts: 2", "attempts: true", 4, "not understood"),
        ("quizzes/final-test.yaml", "attempts: 2", "attempts: 21", 4, "not understood"),
        ("modules/skin.yaml", "lessons:", "lessons: {}\nlesson:", 6, "must be a list"),
        ("glossary.yaml", "  term: Dermis", "  name: Dermis", 5, "`name` is not known here"),
        ("references.yaml", "  seen: chapter 2", "  - chapter 2", 3, "not valid YAML"),
    ],
)
def test_single_faults(path: str, old: str, new: str, line: int, says: str) -> None:
    text = small_files()[path].decode()
    problems = parsed_with({path: text.replace(old, new, 1).encode()}).problems
    assert any(
        problem.path == path and problem.line == line and says in problem.message
        for problem in problems
    )


def test_parts_are_found_by_their_keys() -> None:
    course = small_course().course
    assert course is not None
    module, quiz = course.modules[0], course.quizzes[0]
    assert course.module("skin") is module
    assert course.quiz("skin-quiz") is quiz
    assert quiz.question("total-volume") is quiz.questions[3]
    assert course.practical("practice-day") is course.practicals[0]
    assert course.checklist("first-session") is course.checklists[0]
    assert course.find_lesson("skin-vessels") == (module, module.lessons[1])
    for find in (course.module, course.quiz, course.practical, course.checklist):
        assert find("unknown") is None
    assert course.find_lesson("unknown") is None


def test_without_the_fast_reader_the_course_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "_Loader", yaml.SafeLoader)
    parsed = parse_course("small-course", small_files())
    assert digest(parsed) == digest(small_course())


def test_problems_are_sorted_and_can_be_read_aloud() -> None:
    parsed = parsed_with({"z.txt": b"", "a.txt": b""})
    assert [problem.path for problem in parsed.problems] == ["a.txt", "z.txt"]
    assert str(Problem("a.yaml", 3, "This is wrong.", "Mend it.")) == (
        "a.yaml:3: This is wrong. Mend it."
    )
    assert str(Problem("a.yaml", 3, "This is wrong.", "")) == "a.yaml:3: This is wrong."


def test_a_course_without_files_says_what_every_course_has() -> None:
    assert [problem.path for problem in parse_course("a", {}).problems] == [
        "course.yaml",
        "glossary.yaml",
        "references.yaml",
    ]


def test_the_key_of_a_course_is_a_key() -> None:
    hint = (
        "A key is 1 to 64 characters: lower-case letters, digits and single hyphens, beginning with "
        "a letter, such as `skin-layers`."
    )
    for key, shown in (("Small_Course", "Small_Course"), ("a" * 100, "a" * 80)):
        problems = parse_course(key, small_files()).problems
        assert problems == (Problem("course.yaml", 1, f"`{shown}` is not a key.", hint),)


@pytest.mark.parametrize("limit", ["MOST_FILES", "LARGEST_COURSE"])
def test_a_folder_that_is_too_large_is_not_read(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    files = small_files()
    exactly = len(files) if limit == "MOST_FILES" else sum(map(len, files.values()))
    monkeypatch.setattr(folder, limit, exactly)
    assert parse_course("small-course", files).problems == ()
    monkeypatch.setattr(folder, limit, exactly - 1)
    (problem,) = parse_course("small-course", files).problems
    assert (problem.path, problem.line) == (".", 1)


def test_the_limits_of_a_folder_are_said() -> None:
    files = {f"{number}.yaml": b"" for number in range(folder.MOST_FILES + 1)}
    assert parse_course("small-course", files).problems == (
        Problem(
            ".",
            1,
            "The folder is too large to be a course.",
            "At most 2000 files with 30 MB are read.",
        ),
    )


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "glossary.yaml"
    largest = max(len(data) for path, data in small_files().items() if not path.endswith(".svg"))
    monkeypatch.setattr(folder, "LARGEST_FILE", largest)
    assert parsed_with({}).problems == ()
    monkeypatch.undo()
    text = b"a:\n  term: A\n  definition: " + b"x" * 450_000
    assert parsed_with({path: text}).problems == (
        Problem(path, 1, "The file has 450 kB; at most 400 kB are read.", "Divide it."),
    )


@pytest.mark.parametrize("path", ["course.yaml", "glossary.yaml", "references.yaml"])
@pytest.mark.parametrize("text", [b"", b"- a\n", b"word\n", b"a: [\n"])
def test_a_file_that_is_no_mapping_is_one_problem(path: str, text: bytes) -> None:
    problems = parsed_with({path: text}).problems
    assert [problem.path for problem in problems] == [path]


@pytest.mark.parametrize("path", sorted(small_files()))
def test_any_file_in_ruins_is_named_and_breaks_nothing(path: str) -> None:
    for ruin in (b"\xff", b"", b"{", b"---\n---\n", b"a: {b: [1, null]}\n", b"- - -\n"):
        problems = parsed_with({path: ruin}).problems
        assert path in {problem.path for problem in problems}


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_a_changed_line_anywhere_never_breaks_the_parser(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(set(small_files()) - {"media/skin-layers.svg"})))
    lines = small_files()[path].decode().split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(
        st.sampled_from(["", "- x", "key: x", "  text: 1", "a: &b", "```figure", "type: single"])
        | st.just(lines[at] + " x")
        | st.just("  " + lines[at])
    )
    changed = "\n".join(lines)
    parsed = parsed_with({path: changed.encode()})
    assert (parsed.course is None) == bool(parsed.problems)
    for problem in parsed.problems:
        assert problem.hint
        limit = small_files().get(problem.path, b"").count(b"\n") + 2
        assert 1 <= problem.line <= limit


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.permutations(sorted(small_files())))
def test_the_digest_does_not_know_the_order_of_files(order: list[str]) -> None:
    shuffled = parse_course("small-course", {path: small_files()[path] for path in order})
    assert digest(shuffled) == digest(small_course())


def test_the_first_digest_stays_what_it_was() -> None:
    # If this fails, v1 is computed in another way: make a v2, and leave v1 as it was.
    course = small_course().course
    assert course is not None
    empty = dict.fromkeys(("modules", "practicals", "checklists", "glossary", "references"), ())
    bare = course.model_copy(update={**empty, "quizzes": (), "description_html": "–", "media": {}})
    question = QuestionKey(
        correct=frozenset(["d", "a", "c", "b"]), answer=Decimal("2.50"), tolerance=Decimal(0)
    )
    keys = CourseKeys(quizzes={"z": QuizKeys(questions={"q": question})})
    assert digest(Parsed(bare, keys, {"a.svg": b"<svg/>"}, ())) == (
        "v1:bb7c2446aef73874966e84e4d74686bad89128421379d69413843817f63de338"
    )


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("course.yaml", b"hours: 12", b"hours: 13"),
        ("quizzes/skin-quiz.yaml", b'tolerance: "0.01"', b'tolerance: "0.02"'),
        ("lessons/skin-vessels.md", b"Press gently", b"Press softly"),
        ("media/skin-layers.svg", b"#a02c2c", b"#a02c2d"),
    ],
)
def test_the_digest_knows_every_document(path: str, old: bytes, new: bytes) -> None:
    changed = parsed_with({path: small_files()[path].replace(old, new)})
    assert changed.problems == ()
    assert digest(changed) != digest(small_course())


def test_a_course_with_problems_has_no_digest() -> None:
    half = replace(small_course(), keys=None)
    for parsed in (parse_course("a", {}), half):
        with pytest.raises(ValueError, match=r"^A course with problems has no digest\.$"):
            digest(parsed)


def test_statistics() -> None:
    parsed = small_course()
    assert parsed.course is not None
    assert parsed.keys is not None
    counts = statistics(parsed.course, parsed.keys)
    words = counts.pop("words")
    assert counts == {
        "modules": 2,
        "lessons": 3,
        "figures": 2,
        "questions": 9,
        "generators": 0,
        "cases": 0,
    }
    assert words == sum(
        len(lesson.text.split()) for module in parsed.course.modules for lesson in module.lessons
    )
    assert 200 < words < 300
