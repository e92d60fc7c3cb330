"""The way to a certificate: which step is now, how far it is done, and what is left of it."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.domain import Done
from app.learning.way import RequirementKind, StepState, way_of
from tests.make.courses import small_course

COURSE = small_course().course
assert COURSE is not None
SKIN, NEEDLES = COURSE.modules


@dataclass(frozen=True)
class Met:
    kind: RequirementKind
    key: str
    is_met: bool


ALL = (
    (RequirementKind.place, "small-course"),
    (RequirementKind.module, "skin"),
    (RequirementKind.module, "needles"),
    (RequirementKind.final_test, "final-test"),
    (RequirementKind.attendance, "practice-day"),
    (RequirementKind.assessment, "practice-day"),
)


def the_way(met, done=None):
    """The way of somebody who has met these of the requirements."""
    return way_of(
        COURSE,
        done or Done(),
        [Met(kind, key, number in met) for number, (kind, key) in enumerate(ALL)],
    )


@given(st.sets(st.integers(0, len(ALL) - 1)))
def test_the_first_step_that_is_not_done_is_now(met):
    way = the_way(met)
    states = [step.state for step in way.steps]
    assert (way.finished, way.total) == (len(met), len(ALL))
    open_states = [state for state in states if state is not StepState.done]
    assert (
        open_states
        == [StepState.now, *([StepState.to_come] * len(open_states))][: len(open_states)]
    )
    assert way.current is next((step for step in way.steps if step.state is StepState.now), None)
    assert all((step.share == 100) == (step.state is StepState.done) for step in way.steps)
    assert way.ahead == tuple(step for step in way.steps if step.state is not StepState.done)[:3]


def test_the_practical_day_and_its_assessment_are_not_now_but_next():
    assert [step.kind for step in the_way(()).steps if step.is_at_the_academy] == [
        RequirementKind.attendance,
        RequirementKind.assessment,
    ]


def test_a_step_says_what_it_is():
    way = the_way(())
    assert (way.course_key, way.title) == ("small-course", COURSE.title)
    assert [(step.kind, step.key) for step in way.steps] == list(ALL)
    titles = [(step.kind, str(step.title), step.number) for step in way.steps]
    assert titles == [
        (RequirementKind.place, "Your place on the course", None),
        (RequirementKind.module, "The skin", 1),
        (RequirementKind.module, "Needles", 2),
        (RequirementKind.final_test, "Final test", None),
        (RequirementKind.attendance, "Practice day", None),
        (RequirementKind.assessment, "Your assessment: Practice day", None),
    ]


@pytest.mark.parametrize("met", [(), range(3), range(4), range(6)])
def test_parts_are_numbers_and_no_truth_values(met):
    """A page prints them into `progress`, where “False” is no number."""
    steps = the_way(met).steps
    assert [type(step.parts_done) for step in steps] == [int] * len(ALL)
    whole = [step for step in steps if step.kind is not RequirementKind.module]
    assert [step.parts_done == step.parts == 1 for step in whole] == [
        step.state is StepState.done for step in whole
    ]


@pytest.mark.parametrize(
    ("met", "kind", "has_attended"),
    [
        ((), "practice-day", False),
        (range(4), "practice-day", False),
        ((5,), "practice-day", False),
        ((4,), "practice-day", True),
        (range(6), "practice-day", True),
        ((0, 1, 2, 3, 4), "another-day", False),
    ],
)
def test_only_the_attendance_of_this_kind_counts_as_attended(met, kind, has_attended):
    """Neither the assessment of the same kind nor a day of another one does."""
    assert the_way(met).has_attended(kind) is has_attended


QUIZ_MINUTES = 2 * COURSE.quiz("skin-quiz").length
LESSON_MINUTES = [lesson.minutes for lesson in SKIN.lessons]


@pytest.mark.parametrize(
    ("lessons", "quizzes", "left", "share", "minutes"),
    [
        ((), (), "2 lessons and the quiz", 0, sum(LESSON_MINUTES) + QUIZ_MINUTES),
        (("skin-layers",), (), "1 lesson and the quiz", 33, LESSON_MINUTES[1] + QUIZ_MINUTES),
        (("skin-layers", "skin-vessels"), (), "The quiz", 66, QUIZ_MINUTES),
        (("skin-layers",), ("skin-quiz",), "1 lesson", 66, LESSON_MINUTES[1]),
        ((), ("skin-quiz",), "2 lessons", 33, sum(LESSON_MINUTES)),
    ],
)
def test_what_is_left_of_a_module(lessons, quizzes, left, share, minutes):
    step = the_way({0}, Done(frozenset(lessons), frozenset(quizzes))).current
    assert (str(step.left), step.share, step.minutes) == (left, share, minutes)


def test_nothing_is_left_of_a_complete_module():
    done = Done(frozenset({"skin-layers", "skin-vessels"}), frozenset({"skin-quiz"}))
    step = the_way({0, 1}, done).steps[1]
    assert (step.left, step.share, step.minutes) == (None, 100, 0)


@pytest.mark.parametrize("number", [3, 4])
def test_what_is_done_takes_no_more_time(number):
    to_do, done = the_way(()).steps[number], the_way({number}).steps[number]
    assert to_do.minutes > 0
    assert done.minutes == 0


def test_a_course_without_a_practical_says_what_comes():
    requirement = Met(RequirementKind.attendance, "small-course", is_met=False)
    (step,) = way_of(COURSE, Done(), [requirement]).steps
    assert (str(step.title), step.minutes) == ("Practical day", 0)
