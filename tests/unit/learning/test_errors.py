"""The words of every refusal about learning, once. Other tests look at reasons and values."""

from app.learning import errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "learning.errors.ModuleLocked": "You may not do this",
    "learning.errors.LessonStaysDone": (
        "This cannot be done now: You have passed the quiz of this module, so its lessons "
        "stay marked as done. You can read them again at any time."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors) == SAID
