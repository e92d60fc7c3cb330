"""What a process looks at before it serves: whether kinds of mail and their templates fit each other."""

import types
from collections.abc import Iterator
from datetime import date
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

from jinja2 import Environment, meta, nodes

from app.mail.kinds import MailKind, MailKinds, PersonMail, WrongKinds
from app.mail.values import MailPart, Typed

FOLDER: Final = "mail/"
OF_THE_HOUSE: Final = frozenset({"academy", "base_url"})
"""What every template can print beside the fields of its kind."""
SECRETS: Final = frozenset({"sign"})
"""What only a mail that has no notice can print: it exists while a mail is sent, and never on a page."""
PLAIN_TYPES: Final = (str, int, bool, date, UUID, type(None))


def problems_of(kinds: MailKinds, templates: Environment) -> list[str]:
    """Return what is wrong, each with its place: a kind without a template, a template without a kind, a
    placeholder that is no field of the kind, and a field of a type that has no stored form."""
    every = {f"{FOLDER}{kind.template}.txt": kind for kind in kinds}
    there = {
        name
        for name in templates.list_templates(extensions=["txt"])
        if name.startswith(FOLDER) and not name.rpartition("/")[2].startswith("_")
    }
    return [
        *(
            f"templates/{name}: no kind of mail has this template"
            for name in sorted(there - set(every))
        ),
        *(
            f"{_place(kind)}: there is no templates/{name}"
            for name, kind in every.items()
            if name not in there
        ),
        *(
            problem
            for name, kind in every.items()
            if name in there
            for problem in _placeholder_problems(name, kind, templates)
        ),
        *(problem for kind in kinds for problem in _field_problems(kind)),
    ]


def _place(kind: type[MailPart]) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def _placeholder_problems(name: str, kind: type[MailKind], templates: Environment) -> Iterator[str]:
    """Yield the placeholders of a template, and of those that it includes, that its kind cannot fill."""
    secrets = frozenset() if issubclass(kind, PersonMail) else SECRETS
    names = kind.names() | OF_THE_HOUSE | secrets | templates.globals.keys()
    assert templates.loader is not None  # noqa: S101 - the templates of pages have one
    tree = templates.parse(templates.loader.get_source(templates, name)[0], name)
    for placeholder in sorted(meta.find_undeclared_variables(tree) - names):
        lines = [node.lineno for node in tree.find_all(nodes.Name) if node.name == placeholder]
        yield f"templates/{name}:{min(lines)}: “{placeholder}” is no field of {_place(kind)}"
    for included in meta.find_referenced_templates(tree):
        if included is None:
            yield f"templates/{name}: it includes a template whose name is not written there"
        else:
            yield from _placeholder_problems(included, kind, templates)


def _field_problems(part: type[MailPart]) -> Iterator[str]:
    """Yield the fields of a kind, and of its parts, whose types have no stored form."""
    hints = get_type_hints(part, include_extras=True)
    for field in part.model_fields:
        for kind in _types_in(hints[field]):
            if isinstance(kind, type) and issubclass(kind, MailPart):
                yield from _field_problems(kind)
            elif kind not in PLAIN_TYPES:
                name = getattr(kind, "__name__", kind)
                yield f"{_place(part)}.{field}: a {name} has no stored form; see app/mail/values.py"


def _types_in(hint: Any) -> Iterator[Any]:
    """Yield the types that a field may have; a marked type and a literal are stored as they are."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated and any(isinstance(mark, Typed) for mark in arguments[1:]):
        return
    if origin is Annotated:
        yield from _types_in(arguments[0])
    elif origin in (Union, types.UnionType, tuple):
        for argument in arguments:
            if argument is not ...:
                yield from _types_in(argument)
    elif isinstance(hint, NewType):
        yield from _types_in(hint.__supertype__)
    elif origin is not Literal:
        yield hint


def demand_whole(kinds: MailKinds, templates: Environment) -> None:
    """Raise WrongKinds if kinds of mail and their templates do not fit each other."""
    if problems := problems_of(kinds, templates):
        raise WrongKinds("\n".join(problems))
