"""The words of every refusal about courses, once. Other tests look at reasons and values."""

from app.courses import errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "courses.errors.CourseHasProblems": "There is a problem with what you entered",
    "courses.errors.CorruptsEvidence": "This cannot be done now",
    "courses.errors.ErratumChanged": "This cannot be done now",
    "courses.errors.RevisionUnreadable": "This cannot be done now",
    "courses.errors.PublishedMeanwhile": (
        "This cannot be done now: Somebody else published at the same moment, so nothing was "
        "published here. Look at what is published now, and publish again."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors) == SAID
