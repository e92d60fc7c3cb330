"""The words of every refusal about quizzes, once. Other tests look at reasons and values."""

from app.quizzes import errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "quizzes.errors.AttemptStartRefused": "This quiz cannot be started now",
    "quizzes.errors.AttemptEnded": (
        "This attempt has ended: This attempt has ended, so the answer does not count. We "
        "have kept it; write to the academy if something went wrong. Your result is on the "
        "page of the attempt."
    ),
    "quizzes.errors.SequenceTaken": (
        "Another window answered this question: This question was answered in another window "
        "at the same time. Send your answer again with a higher sequence number."
    ),
    "quizzes.errors.AnswerUnreadable": "This answer cannot be read",
    "quizzes.errors.PlaceEnded": (
        "Your place on this course has ended: Your place on this course has ended, and its "
        "quizzes are closed with it. What you answered until then is kept. If you should "
        "still have a place, write to the academy."
    ),
    "quizzes.errors.AttemptClosed": (
        "This attempt was closed: This attempt was closed when your place on the course "
        "ended. Your answers are kept, and it does not count as one of your attempts. Open "
        "the quiz again to start a new one."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors) == SAID
