"""The words of every refusal about enquiries, once. Other tests look at reasons and values."""

from app.enquiries import domain, errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "enquiries.domain.ALREADY_ANSWERED": (
        "Somebody has marked it as answered before you. Their note is below."
    ),
    "enquiries.errors.AnswerRefused": "This enquiry is already answered",
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(domain, errors) == SAID
