"""Describes errors without personal data, for logs and for stored reasons of failures.

The message of an error often repeats a value: a KeyError its key, a database error an existing row,
a mail server the refused address. So the message is shown only if our code or the interpreter wrote
it. Of every other error only the class is shown, and details that contain no value.
"""

import re
from collections.abc import Iterable
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from traceback import walk_tb
from types import TracebackType

from app.kit.errors import Refused
from app.kit.paths import ROOT

WITHHELD = "message withheld"
MOST_OF_A_STATEMENT = 400
"""How many characters of an SQL statement are shown."""
MOST_ERRORS = 6
"""How many errors of a chain are shown."""
OUR_CODE = "app/"

_MADE_BY_THE_INTERPRETER = (AttributeError, ImportError, IndexError, NameError, TypeError)
"""Errors whose messages name parts of the code, not values."""
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_SAFE_OF_SQLITE = re.compile(
    r"(?:(?:UNIQUE|CHECK|NOT NULL|FOREIGN KEY|PRIMARY KEY) constraint failed(?:: [\w., ']+)?"
    r"|no such (?:table|column): [\w.]+"
    r"|database is locked|database or disk is full|disk I/O error|unable to open database file"
    r"|attempt to write a readonly database|file is not a database|database disk image is malformed)"
)
_ENHANCED_STATUS = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


class PlainError(Exception):
    """An error of our own whose message contains no personal data and is shown unchanged."""


def describe_error(error: BaseException) -> str:
    """Return one line with the class of an error and the details that contain no personal data.

    For a database error: the driver's class and code, the constraint, and the statement without
    values. For a mail server's answer: its codes.
    """
    return f"{type(error).__name__}: {_words_of(error)}"


def chain_of(error: BaseException) -> list[dict[str, object]]:
    """Return descriptions of an error and its causes, the outermost first. Each has the places in
    our code that it passed, and the innermost place."""
    described: list[dict[str, object]] = []
    now: BaseException | None = error
    while now is not None and len(described) < MOST_ERRORS:
        described.append({"error": describe_error(now), "at": _places(now.__traceback__)})
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return described


def _words_of(error: BaseException) -> str:
    if isinstance(error, Refused):
        return error.reason or error.slug
    if isinstance(error, (PlainError, *_MADE_BY_THE_INTERPRETER)):
        return str(error)
    if isinstance(error, SMTPException):
        return _of_a_mail_server(error)
    if isinstance(error, OSError):
        return error.strerror or ("timed out" if isinstance(error, TimeoutError) else WITHHELD)
    if isinstance(getattr(error, "orig", None), BaseException):
        return _of_a_statement(error)
    return _of_a_driver(error) or _of_a_reading(error) or WITHHELD


def _of_a_statement(error: BaseException) -> str:
    """Describe an error of SQLAlchemy that wraps a driver's error, by its attributes `orig` and
    `statement`."""
    words = describe_error(error.orig)  # type: ignore[attr-defined] # the caller has looked
    statement = getattr(error, "statement", None)
    if not statement:
        return words
    text = " ".join(_LITERAL.sub("'…'", str(statement)).split())
    return f"{words}; {text[:MOST_OF_A_STATEMENT]}"


def _of_a_driver(error: BaseException) -> str:
    """Describe an error of psycopg or sqlite3 by code and names. Empty for other errors."""
    package = type(error).__module__.partition(".")[0]
    if package == "psycopg":
        diagnosis = getattr(error, "diag", None)
        code = getattr(error, "sqlstate", None)
        if code is None and type(error).__name__ == "OperationalError":
            return str(error).partition("\n")[0]  # an error of connecting: no statement has run
        names = (getattr(diagnosis, f"{part}_name", None) for part in ("table", "constraint"))
        return _joined([code, *names])
    if package in ("sqlite3", "pysqlite3"):
        message = str(error)
        safe = message if _SAFE_OF_SQLITE.fullmatch(message) else None
        return _joined([getattr(error, "sqlite_errorname", None), safe])
    return ""


def _of_a_mail_server(error: SMTPException) -> str:
    if isinstance(error, SMTPRecipientsRefused):
        return _joined(_codes(code, answer) for code, answer in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return _codes(error.smtp_code, error.smtp_error)
    return str(error)  # smtplib's own words


def _codes(code: int, answer: bytes | str) -> str:
    """Return the status and, if the answer begins with one, the enhanced status, such as `550
    5.1.1`."""
    told = answer.encode() if isinstance(answer, str) else answer
    enhanced = _ENHANCED_STATUS.match(told)
    return f"{code} {enhanced.group().decode()}" if enhanced else str(code)


def _of_a_reading(error: BaseException) -> str:
    """Describe pydantic's ValidationError by the kinds of its problems. Empty for other errors."""
    if type(error).__name__ != "ValidationError" or not hasattr(error, "errors"):
        return ""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return f"{getattr(error, 'title', '')}: " + _joined(problem["type"] for problem in problems)


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join(part for part in parts if part) or WITHHELD


def _places(traceback: TracebackType | None) -> list[str]:
    frames = [
        (_short(frame.f_code.co_filename), line, frame.f_code.co_name)
        for frame, line in walk_tb(traceback)
    ]
    return [
        f"{path}:{line} {function}"
        for number, (path, line, function) in enumerate(frames, start=1)
        if path.startswith(OUR_CODE) or number == len(frames)
    ]


def _short(path: str) -> str:
    return path.removeprefix(f"{ROOT}/").rpartition("site-packages/")[2]
