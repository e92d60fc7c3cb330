"""Names that certificates print: those of students, and those of instructors, who assess them.

A name that cannot be printed is refused when it is saved, with a message to the person.
"""

from collections.abc import Collection, Mapping
from typing import Final

from app.accounts.domain import Profile
from app.documents import glyph_check
from app.documents.glyph_check import PrinterAway
from app.kit import name_letters
from app.kit.actor import Role
from app.kit.errors import Invalid
from app.kit.messages import Message, msg, sentences

REASON = "name_not_printed"
WRITE_IT: Final = msg(
    "Write the name in Latin letters, as in the machine-readable lines of your passport, or write to the "
    "academy."
)


def printed_fields(profile: Profile, roles: Collection[Role]) -> dict[str, str]:
    """Return the names of a profile that certificates print, by field. An instructor's name is
    printed on the certificates of people whom they assess."""
    names = {"certificate_name": profile.certificate_name or ""}
    if Role.instructor in roles:
        names["name"] = profile.name
    return {field: name for field, name in names.items() if name}


def demand_printable_profile(before: Profile, wanted: Profile, roles: Collection[Role]) -> None:
    """Raise Invalid if a new name cannot be printed. Takes 0.1 s, so call it outside write blocks."""
    was = printed_fields(before, roles)
    names = printed_fields(wanted, roles)
    _demand(
        {field: name for field, name in names.items() if was.get(field) != name},
        WRITE_IT,
    )


def demand_printable_invitation(name: str, roles: Collection[Role]) -> None:
    """Raise Invalid if the name of a person who is invited as an instructor cannot be printed.
    Takes 0.1 s, so call it outside write blocks."""
    if Role.instructor in roles:
        _demand(
            {"name": name},
            msg(
                "Write the name in Latin letters, as in the machine-readable lines of the person’s passport."
            ),
        )


def _demand(names: Mapping[str, str], what_to_do: Message) -> None:
    problems = {}
    for field, name in names.items():
        if problem := problem_of(name):
            problems[field] = sentences(problem, what_to_do)
    if problems:
        raise Invalid(msg("A name cannot be printed."), fields=problems, reason=REASON)


def problem_of(name: str) -> Message | None:
    """Return a sentence about the part of a name that certificates cannot print, or None. If typst
    does not answer, the name is accepted; it is checked again after saving, and the person is told
    then."""
    if pictures := name_letters.pictures_in(name):
        return msg(
            "A name on a certificate has no pictures or signs, but this one has {signs}.",
            signs=tuple(map(name_letters.quoted, pictures)),
        )
    try:
        missing = glyph_check.letters_not_drawn([name], within=glyph_check.WITHIN)[name]
    except PrinterAway:
        return None
    if missing:
        letters = name_letters.where_in(name, missing)
        return msg("Our certificates cannot print {letters}.", letters=letters)
    return None
