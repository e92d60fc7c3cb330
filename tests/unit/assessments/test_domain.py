"""The rules of assessing, as tables and as properties."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments import domain
from app.assessments.domain import ALREADY_SIGNED, UNMARKED, Mark, Outcome
from tests.make.assessments import STEPS, a_checklist

DONE, PROMPTED, NOT_DONE = Mark.done, Mark.prompted, Mark.not_done
NOT_OBSERVED = Mark.not_observed
MARKS = st.fixed_dictionaries({key: st.sampled_from(domain.OBSERVED) for key in STEPS})


@dataclass(frozen=True)
class Tap:
    step_key: str
    revision: int
    mark: Mark


def marks(identity=DONE, hands=DONE, sharps=DONE, aftercare=DONE):
    return {"identity": identity, "hands": hands, "sharps": sharps, "aftercare": aftercare}


@pytest.mark.parametrize(
    ("given_marks", "percent", "outcome", "earned"),
    [
        (marks(), 70, Outcome.competent, 8),
        (marks(), 100, Outcome.competent, 8),
        (marks(hands=PROMPTED), 100, Outcome.not_yet_competent, 7),
        (marks(hands=NOT_DONE), 75, Outcome.competent, 6),
        (marks(hands=NOT_DONE), 76, Outcome.not_yet_competent, 6),
        (marks(identity=PROMPTED), 70, Outcome.competent, 7),
        (marks(identity=NOT_DONE), 70, Outcome.not_yet_competent, 6),
        (marks(sharps=NOT_DONE), 1, Outcome.not_yet_competent, 6),
    ],
)
def test_the_outcome_follows_points_and_critical_steps(given_marks, percent, outcome, earned):
    result = domain.result(a_checklist(percent), given_marks)
    assert (result.outcome, result.earned, result.possible) == (outcome, earned, 8)


@given(given_marks=MARKS, critical=st.sampled_from(["identity", "sharps"]))
def test_a_failed_critical_step_always_fails_the_whole(given_marks, critical):
    result = domain.result(a_checklist(1), {**given_marks, critical: NOT_DONE})
    assert result.outcome is Outcome.not_yet_competent
    assert critical in {step.key for step in result.failed}
    assert result.why_not


@given(given_marks=MARKS, percent=st.integers(1, 100))
def test_points_stay_within_what_is_possible_and_decide(given_marks, percent):
    result = domain.result(a_checklist(percent), given_marks)
    assert 0 <= result.earned <= result.possible
    enough = result.earned / result.possible >= percent / 100
    critical_done = NOT_DONE not in (given_marks["identity"], given_marks["sharps"])
    assert (result.outcome is Outcome.competent) == (enough and critical_done)


@given(
    taps=st.lists(
        st.builds(Tap, st.sampled_from(STEPS), st.integers(1, 9), st.sampled_from(Mark)),
        unique_by=lambda tap: (tap.step_key, tap.revision),
    ),
    seed=st.randoms(),
)
def test_the_newest_mark_counts_in_whatever_order_they_come(taps, seed):
    shuffled = list(taps)
    seed.shuffle(shuffled)
    current = domain.current_marks(shuffled)
    assert current == domain.current_marks(taps)
    assert set(current) == {tap.step_key for tap in taps}
    assert all(current[tap.step_key].revision >= tap.revision for tap in taps)


COUNTED = [mark for mark in Mark if mark is not Mark.unmarked]


@given(given_marks=st.dictionaries(st.sampled_from(STEPS), st.sampled_from(COUNTED)))
def test_unmarked_steps_never_sign(given_marks):
    checklist = a_checklist()
    missing = set(STEPS) - set(given_marks)
    refusal = domain.sign_refusal(checklist, given_marks, is_signed=False)
    assert (refusal is UNMARKED) == bool(missing)
    assert {step.key for step in domain.unmarked_steps(checklist, given_marks)} == missing


def test_a_signed_assessment_signs_no_second_time():
    refusal = domain.sign_refusal(a_checklist(), marks(), is_signed=True)
    assert refusal is ALREADY_SIGNED


@pytest.mark.parametrize(
    ("given_marks", "headline"),
    [
        (marks(hands=PROMPTED), "Competent"),
        (
            marks(identity=NOT_DONE),
            "Not yet competent. A critical step was not done.",
        ),
        (
            marks(identity=NOT_DONE, sharps=NOT_DONE),
            "Not yet competent. Critical steps were not done.",
        ),
        (
            marks(identity=NOT_DONE, sharps=NOT_OBSERVED, aftercare=NOT_OBSERVED),
            "Not yet competent. The assessment was stopped for safety.",
        ),
        (
            marks(aftercare=NOT_OBSERVED),
            "Not yet competent. The assessment was stopped for safety.",
        ),
        (
            marks(identity=PROMPTED, hands=NOT_DONE, sharps=PROMPTED, aftercare=DONE),
            "Not yet competent. 3 steps need more practice.",
        ),
    ],
)
def test_the_headline_says_the_outcome(given_marks, headline):
    assert str(domain.result(a_checklist(), given_marks).headline) == headline


def test_one_step_is_said_in_the_singular():
    result = domain.result(a_checklist(90), marks(hands=PROMPTED))
    assert str(result.headline) == "Not yet competent. 1 step needs more practice."


def test_a_stop_names_the_reason_or_else_the_step():
    checklist = a_checklist()
    section = checklist.sections[0]
    bare = section.steps[0].model_copy(update={"critical_reason": None})
    plain = checklist.model_copy(
        update={"sections": (section.model_copy(update={"steps": (bare,)}),)}
    )
    told = domain.result(checklist, marks(identity=NOT_DONE)).why_not
    assert tuple(map(str, told)) == ("Critical step not done: The wrong person would be treated",)
    assert str(domain.result(plain, {"identity": NOT_DONE}).why_not[0]) == (
        "Critical step not done: Confirms who the model is"
    )
    stopped = marks(identity=NOT_DONE, sharps=NOT_OBSERVED, aftercare=NOT_OBSERVED)
    assert tuple(map(str, domain.result(checklist, stopped).why_not)) == (
        "Stopped for safety: 2 steps were not observed.",
        "Critical step not done: The wrong person would be treated",
    )
    assert domain.result(checklist, marks()).why_not == ()


@given(given_marks=MARKS, step=st.sampled_from(STEPS))
def test_a_stopped_assessment_is_never_competent(given_marks, step):
    """T2: a step that nobody could watch earns nothing, and decides against competent."""
    seen = domain.result(a_checklist(1), {**given_marks, step: NOT_DONE})
    result = domain.result(a_checklist(1), {**given_marks, step: NOT_OBSERVED})
    assert (result.outcome, result.stopped) == (Outcome.not_yet_competent, True)
    assert (result.earned, result.possible) == (seen.earned, seen.possible)
    assert step in {failed_step.key for failed_step in result.to_practise}
    refusal = domain.sign_refusal(
        a_checklist(), {**given_marks, step: NOT_OBSERVED}, is_signed=False
    )
    assert refusal is None


def test_a_mark_taken_back_counts_as_no_mark():
    """T22: the revisions stay, and the newest one says that the step has no mark."""
    taps = [Tap("hands", 1, DONE), Tap("hands", 2, Mark.unmarked), Tap("sharps", 1, NOT_DONE)]
    assert domain.counted_marks(taps) == {"sharps": NOT_DONE}
    assert domain.counted_marks([*taps, Tap("hands", 3, PROMPTED)])["hands"] is PROMPTED
