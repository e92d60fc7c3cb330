"""What every request of one running application shares."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.academy import Academy
from app.kit.actor import Actor
from app.kit.ids import UserId
from app.kit.kept_form import EndedSignIn, KeptForm
from app.kit.keys import Keys
from app.kit.messages import Message
from app.kit.subjects import Subjects
from app.languages import Languages
from app.mail.letter_writer import LetterWriter
from app.settings import Settings
from app.web.clock import Clock
from app.web.templating import Templates


class Identify(Protocol):
    """Finds the person that a secret belongs to, and keeps a sign-in alive. Accounts provides it,
    so that web does not need to know how people sign in."""

    def by_cookie(self, database: Database, token: str, *, now: datetime) -> Actor | None: ...

    def by_bearer(
        self, database: Database, token: str, *, network: str, now: datetime
    ) -> Actor | None: ...


class KeepForms(Protocol):
    """Stores a form for its sender only."""

    def keep(
        self, database: Database, token: str | None, form: KeptForm | None, *, now: datetime
    ) -> EndedSignIn: ...

    def keep_for(
        self, database: Database, user_id: UserId, form: KeptForm, *, now: datetime
    ) -> str | None: ...

    def read(
        self, database: Database, kept_id: str, user_id: UserId, *, now: datetime
    ) -> KeptForm | None: ...


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of the main navigation. `current` means that the page belongs under this entry."""

    label: Message
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """A person of the demo academy as whom visitors can sign in with one click, with a hint at what
    they will see."""

    email: str
    words: Message


@dataclass(frozen=True, slots=True)
class AppContext:
    """Values shared by all requests. `guests` is empty except in the demo; `guest_password` is the
    password of all of them.

    `navigation_for(actor, path)` returns the entries of the main navigation.
    """

    settings: Settings
    academy: Academy
    keys: Keys
    database: Database
    languages: Languages
    templates: Templates
    letters: LetterWriter
    identify: Identify
    kept_forms: KeepForms
    clock: Clock
    subjects: Callable[[Session], Subjects]
    url_for: Callable[..., str]
    asset: Callable[[str], str]
    navigation_for: Callable[[Actor | None, str], tuple[NavigationItem, ...]]
    guests: tuple[Guest, ...] = ()
    guest_password: str = ""
