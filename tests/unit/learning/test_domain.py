"""Progress through a course."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.messages import msg
from app.learning import domain
from app.learning.domain import Done, ModuleState, NextStep, NumberedModule, StepKind
from app.learning.errors import LessonStaysDone, ModuleLocked
from app.learning.policy import may_learn
from tests.make.learning import a_course, a_module
from tests.make.people import an_actor

COURSE = a_course(
    a_module("one"),
    a_module("two", requires=("one",)),
    a_module("three", requires=("two", "one")),
    a_module("extra"),
)
LESSONS = [lesson.key for module in COURSE.modules for lesson in module.lessons]
QUIZZES = [quiz.key for quiz in COURSE.quizzes]
ONE = Done(frozenset({"one-a", "one-b"}), frozenset({"one-quiz"}))
EXTRA = Done(frozenset({"extra-a", "extra-b"}), frozenset({"extra-quiz"}))
ALL_LESSONS = frozenset(LESSONS)


def done(lessons: str = "", quizzes: str = "") -> Done:
    return Done(frozenset(lessons.split()), frozenset(quizzes.split()))


def states(facts: Done) -> list[str]:
    return [progress.state.value for progress in domain.module_progress(COURSE, facts)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (done(), "open locked locked open"),
        (done("one-a one-b"), "open locked locked open"),
        (done("one-a", "one-quiz"), "open locked locked open"),
        (ONE, "complete open locked open"),
        (EXTRA, "open locked locked complete"),
        # A module that is complete stays so, whatever it requires.
        (done("two-a two-b", "two-quiz"), "open complete locked open"),
        (Done(ALL_LESSONS, frozenset(QUIZZES)), "complete complete complete complete"),
    ],
)
def test_the_state_of_each_module(facts: Done, expected: str) -> None:
    assert states(facts) == expected.split()


def test_a_locked_module_names_what_is_missing_in_the_order_of_the_course() -> None:
    three = domain.module_progress(COURSE, done("one-a"))[2]
    assert [module.key for module in three.missing] == ["one", "two"]
    assert (three.lessons_done, three.quiz_passed) == (0, False)
    assert [m.key for m in domain.module_progress(COURSE, ONE)[2].missing] == ["two"]


def test_a_lock_is_said_in_words() -> None:
    missing = domain.numbered(COURSE, [COURSE.modules[2], COURSE.modules[0], COURSE.modules[1]])
    assert missing[0] == NumberedModule("one", 1, "Module one")
    assert str(domain.lock_sentence(missing[:1])) == "Complete module 1, “Module one”, first."
    assert str(domain.lock_sentence(missing)) == (
        "Complete module 1, “Module one”; module 2, “Module two”; and module 3, “Module three”, first."
    )
    refusal = ModuleLocked("course", missing[1], missing[:1])
    assert (refusal.reason, refusal.detail) == ("module-locked", domain.lock_sentence(missing[:1]))


@pytest.mark.parametrize(
    ("facts", "kind", "key"),
    [
        (done(), "lesson", "one-a"),
        (done("one-a"), "lesson", "one-b"),
        (done("one-b"), "lesson", "one-a"),
        # Lessons of another open module come before a quiz: resume is the first lesson not done.
        (done("one-a one-b"), "lesson", "extra-a"),
        (done("one-a one-b extra-a extra-b"), "quiz", "one-quiz"),
        (done("one-a one-b extra-a extra-b", "one-quiz"), "lesson", "two-a"),
        (Done(ALL_LESSONS, frozenset({"one-quiz", "extra-quiz"})), "quiz", "two-quiz"),
        (Done(ALL_LESSONS, frozenset({"one-quiz", "two-quiz"})), "quiz", "three-quiz"),
        (Done(ALL_LESSONS, frozenset(QUIZZES) - {"final"}), "final", "final"),
    ],
)
def test_the_next_step(facts: Done, kind: str, key: str) -> None:
    title = f"Lesson {key}" if kind == "lesson" else f"Quiz {key}"
    assert domain.next_step(COURSE, facts) == NextStep(StepKind(kind), key, title)


def test_there_is_no_next_step_when_the_theory_is_complete() -> None:
    everything = Done(ALL_LESSONS, frozenset(QUIZZES))
    assert domain.next_step(COURSE, everything) is None
    assert domain.next_lesson(COURSE, everything) is None
    assert domain.is_theory_complete(COURSE, everything)


def test_the_final_test_opens_when_every_module_is_complete() -> None:
    without = Done(ALL_LESSONS, frozenset(QUIZZES) - {"final"})
    assert domain.is_final_open(COURSE, without)
    assert not domain.is_theory_complete(COURSE, without)
    fewer = Done(ALL_LESSONS - {"extra-b"}, frozenset(QUIZZES))
    assert not domain.is_final_open(COURSE, fewer)
    assert not domain.is_theory_complete(COURSE, fewer)


def test_lessons_stay_done_once_the_quiz_is_passed() -> None:
    assert not domain.stays_done(COURSE.modules[0], done("one-a", "two-quiz"))
    assert domain.stays_done(COURSE.modules[0], done("one-a", "one-quiz"))
    assert LessonStaysDone().reason == "quiz-passed"


def test_only_what_belongs_to_the_course_is_counted() -> None:
    assert domain.count_done(COURSE, done("one-a gone", "one-quiz old-quiz")) == (2, 8 + 5)


def test_students_learn() -> None:
    assert may_learn(an_actor("student"))
    assert may_learn(an_actor("admin", "student"))
    assert not may_learn(an_actor("admin", "instructor"))


facts = st.builds(
    Done, st.frozensets(st.sampled_from(LESSONS)), st.frozensets(st.sampled_from(QUIZZES))
)
RANK = {ModuleState.locked: 0, ModuleState.open: 1, ModuleState.complete: 2}


@given(before=facts, more=facts)
def test_doing_more_never_takes_anything_away(before: Done, more: Done) -> None:
    after = Done(before.lessons | more.lessons, before.quizzes | more.quizzes)
    assert domain.count_done(COURSE, before)[0] <= domain.count_done(COURSE, after)[0]
    assert domain.completed_modules(COURSE, before) <= domain.completed_modules(COURSE, after)
    assert domain.is_final_open(COURSE, before) <= domain.is_final_open(COURSE, after)
    assert domain.is_theory_complete(COURSE, before) <= domain.is_theory_complete(COURSE, after)
    for old, new in zip(
        domain.module_progress(COURSE, before), domain.module_progress(COURSE, after), strict=True
    ):
        assert RANK[old.state] <= RANK[new.state]
        assert set(new.missing) <= set(old.missing)


@given(before=facts)
def test_following_the_next_step_always_leads_to_the_end(before: Done) -> None:
    here = before
    for _ in range(len(LESSONS) + len(QUIZZES) + 1):
        step = domain.next_step(COURSE, here)
        if step is None:
            break
        if step.kind is StepKind.lesson:
            assert step.key not in here.lessons
            here = Done(here.lessons | {step.key}, here.quizzes)
        else:
            assert step.key not in here.quizzes
            here = Done(here.lessons, here.quizzes | {step.key})
    assert domain.is_theory_complete(COURSE, here)


@pytest.mark.parametrize(
    ("before", "after", "opened"),
    [
        (done("one-a one-b"), ONE, ["two"]),
        (done("one-a", "one-quiz"), ONE, ["two"]),
        (ONE, ONE, []),
        (done(), EXTRA, []),
        (ONE, done("one-a one-b two-a two-b", "one-quiz two-quiz"), ["three"]),
        (done(), done("one-a one-b two-a two-b", "one-quiz two-quiz"), ["two", "three"]),
        (ONE, done(), []),
    ],
)
def test_what_opens_between_two_states(before: Done, after: Done, opened: list[str]) -> None:
    assert [module.key for module in domain.newly_open(COURSE, before, after)] == opened


def test_what_opened_is_said_in_sentences() -> None:
    assert domain.opened_sentences(COURSE, done(), ONE) == (
        msg("Module {number}, “{module}”, is open.", number=2, module="Module two"),
    )
    everything = domain.everything_done(COURSE)
    last = Done(everything.lessons - {"three-a"}, everything.quizzes)
    assert domain.opened_sentences(COURSE, last, everything) == (msg("The final test is open."),)
    assert domain.opened_sentences(COURSE, everything, everything) == ()


@pytest.mark.parametrize(
    ("lessons", "quizzes", "module", "lesson", "parts"),
    [
        ("", "", 1, 1, (0, 3)),
        ("one-a", "", 1, 2, (1, 3)),
        ("one-a one-b extra-a extra-b", "", 1, None, (2, 3)),
        ("one-a one-b", "one-quiz", 2, 1, (0, 3)),
    ],
)
def test_where_the_next_step_stands(lessons, quizzes, module, lesson, parts):
    state = done(lessons, quizzes)
    step = domain.next_step(COURSE, state)
    at = domain.step_position(COURSE, state, step)
    assert (at.module.number, at.lesson) == (module, lesson)
    assert (at.parts_done, at.parts) == parts
    assert at.share == 100 * parts[0] // parts[1]
    if step.kind is StepKind.lesson:
        assert at.minutes == COURSE.find_lesson(step.key)[1].minutes
    else:
        assert at.minutes == 2 * COURSE.quiz(step.key).length


def test_the_final_test_stands_in_no_module():
    state = Done(ALL_LESSONS, frozenset(QUIZZES) - {COURSE.final_test})
    at = domain.step_position(COURSE, state, domain.next_step(COURSE, state))
    assert (at.module, at.lesson) == (None, None)
    assert at.minutes == 2 * COURSE.quiz(COURSE.final_test).length
