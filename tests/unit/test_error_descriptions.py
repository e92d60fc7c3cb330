"""An error is put in words that hold nothing of a person."""

import smtplib
import socket
import ssl

import pytest
from pydantic import BaseModel, ValidationError

from app.kit.error_descriptions import PlainError, chain_of, describe_error
from app.kit.errors import Conflict

CANARY = "canary@example.org"


def test_errors_without_values_are_shown_as_they_are():
    assert describe_error(PlainError("The server offers no TLS.")) == (
        "PlainError: The server offers no TLS."
    )
    assert describe_error(ConnectionRefusedError(111, "Connection refused")) == (
        "ConnectionRefusedError: Connection refused"
    )
    assert describe_error(TimeoutError("timed out")) == "TimeoutError: timed out"
    assert describe_error(AttributeError("'A' object has no attribute 'b'")).endswith("'b'")
    assert describe_error(smtplib.SMTPServerDisconnected("Connection unexpectedly closed")) == (
        "SMTPServerDisconnected: Connection unexpectedly closed"
    )
    assert describe_error(Conflict(CANARY, reason="full")) == "Conflict: full"
    assert "Name or service" in describe_error(socket.gaierror(-2, "Name or service not known"))
    wrong = ssl.SSLCertVerificationError(1, "certificate verify failed: Hostname mismatch")
    assert "Hostname mismatch" in describe_error(wrong)


class Read(BaseModel):
    number: int


def a_reading() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Read.model_validate({"number": CANARY})
    return caught.value


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (KeyError(CANARY), "KeyError: message withheld"),
        (ValueError(f"invalid literal for int(): {CANARY!r}"), "ValueError: message withheld"),
        (RuntimeError(CANARY), "RuntimeError: message withheld"),
        (FileNotFoundError(2, "No such file", f"var/{CANARY}"), "FileNotFoundError: No such file"),
        (
            smtplib.SMTPRecipientsRefused({CANARY: (550, b"5.1.1 <canary@example.org> unknown")}),
            "SMTPRecipientsRefused: 550 5.1.1",
        ),
        (smtplib.SMTPDataError(554, f"no {CANARY}".encode()), "SMTPDataError: 554"),
        (
            smtplib.SMTPSenderRefused(501, b"5.1.7 bad", CANARY),
            "SMTPSenderRefused: 501 5.1.7",
        ),
        (a_reading(), "ValidationError: Read: int_parsing"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_withheld(error, words):
    assert describe_error(error) == words


def test_a_chain_names_each_error_and_our_places_in_the_code():
    def fail() -> None:
        try:
            Read.model_validate({"number": CANARY})
        except ValidationError as error:
            raise RuntimeError(CANARY) from error

    with pytest.raises(RuntimeError) as caught:
        fail()
    outer, inner = chain_of(caught.value)
    assert outer["error"] == "RuntimeError: message withheld"
    assert inner["error"] == "ValidationError: Read: int_parsing"
    assert outer["at"] == [
        f"tests/unit/test_error_descriptions.py:{fail.__code__.co_firstlineno + 4} fail"
    ]
    assert CANARY not in repr((outer, inner))


def test_a_chain_that_bites_its_tail_ends():
    error, other = ValueError(), KeyError()
    error.__context__, other.__context__ = other, error
    assert len(chain_of(error)) == 6
