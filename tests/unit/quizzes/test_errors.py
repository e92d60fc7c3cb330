"""The words of every refusal about quizzes, once. Other tests look at reasons and values."""

from app.quizzes import errors
from app.quizzes.domain import allowing, transitions
from tests.make.refusal_words import words_of_refusals

SAID = {
    "quizzes.errors.AttemptStartRefused": "This quiz cannot be started now",
    "quizzes.errors.AttemptEnded": "This attempt has ended",
    "quizzes.errors.NoResult": "This attempt has no result",
    "quizzes.errors.AttemptRefused": "This attempt does not allow that now",
    "quizzes.errors.SequenceTaken": (
        "Another window answered this question: This question was answered in another window "
        "at the same time. Send your answer again with a higher sequence number."
    ),
    "quizzes.errors.ChoiceRefused": (
        "These answers have changed: Something was saved or chosen since you opened this page. "
        "Look at the answers as they are now."
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
    "quizzes.domain.transitions.STILL_RUNNING": (
        "This attempt has not ended. Send your answers first."
    ),
    "quizzes.domain.transitions.OVERDUE": (
        "The time of this attempt is over, so the answer does not count. We have kept it. Send your "
        "attempt now: what you answered in time counts."
    ),
    "quizzes.domain.transitions.ENDED": (
        "This attempt has ended, so the answer does not count. We have kept it; write to the academy if "
        "something went wrong. Your result is on the page of the attempt."
    ),
    "quizzes.domain.transitions.ABANDONED": (
        "The time for this attempt ended before it was sent, so it has no result. Your answers are kept. "
        "Write to the academy if something went wrong."
    ),
    "quizzes.domain.transitions.CLOSED": (
        "This attempt was closed when your place on the course ended. Your answers are kept, and it does "
        "not count as one of your attempts. Open the quiz again to start a new one."
    ),
    "quizzes.domain.allowing.CERTIFIED": (
        "The certificate of this course is issued, so its quizzes are settled. Nothing needs "
        "to be done."
    ),
    "quizzes.domain.allowing.CLOSED": (
        "The account of this person is closed, so they can start no attempt. Open the account "
        "first if they come back."
    ),
    "quizzes.domain.allowing.PASSED": (
        "This quiz is passed already. Nothing needs to be done: the best attempt counts."
    ),
    "quizzes.domain.allowing.PLACE_ENDED": (
        "This person has no place on the course any more. Reserve a place for them first."
    ),
    "quizzes.domain.allowing.UNLIMITED": (
        "This quiz may be tried as often as people like. Nothing needs to be done."
    ),
    "quizzes.domain.allowing.RUNNING": "An attempt is running. Wait until it has ended.",
    "quizzes.domain.allowing.UNUSED": (
        "One more attempt is allowed already, and not used yet. Take it back if it was a mistake."
    ),
    "quizzes.domain.allowing.USED": (
        "The attempt that was allowed has been started, so it cannot be taken back. Its result "
        "counts like every other."
    ),
    "quizzes.domain.allowing.TAKEN_BACK": (
        "This attempt was taken back before. Nothing needs to be done."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors, allowing, transitions) == SAID
