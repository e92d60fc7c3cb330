"""What is wrong with one value of a form or of a request, in our own words.

Pydantic checks the values and describes each problem with a type and, for a limit, a number. Its own English
sentences are never shown.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from pydantic_core import ErrorDetails

from app.kit.messages import Message, msg, msgs

WHOLE_NUMBER: Final = msg("Enter a whole number.")
NUMBER: Final = msg("Enter a number.")
DATE_OR_TIME: Final = msg("Enter a real date or time.")
CHOICE: Final = msg("Choose one of the given answers.")
UNREADABLE: Final = msg("This cannot be read. Check it and try again.")

_LIMITS: Final[dict[str, Callable[[Any], Message]]] = {
    "string_too_short": lambda limit: msgs(
        "Use at least {n:plain} character.", "Use at least {n:plain} characters.", limit
    ),
    "string_too_long": lambda limit: msgs(
        "Use at most {n:plain} character.", "Use at most {n:plain} characters.", limit
    ),
    "too_short": lambda limit: msg("Choose at least {least:plain}.", least=limit),
    "too_long": lambda limit: msg("Choose at most {most:plain}.", most=limit),
    "greater_than_equal": lambda limit: msg("Enter {least:plain} or more.", least=limit),
    "less_than_equal": lambda limit: msg("Enter {most:plain} or less.", most=limit),
    "greater_than": lambda limit: msg("Enter more than {limit:plain}.", limit=limit),
    "less_than": lambda limit: msg("Enter less than {limit:plain}.", limit=limit),
}
"""By the type of problem, what is said of the limit."""
_LIMIT_NAMES: Final = ("min_length", "max_length", "ge", "le", "gt", "lt")
_OTHERS: Final = {
    "missing": msg("This is missing."),
    "extra_forbidden": msg("There is no such field."),
    "json_invalid": msg("This is not valid JSON."),
    "string_type": msg("Enter a text."),
    "bool_type": msg("Enter true or false."),
    "timezone_aware": msg("Enter a time with its time zone."),
    **dict.fromkeys(("enum", "literal_error", "uuid_parsing", "bool_parsing"), CHOICE),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), msg("Enter a list.")),
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"), msg("Enter an object with fields.")
    ),
}


def message_of(detail: ErrorDetails) -> Message:
    """Return what is wrong with a value and what to enter instead."""
    kind, context = detail["type"], dict(detail.get("ctx", {}))
    if kind == "value_error":
        return message_in(context.get("error"))
    if kind in _LIMITS:
        limit = next(context[name] for name in _LIMIT_NAMES if name in context)
        return _LIMITS[kind](Decimal(str(limit)) if isinstance(limit, float) else limit)
    if kind in _OTHERS:
        return _OTHERS[kind]
    if kind.startswith("int"):
        return WHOLE_NUMBER
    if kind.startswith(("decimal", "float")):
        return NUMBER
    return DATE_OR_TIME if kind.startswith(("date", "time")) else UNREADABLE


def message_in(error: object) -> Message:
    """Return the message of an error that our own code raised: `raise ValueError(msg(…))`. The words of
    another error are those of a library, and not shown."""
    said = error.args[0] if isinstance(error, ValueError) and error.args else None
    return said if isinstance(said, Message) else UNREADABLE
