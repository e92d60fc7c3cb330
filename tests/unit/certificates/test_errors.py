"""The words of every refusal about certificates, once. Other tests look at reasons and values."""

from app.certificates import errors
from tests.make.refusal_words import words_of_refusals

SAID = {
    "certificates.errors.AlreadyRevoked": (
        "This certificate is already revoked: It was revoked before. Open it to see when and why."
    ),
    "certificates.errors.NotIssued": "This certificate cannot be issued",
    "certificates.errors.NotReplaced": "This certificate cannot be replaced",
    "certificates.errors.NotPrintable": "This certificate cannot be downloaded",
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors) == SAID
