"""The words of every refusal about assessing, once. Other tests look at reasons and values."""

from app.assessments import domain, errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "assessments.domain.ALREADY_SIGNED": "This assessment is signed and can no longer change.",
    "assessments.domain.UNMARKED": "Some steps are not marked yet. Mark every step, then sign.",
    "assessments.domain.ABSENT": (
        "This person is not marked as present. Mark them as present on the roster, then sign."
    ),
    "assessments.errors.StaleMark": "This step was marked by somebody else in the meantime",
    "assessments.errors.StaleComment": "The comment was changed by somebody else in the meantime",
    "assessments.errors.SignRefused": "This assessment cannot be signed yet",
    "assessments.errors.ChangedBeforeSigning": (
        "The marks changed before you signed: A mark or the comment changed after you opened "
        "this page. Check the marks again, then sign."
    ),
    "assessments.errors.AssessmentStartRefused": "This assessment cannot be started",
    "assessments.errors.MarkRefused": "This mark was not saved",
    "assessments.errors.StopRefused": "This assessment cannot be stopped",
    "assessments.errors.DiscardRefused": "This assessment is closed",
    "assessments.errors.OtherPerson": (
        "Somebody else is signed in: This was marked by another person. Sign in as that "
        "person to send it."
    ),
    "assessments.errors.CorrectionRefused": "The checklist was not changed",
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(domain, errors) == SAID
