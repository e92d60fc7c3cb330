"""Turns errors of field types into problems: which file, which line, what to write instead."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeVar, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from app.authoring.fields import TextRules, UnfitError
from app.authoring.problems import Problem
from app.authoring.yaml_source import LinedYaml, Trail

T = TypeVar("T")

_adapter_of: Any = cache(TypeAdapter)

_WANTED: Final[Mapping[str, tuple[str, str]]] = {
    "string_type": ("must be a text", "If it looks like a number or is `true`, put it in quotes."),
    "int_type": ("must be a whole number", "Write digits only, without quotes."),
    "bool_type": (
        "must be `true` or `false`",
        "Write it without quotes; `yes`, `no`, `on` and `off` are texts here.",
    ),
    "list_type": ("must be a list", "Write each entry on its own line after `- `."),
    "dict_type": ("must be a mapping", "Write `key: value` on lines of their own."),
    "model_type": ("must be a mapping", "Write `key: value` on lines of their own."),
    "model_attributes_type": ("must be a mapping", "Write `key: value` on lines of their own."),
}


_NOT_A_TEXT: Final = "Put a text that holds `: `, or begins with [ or {, in double quotes."


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Return “Did you mean …?” and the list of valid values."""
    names = sorted(choices)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    guess = f"Did you mean `{near[0]}`? " if near else ""
    listed = ", ".join(names[:40]) or "none"
    return f"{guess}Known: {listed}{', …' if len(names) > 40 else ''}."


def validated(
    declared: type[T], lined: LinedYaml, path: str, rules: TextRules
) -> tuple[T | None, list[Problem]]:
    """Return the checked value, or every problem of the document."""
    problems = [*_empty_values(lined, path)]
    try:
        checked: T = _adapter_of(declared).validate_python(lined.value, context=rules)
    except ValidationError as refused:
        problems += [
            problem
            for error in refused.errors(include_url=False, include_input=True)
            if error["input"] is not None or error["type"] == "missing"
            for problem in _explained(error, lined, path, declared)
        ]
        return None, problems
    return (None if problems else checked), problems


def _empty_values(lined: LinedYaml, path: str) -> Iterator[Problem]:
    """Report keys without a value: the author meant to write something, so it is not the same as a
    missing key."""
    for trail, scalar in lined.scalars.items():
        if scalar.value is None:
            yield Problem(
                path,
                lined.line(trail),
                f"{_name(trail)} is empty.",
                "Write what belongs here, or remove the line. (YAML reads `~` and `null` as empty.)"
                if trail
                else "Write what belongs here.",
            )


def _explained(error: ErrorDetails, lined: LinedYaml, path: str, declared: Any) -> list[Problem]:
    trail = _trail(error, lined)
    context = error.get("ctx", {})
    unfit = context.get("error")
    if isinstance(unfit, UnfitError):
        return [lined.placed(problem, path, (*trail, *below)) for below, problem in unfit.findings]
    message, hint = _words(error, trail, context, declared)
    return [Problem(path, lined.line(trail), message, hint)]


def _trail(error: ErrorDetails, lined: LinedYaml) -> Trail:
    """The place of an error in the file. Pydantic's also names the type of question it tried."""
    trail: Trail = ()
    for part in error["loc"]:
        if (*trail, part) in lined.lines:
            trail = (*trail, part)
    return (*trail, error["loc"][-1]) if error["type"] == "missing" else trail


def _words(
    error: ErrorDetails, trail: Trail, context: Mapping[str, Any], declared: Any
) -> tuple[str, str]:
    name = _name(trail)
    kind = error["type"]
    if kind in _WANTED:
        wanted, hint = _WANTED[kind]
        if kind == "string_type" and isinstance(error["input"], list | dict):
            hint = _NOT_A_TEXT
        return f"{name} {wanted}.", hint
    if kind == "missing":
        return f"{name} is missing.", f"Add `{trail[-1]}: …` here."
    if kind == "extra_forbidden":
        return f"{name} is not known here.", did_you_mean(
            str(trail[-1]), _known_keys(declared, error["loc"][:-1])
        )
    if kind == "union_tag_not_found":
        types = ", ".join(_types(declared, error["loc"]))
        return "The question has no `type`.", f"Add `type: …`, one of {types}."
    if kind == "union_tag_invalid":
        return (
            f"There is no type of question `{str(context.get('tag'))[:40]}`.",
            f"Write one of {', '.join(_types(declared, error['loc']))}.",
        )
    return _limit_words(name, kind, context)


def _limit_words(name: str, kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "string_too_long":
        return f"{name} is too long.", f"At most {context['max_length']} characters fit."
    if kind == "too_long":
        return (
            f"{name} has too many entries.",
            f"At most {context['max_length']} are accepted.",
        )
    if kind == "too_short":
        fewest = context["min_length"]
        return f"{name} has too few entries.", f"Write at least {fewest}."
    if kind == "greater_than_equal":
        return f"{name} is too small.", f"Write {context['ge']} or more."
    if kind == "less_than_equal":
        return f"{name} is too large.", f"Write {context['le']} or less."
    if kind == "literal_error":
        return f"{name} is not one of the words that are known.", (f"Write {context['expected']}.")
    raise AssertionError(f"the authoring format has no words for {kind}")


def _name(trail: Trail) -> str:
    named = [part for part in trail if isinstance(part, str)]
    if not named:
        return "The file" if not trail else "This entry"
    if isinstance(trail[-1], int):
        return f"Entry {trail[-1] + 1} of `{named[-1]}`"
    return f"`{named[-1]}`"


def _known_keys(declared: Any, location: tuple[int | str, ...]) -> list[str]:
    """The fields of the mapping at `location`, found by following the declared types."""
    here = declared
    for part in location:
        here = _inside(here, part)
    return [
        field.alias or name for model in _models(here) for name, field in model.model_fields.items()
    ]


def _types(declared: Any, location: tuple[int | str, ...]) -> list[str]:
    """The names of the types that the mapping at `location` may have, in their order."""
    here = declared
    for part in location:
        here = _inside(here, part)
    return [
        name for model in _models(here) for name in get_args(model.model_fields["type"].annotation)
    ]


def _models(declared: Any) -> list[type[BaseModel]]:
    """Every model that a declared type names: one, those of a union, or that of a list's items."""
    if isinstance(declared, type) and issubclass(declared, BaseModel):
        return [declared]
    return [model for part in get_args(declared) for model in _models(part)]


def _inside(declared: Any, part: int | str) -> Any:
    if isinstance(part, int):
        return declared
    if get_origin(declared) is dict:
        return get_args(declared)[1]
    models = _models(declared)
    tagged = [
        model
        for model in models
        if "type" in model.model_fields and part in get_args(model.model_fields["type"].annotation)
    ]
    if tagged:
        return tagged[0]
    inner = {
        field.alias or name: field.annotation
        for model in models
        for name, field in model.model_fields.items()
    }
    return inner[str(part)]
