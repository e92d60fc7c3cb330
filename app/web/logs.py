"""Structured logs: one JSON object per line on standard output, with secrets removed.

Warnings of libraries are written in the same way.
"""

import logging
import sys
from contextlib import suppress
from typing import Any

import structlog
from structlog.typing import EventDict

from app.kit.error_descriptions import chain_of

SECRET_WORDS = ("password", "token", "secret", "cookie", "authorization", "answer", "needs")


def _strike_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "[struck out]"
    return event


def _describe_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an error by a description without values: no message that repeats a value, no local
    variables (R-136)."""
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        event["exception"] = chain_of(error)
    return event


def configure_logs(level: str) -> None:
    """Write everything at `level` and above as JSON. Our request lines replace uvicorn's access
    log."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _strike_secrets,
            _describe_error,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=_Lines,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _Forwarded) for handler in root.handlers):
        root.addHandler(_Forwarded())


class _Lines(structlog.WriteLogger):
    """Writes each line to standard output in a single write, because several processes share it,
    and with `PYTHONUNBUFFERED` the line end would be written separately. A line that cannot be
    written, because the disk is full or the reader is gone, is dropped: it must not turn an answer
    into an error."""

    def __init__(self, *_names: Any) -> None:
        super().__init__(sys.stdout)

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warning = error = critical = fatal = exception = msg


class _Forwarded(logging.Handler):
    """Passes log records of libraries to our log. Only the first line of a message is kept, up to a
    bracket, because asyncio writes values after it."""

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage().partition("\n")[0].partition("(")[0]
        structlog.get_logger(record.name).log(
            record.levelno, words, logger=record.name, exc_info=record.exc_info
        )
