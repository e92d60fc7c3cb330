"""The languages that a person may choose for pages and mails: those that are spoken here."""

from typing import Final

from app.accounts.domain import Profile
from app.accounts.forms import AS_MY_BROWSER
from app.kit.errors import Invalid
from app.kit.messages import Text, msg
from app.languages import Languages

REASON: Final = "language_not_spoken"
NOT_SPOKEN: Final = msg("Choose one of the languages of this site.")


def language_options(languages: Languages) -> tuple[tuple[str, Text], ...]:
    """Return the options of the field: a value and its label. It is empty if there is nothing to choose."""
    if not languages.others:
        return ()
    named = tuple((tag, languages.own_name(tag)) for tag in languages.tags)
    return ((AS_MY_BROWSER, msg("As my browser asks")), *named)


def demand_spoken(before: Profile, wanted: Profile, languages: Languages) -> None:
    """Raise Invalid if a new language is not spoken here. One that was chosen before and is not spoken any
    more may be sent again, because nothing is lost by it."""
    if wanted.language not in (None, before.language, *languages.tags):
        raise Invalid(NOT_SPOKEN, fields={"language": NOT_SPOKEN}, reason=REASON)
