"""Structured logs: one JSON object per line on standard output, with secrets struck out."""

import logging
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

SECRET_WORDS = ("password", "token", "secret", "cookie", "authorization", "answer")


def _strike_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    for name in event:
        if any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "[struck out]"
    return event


def configure_logs(level: str) -> None:
    """Write everything at `level` and above as JSON; uvicorn's access lines give way to ours."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _strike_secrets,
            # Without the values of local variables: they may be passwords or answers.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
