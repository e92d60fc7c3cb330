"""An error is put in words that hold nothing of a person."""

import smtplib
import socket
import sqlite3
import ssl
from contextlib import closing
from types import SimpleNamespace

import psycopg
import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

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


def a_driver_error(statement: str, *, values: tuple[str, ...] = ()) -> sqlite3.Error:
    """Return what SQLite says of a statement in a database with one person."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE people (email TEXT UNIQUE, name TEXT NOT NULL)")
        connection.execute("INSERT INTO people VALUES (?, 'Sam')", (CANARY,))
        with pytest.raises(sqlite3.Error) as caught:
            connection.execute(statement, values)
    return caught.value


TAKEN = "INSERT INTO people VALUES (?, 'Sam')"


def test_what_sqlite_says_of_the_schema_is_shown_and_of_values_nothing():
    taken = a_driver_error(TAKEN, values=(CANARY,))
    assert describe_error(taken) == (
        "IntegrityError: SQLITE_CONSTRAINT_UNIQUE, UNIQUE constraint failed: people.email"
    )
    near = a_driver_error(f"SELECT {CANARY}")
    assert describe_error(near) == "OperationalError: SQLITE_ERROR"
    assert describe_error(sqlite3.OperationalError("database is locked")) == (
        "OperationalError: database is locked"
    )
    assert describe_error(sqlite3.OperationalError(CANARY)) == "OperationalError: message withheld"


class Taken(psycopg.errors.UniqueViolation):
    """What PostgreSQL says of a value that is there already; its detail repeats the value."""

    diag = SimpleNamespace(  # type: ignore[assignment] # as a server would fill it
        table_name="users", constraint_name="uq_users_email", message_detail=f"Key ({CANARY})"
    )


Taken.__module__ = "psycopg.errors"


def test_of_postgresql_the_code_and_the_names_are_shown():
    assert describe_error(Taken(f"duplicate key: {CANARY}")) == (
        "Taken: 23505, users, uq_users_email"
    )
    unknown = psycopg.errors.UndefinedTable(f"no {CANARY}")
    assert describe_error(unknown) == "UndefinedTable: 42P01"
    away = psycopg.OperationalError(f"connection refused\nIs {CANARY} running?")
    assert describe_error(away) == "OperationalError: connection refused"
    assert describe_error(psycopg.DataError(CANARY)) == "DataError: message withheld"


def test_a_statement_is_shown_without_its_values_and_not_for_long():
    driver = a_driver_error(TAKEN, values=(CANARY,))
    statement = f"CALL add_person(\n  '{CANARY}', 'O''Neil')"
    words = describe_error(driver)
    assert describe_error(IntegrityError(statement, (CANARY,), driver)) == (
        f"IntegrityError: {words}; CALL add_person( '…', '…')"
    )
    assert describe_error(IntegrityError(None, None, driver)) == f"IntegrityError: {words}"
    long = describe_error(IntegrityError("x" * 401, None, driver))
    assert long == f"IntegrityError: {words}; {'x' * 400}"


def test_what_names_nothing_is_withheld():
    assert describe_error(OSError()) == "OSError: message withheld"
    assert describe_error(TimeoutError()) == "TimeoutError: timed out"
    told = smtplib.SMTPDataError(550, "5.1.1 unknown")
    assert describe_error(told) == "SMTPDataError: 550 5.1.1"

    class HasErrors(Exception):
        errors = ()

    assert describe_error(HasErrors(CANARY)) == "HasErrors: message withheld"


def test_a_chain_ends_where_it_was_cut():
    def fail() -> None:
        try:
            raise KeyError(CANARY)
        except KeyError:
            raise PlainError("No such person.") from None

    with pytest.raises(PlainError) as caught:
        fail()
    assert [link["error"] for link in chain_of(caught.value)] == ["PlainError: No such person."]


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
        f"tests/unit/kit/test_error_descriptions.py:{fail.__code__.co_firstlineno + 4} fail"
    ]
    assert CANARY not in repr((outer, inner))


def test_a_chain_that_bites_its_tail_ends():
    error, other = ValueError(), KeyError()
    error.__context__, other.__context__ = other, error
    assert len(chain_of(error)) == 6
