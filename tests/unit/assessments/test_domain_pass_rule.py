"""What competent needs: thresholds of sections, prompts on critical steps, and the rule of old checklists."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assessments import domain
from app.assessments.domain import Mark, Outcome
from app.assessments.reasons import pass_rule
from app.courses.domain.delivery import Checklist
from tests.make.assessments import STEPS, a_checklist
from tests.make.stored import stored_course

DONE, PROMPTED, NOT_DONE = Mark.done, Mark.prompted, Mark.not_done
OLD = stored_course("mesotherapy-2026-11-29").course.checklists[0]
"""The checklist as it was published before thresholds and limits of prompts existed."""


def strict(
    *,
    percent: int = 1,
    before: int | None = None,
    after: int | None = None,
    most: int | None = None,
    unaided: tuple[str, ...] = (),
) -> Checklist:
    """The small checklist with a stricter rule: `before` has identity* and hands, `after` sharps* and
    aftercare."""
    checklist = a_checklist(percent)
    sections = tuple(
        section.model_copy(
            update={
                "pass_percent": threshold,
                "steps": tuple(
                    step.model_copy(update={"unaided": step.key in unaided})
                    for step in section.steps
                ),
            }
        )
        for section, threshold in zip(checklist.sections, (before, after), strict=True)
    )
    return checklist.model_copy(update={"sections": sections, "most_prompts_on_critical": most})


def marks(**others: Mark) -> dict[str, Mark]:
    return dict.fromkeys(STEPS, DONE) | others


CASES = [
    (strict(), marks(), ()),
    (strict(before=75), marks(hands=PROMPTED), ()),
    (
        strict(before=76),
        marks(hands=PROMPTED),
        ("Section “Before the needle”: 3 of 4 points, 75%. Needed: 76%.",),
    ),
    (
        strict(after=70),
        marks(sharps=PROMPTED, aftercare=PROMPTED, identity=PROMPTED, hands=NOT_DONE),
        ("Section “After the needle”: 2 of 4 points, 50%. Needed: 70%.",),
    ),
    (strict(after=50), marks(aftercare=NOT_DONE), ()),
    (strict(most=1), marks(identity=PROMPTED), ()),
    (strict(most=1), marks(identity=PROMPTED, hands=PROMPTED, aftercare=PROMPTED), ()),
    (
        strict(most=1),
        marks(identity=PROMPTED, sharps=PROMPTED),
        ("Prompts were needed on 2 critical steps; 1 is allowed.",),
    ),
    (
        strict(most=0),
        marks(sharps=PROMPTED),
        ("Prompts were needed on 1 critical step; none is allowed.",),
    ),
    (
        strict(unaided=("identity",)),
        marks(identity=PROMPTED),
        ("Needed a prompt and must be done unaided: Confirms who the model is",),
    ),
    (strict(unaided=("identity",)), marks(sharps=PROMPTED), ()),
    (
        strict(percent=90, before=80, after=80, most=1, unaided=("identity",)),
        marks(identity=PROMPTED, hands=PROMPTED, sharps=NOT_DONE, aftercare=PROMPTED),
        (
            "Critical step not done: A needle was recapped with two hands",
            "Needed a prompt and must be done unaided: Confirms who the model is",
            "Section “Before the needle”: 2 of 4 points, 50%. Needed: 80%.",
            "Section “After the needle”: 1 of 4 points, 25%. Needed: 80%.",
            "All sections: 3 of 8 points, 37%. Needed: 90%.",
        ),
    ),
]


@pytest.mark.parametrize(("checklist", "given_marks", "sentences"), CASES)
def test_each_reason_is_named_and_any_of_them_decides(
    checklist: Checklist, given_marks: Mapping[str, Mark], sentences: tuple[str, ...]
) -> None:
    result = domain.result(checklist, given_marks)
    assert tuple(map(str, result.why_not)) == sentences
    assert (result.outcome is Outcome.competent) == (not sentences)


def test_the_codes_of_the_reasons_are_stable() -> None:
    checklist, given_marks, _ = CASES[-1]
    codes = [reason.code for reason in domain.result(checklist, given_marks).reasons]
    assert codes == [
        "critical_not_done",
        "prompted_not_unaided",
        "section_below_pass",
        "section_below_pass",
        "points_below_pass",
    ]
    too_many = domain.result(strict(most=0), marks(sharps=PROMPTED)).reasons
    assert [reason.code for reason in too_many] == ["too_many_prompts"]


@pytest.mark.parametrize(
    ("checklist", "more"),
    [
        (strict(percent=70), ()),
        (strict(percent=70, after=80), ("80% of the points of “After the needle”.",)),
        (
            strict(percent=70, before=60, after=80),
            (
                "60% of the points of “Before the needle”.",
                "80% of the points of “After the needle”.",
            ),
        ),
        (strict(percent=70, before=80, after=80), ("80% of the points of each section.",)),
        (strict(percent=70, most=0), ("No prompt on critical steps.",)),
        (strict(percent=70, most=1), ("At most 1 prompt on critical steps.",)),
        (strict(percent=70, most=2), ("At most 2 prompts on critical steps.",)),
        (
            strict(percent=70, unaided=("identity",)),
            ("No prompt on the step that must be done unaided.",),
        ),
        (
            strict(percent=70, unaided=("identity", "sharps")),
            ("No prompt on the 2 steps that must be done unaided.",),
        ),
    ],
)
def test_the_rule_is_said_in_sentences(checklist: Checklist, more: tuple[str, ...]) -> None:
    assert tuple(map(str, pass_rule(checklist))) == (
        "70% of all points.",
        "No critical step marked not done.",
        *more,
    )


STRICT = strict(percent=70, before=60, after=75, most=1, unaided=("sharps",))
BETTER = {NOT_DONE: (PROMPTED, DONE), PROMPTED: (DONE,)}


@given(
    given_marks=st.fixed_dictionaries(
        {key: st.sampled_from((NOT_DONE, PROMPTED, DONE)) for key in STEPS}
    ),
    key=st.sampled_from(STEPS),
)
def test_a_better_mark_never_makes_a_competent_student_fail(
    given_marks: dict[str, Mark], key: str
) -> None:
    """A prompt is better than not done, except on a limited critical step, where both fail."""
    if domain.result(STRICT, given_marks).outcome is not Outcome.competent:
        return
    for better in BETTER.get(given_marks[key], ()):
        if better is DONE or key not in {"identity", "sharps"}:
            better_result = domain.result(STRICT, {**given_marks, key: better})
            assert better_result.outcome is Outcome.competent


def nine_left_out() -> dict[str, Mark]:
    """Every critical step done, and of the others only the first."""
    others = [step.key for step in OLD.steps if not step.critical]
    return dict.fromkeys((step.key for step in OLD.steps), DONE) | dict.fromkeys(
        others[1:], NOT_DONE
    )


def eighteen_prompted() -> dict[str, Mark]:
    critical = [step.key for step in OLD.steps if step.critical]
    return dict.fromkeys((step.key for step in OLD.steps), DONE) | dict.fromkeys(
        critical[:18], PROMPTED
    )


@pytest.mark.parametrize("given_marks", [nine_left_out(), eighteen_prompted()])
def test_a_stored_checklist_without_the_new_limits_keeps_its_rule(
    given_marks: dict[str, Mark],
) -> None:
    """Assessments that were signed by the old rule stay as they were signed."""
    result = domain.result(OLD, given_marks)
    assert (result.outcome, result.earned, result.possible) == (Outcome.competent, 42, 60)
