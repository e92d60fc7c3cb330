"""The words of every refusal about learning, once. Other tests look at reasons and values."""

from app.learning import errors, pacing
from tests.make.refusal_words import words_of_refusals

SAID = {
    "learning.errors.ModuleLocked": "You may not do this",
    "learning.errors.LessonStaysDone": (
        "This cannot be done now: You have passed the quiz of this module, so its lessons "
        "stay marked as done. You can read them again at any time."
    ),
    "learning.errors.PlanNotChanged": "Your plan is not changed",
    "learning.errors.BadPlan": "There is a problem with what you entered",
    "learning.errors.NotHighlighted": "There is a problem with what you entered",
    "learning.errors.StopLinkRefused": (
        "This link does not work: It is incomplete, or the mail went to an address that is no longer "
        "yours. Nothing was changed. Sign in, and stop the mails on the page of your plan."
    ),
    "learning.pacing.BAD_HOURS": (
        "Enter a number of hours between 0.5 and 40, in steps of half an hour."
    ),
    "learning.pacing.THEORY_DONE": (
        "You have completed the theory, so there is nothing left to plan."
    ),
    "learning.pacing.NO_PLAN": (
        "You have no plan for this course. Choose how many hours a week suit you."
    ),
    "learning.pacing.PAUSE_IN_PAST": (
        "Enter the day on which you start again. It must be after today."
    ),
    "learning.pacing.PAUSE_TOO_LONG": (
        "A pause can last a year at most. For longer, stop the plan; you can make a new one at any "
        "time."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors, pacing) == SAID
