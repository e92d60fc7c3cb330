"""Kinds of mail: what each needs to know, and how it is stored.

A kind is a class in the module `mails` of its feature. Its fields are typed values; `template` names the
kind, and the template `templates/mail/<template>.txt` that puts it in words. It stores its values, never
words: these are made when the mail is sent, or when its notice is read, in the language of the reader.

Version 1 of every kind stored words that were formatted already ("Tue 8 Dec 2026, 10:00"), without a class.
Such mails and notices are read for ever: `from_version_1` gives the template what it needs now.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from pydantic import ValidationError

from app.kit.messages import msg
from app.kit.stored_documents import (
    VERSION,
    DamagedDocument,
    Document,
    DocumentKind,
    LaterVersionNeeded,
    Step,
    stepped,
    version_of_document,
)
from app.mail.values import MailPart

FIRST_TYPED_VERSION: Final = 2
MAILS: Final = DocumentKind(msg("mails"), msg("Mails"))


class MailKind(MailPart):
    """One kind of mail.

    `template` is stored and never changes. `version` counts the shapes of the fields, and `steps` leads
    from each version since the second to the next one. A property is for the template, like a field.
    `stopped_by` is the field with the id of what mails of a kind come about again and again, which their
    readers can stop with one press; None for a mail that comes because something happened.
    """

    template: ClassVar[str]
    version: ClassVar[int] = FIRST_TYPED_VERSION
    steps: ClassVar[Mapping[int, Step]] = {}
    stopped_by: ClassVar[str | None] = None

    def stored(self) -> dict[str, Any]:
        """Return the values as plain JSON, with their version."""
        return {VERSION: self.version, **self.model_dump(mode="json")}

    def filling(self) -> dict[str, Any]:
        """Return what the template can print: the fields and the properties."""
        return {name: getattr(self, name) for name in self.names()}

    @classmethod
    def properties(cls) -> frozenset[str]:
        """Return the names of the properties of this kind, which its template prints like fields."""
        return frozenset(
            name
            for base in cls.__mro__
            if issubclass(base, MailPart) and base is not MailPart
            for name, value in vars(base).items()
            if isinstance(value, property)
        )

    @classmethod
    def names(cls) -> frozenset[str]:
        """Return the names of everything that the template can print."""
        return cls.properties().union(cls.model_fields)

    @classmethod
    def filling_of(cls, document: object) -> Mapping[str, Any]:
        """Return what the template prints of a stored mail of any version.

        Raises LaterVersionNeeded for a later version, and DamagedDocument if a value is missing or has the
        wrong type.
        """
        version = version_of_document(document, MAILS, newest=cls.version)
        assert isinstance(document, Mapping)  # noqa: S101 - `version_of_document` has looked
        if version < FIRST_TYPED_VERSION:
            defaults = {
                name: field.default
                for name, field in cls.model_fields.items()
                if not field.is_required()
            }
            return defaults | dict(cls.from_version_1(document))
        newest = stepped(document, version, newest=cls.version, steps=cls.steps)
        return cls._read(newest).filling()

    @classmethod
    def _read(cls, document: Document) -> Self:
        values = {name: value for name, value in document.items() if name != VERSION}
        try:
            # JSON, because it has no identifiers and dates: their texts are accepted there only.
            return cls.model_validate_json(json.dumps(values), extra="ignore")
        except ValidationError:
            # Its words would name what is stored.
            kind = DocumentKind(
                msg("the mail “{name}”", name=cls.template),
                msg("The mail “{name}”", name=cls.template),
            )
            raise DamagedDocument(kind) from None

    @classmethod
    def from_version_1(cls, words: Document) -> Document:
        """Return the words of version 1 under the names that the template has now."""
        return words


class AddressMail(MailKind):
    """A mail to an address: about signing in, whose links work only once, or to people without an account.
    It has no notice."""


class PersonMail(MailKind):
    """A mail to a person about something of theirs, which is their notice too.

    `is_own_deed`: it confirms what they have just done themselves, so its notice is read from the start.
    `goes_to_closed_accounts`: other kinds are not sent to a person whose account is closed.
    """

    is_own_deed: ClassVar[bool] = False
    goes_to_closed_accounts: ClassVar[bool] = False

    name: str
    """The person's name, for the greeting."""


class WrongKinds(Exception):
    """The kinds of mail do not agree with each other or with their templates."""


class MailKinds:
    """Every kind of mail that a process knows, by its template."""

    def __init__(self, kinds: Iterable[type[MailKind]]) -> None:
        """Raise WrongKinds if two kinds have the same template."""
        every = tuple(kinds)
        self._kinds = {kind.template: kind for kind in every}
        if len(self._kinds) < len(every):
            names = [kind.template for kind in every]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise WrongKinds(f"Two kinds of mail have the template {', '.join(twice)}.")

    def __iter__(self) -> Iterator[type[MailKind]]:
        return iter(self._kinds.values())

    def stopped_by(self, template: str, document: object) -> UUID | None:
        """Return the id of what a stored mail comes about, if its reader can stop such mails. Raises what
        `filling_of` raises."""
        name = self._kinds[template].stopped_by if template in self._kinds else None
        return None if name is None else self.filling_of(template, document)[name]

    def filling_of(self, template: str, document: object) -> Mapping[str, Any]:
        """Return what a template prints of a stored mail. Raise LaterVersionNeeded for a kind that only
        a later version knows, and what `MailKind.filling_of` raises."""
        kind = self._kinds.get(template)
        if kind is None:
            stored = msg("one is of the kind “{name}”", name=template)
            raise LaterVersionNeeded(MAILS, stored, newest=FIRST_TYPED_VERSION)
        return kind.filling_of(document)
