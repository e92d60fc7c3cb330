"""Rules about people: names, addresses, profiles, roles, and how long a sign-in lasts."""

import ipaddress
import unicodedata
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.kit.actor import Role
from app.kit.characters import without_ignorable_but_joiners
from app.kit.errors import Refusal
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.kit.opened import Opened
from app.kit.versions import version_of

LONGEST_NAME = 200
MOST_SIGN_INS = 10
API_TOKEN_LASTS = timedelta(days=90)
MOST_API_TOKENS = 10
LONGEST_TOKEN_NAME = 80
LONGEST_TAG = 35

STAFF = frozenset({Role.instructor, Role.admin})

ROLE_LABELS: Final = {
    Role.student: msg("Student"),
    Role.instructor: msg("Instructor"),
    Role.admin: msg("Admin"),
}
_SEVERAL_ROLES: Final = {
    frozenset({Role.admin, Role.instructor}): msg("Admin, instructor"),
    frozenset({Role.admin, Role.student}): msg("Admin, student"),
    frozenset({Role.instructor, Role.student}): msg("Instructor, student"),
    frozenset(Role): msg("Admin, instructor, student"),
}


def roles_label(roles: Set[Role]) -> Message | None:
    """Return the label of all roles of a person, or None for a person without a role."""
    if len(roles) == 1:
        return ROLE_LABELS[next(iter(roles))]
    return _SEVERAL_ROLES.get(frozenset(roles))


class AccountState(StrEnum):
    """The state of an account, as lists show it."""

    open = "open"
    unconfirmed = "unconfirmed"
    closed = "closed"


class PeopleSort(StrEnum):
    """What a list of people is sorted by; a minus means descending order."""

    name = "name"
    name_down = "-name"
    since = "since"
    since_down = "-since"


class LinkPurpose(StrEnum):
    """The purpose of a mailed link. A link never works for another purpose."""

    confirm = "confirm"
    reset = "reset"
    invitation = "invitation"
    email = "email"
    stop_reset = "stop-reset"


LINK_LASTS = {
    LinkPurpose.confirm: timedelta(days=3),
    LinkPurpose.reset: timedelta(minutes=30),
    LinkPurpose.invitation: timedelta(days=7),
    LinkPurpose.email: timedelta(hours=24),
    LinkPurpose.stop_reset: timedelta(hours=24),
}


def idle_time(roles: Set[Role]) -> timedelta:
    """Return how long a person may be inactive before they must sign in again (R-014)."""
    return timedelta(minutes=60) if roles & STAFF else timedelta(days=7)


def longest_time(roles: Set[Role]) -> timedelta:
    """Return how long a sign-in may last in total, however active the person is (R-014)."""
    return timedelta(hours=12) if roles & STAFF else timedelta(days=30)


class SignInEnd(StrEnum):
    """How a sign-in ended, if known."""

    idle_staff = "idle-staff"
    idle = "idle"
    longest = "longest"
    gone = "gone"

    @property
    def sentence(self) -> Message:
        return _ENDED[self]


_ENDED = {
    SignInEnd.idle_staff: msg("Your sign-in ended after 60 minutes without activity."),
    SignInEnd.idle: msg("Your sign-in ended after 7 days without activity."),
    SignInEnd.longest: msg("Your sign-in ended because it had lasted as long as it may."),
    SignInEnd.gone: msg("You are not signed in any more."),
}


def how_it_ended(roles: Set[Role], ends_at: datetime, *, now: datetime) -> SignInEnd:
    """Return how a sign-in ended. `ends_at` is the end of its total time."""
    if ends_at <= now:
        return SignInEnd.longest
    return SignInEnd.idle_staff if roles & STAFF else SignInEnd.idle


KEPT_WORDS = {
    "yes": msg("What you typed is kept for 30 minutes. Sign in, and go on with it."),
    "no": msg(
        "What you typed could not be kept. Before you sign in, go back with your browser’s Back button, "
        "where it may still stand, and copy it."
    ),
    "nothing": msg("What you pressed was not done. Sign in, then press it again."),
}
"""Whether the form that was sent after the end is stored, for the sign-in page."""


# Names and addresses


UNPRINTABLE = ("Cc", "Cs", "Co", "Cn")


def clean_name(typed: str) -> str:
    """Return a name in composed form, without characters that nobody sees or repeated spaces. Joiners stay,
    because Persian needs them. Return an empty text for a name without a letter or digit."""
    seen = without_ignorable_but_joiners(unicodedata.normalize("NFC", typed))
    name = "".join(
        character
        for character in " ".join(seen.split())
        if unicodedata.category(character) not in UNPRINTABLE
    )
    return name if any(character.isalnum() for character in name) else ""


def network_block(address: str) -> str:
    """Return the network that counts as one client: an IPv4 address, or the IPv6 /64 of one
    customer."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def network_blocks(address: str) -> tuple[str, ...]:
    """Return the networks that rate limits count for one client, the narrowest first:
    `network_block` and, for IPv6, the /48 around it, because one customer may have thousands of
    /64."""
    block = network_block(address)
    try:
        narrow = ipaddress.IPv6Network(block)
    except ValueError:
        return (block,)
    return (block, str(narrow.supernet(new_prefix=48)))


BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNKNOWN_BROWSER: Final = msg("A browser")


def device_label(user_agent: str) -> str:
    """Return the stored label by which a person recognises their device, such as “Firefox on Windows”."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), UNKNOWN_BROWSER.text)
    system = next((words for mark, words in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser


def device_words(label: str) -> Message:
    """Return what is said of a device whose label is stored."""
    browser, _, system = label.partition(" on ")
    if browser == UNKNOWN_BROWSER.text:
        return msg("A browser on {system}", system=system) if system else UNKNOWN_BROWSER
    return (
        msg("{browser} on {system}", browser=browser, system=system)
        if system
        else msg("{browser}", browser=browser)
    )


# Profiles

PROFILE_WORDS = {
    "certificate_name": msg("the name for your certificate"),
    "is_medical": msg("whether you have a medical background"),
    "profession": msg("your profession"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """The personal details that a person enters."""

    name: str
    certificate_name: str | None = field(default=None, repr=False)
    is_medical: bool | None = None
    profession: str | None = None
    registration_number: str | None = field(default=None, repr=False)
    access_needs: Opened | None = None
    are_needs_unreadable: bool = False
    """Whether there are access needs that no sealing key opens; `access_needs` is None then."""
    theme: str = "auto"
    language: str | None = None
    """The tag of the language they chose, or None: as their browser asks."""

    @property
    def record(self) -> dict[str, object]:
        """What the form of the profile writes, by field."""
        return {
            "name": self.name,
            "certificate_name": self.certificate_name,
            "is_medical": self.is_medical,
            "profession": self.profession,
            "registration_number": self.registration_number,
            "access_needs": self.access_needs.plain_text if self.access_needs else None,
            "theme": self.theme,
            "language": self.language,
        }

    @property
    def version(self) -> str:
        """The version of this profile for its form; see `app.kit.versions`."""
        return version_of(self.record)


def roles_record(roles: Set[Role]) -> dict[str, object]:
    """Return the fields that the form of a person's roles writes."""
    return {"roles": frozenset(roles)}


def group_record(name: str) -> dict[str, object]:
    """Return the fields that the form of a group's name writes."""
    return {"name": name}


def missing_profile_fields(profile: Profile, *, asks_medical_background: bool) -> tuple[str, ...]:
    """Return the fields that a student must still fill in before they get a place; `PROFILE_WORDS`
    has their labels. A registration number is not required, because not every profession has one.
    """
    missing = []
    if not profile.certificate_name:
        missing.append("certificate_name")
    if asks_medical_background and profile.is_medical is None:
        missing.append("is_medical")
    if asks_medical_background and profile.is_medical and not profile.profession:
        missing.append("profession")
    return tuple(missing)


# Roles and access


YOURSELF: Final = Refusal(
    "yourself", msg("You cannot change your own roles or access."), msg("Ask another admin.")
)
LAST_ADMIN: Final = Refusal(
    "last_admin", msg("Nobody else is an admin."), msg("Make another person an admin first.")
)
NO_ROLE: Final = Refusal(
    "no_role",
    msg("Choose at least one role."),
    msg("To keep a person out, close their account instead."),
)


def roles_refusal(
    actor_id: UserId, person_id: UserId, wanted: Set[Role], other_admins: int
) -> Refusal | None:
    """Return why `actor_id` may not give the person these roles, or None (R-042).

    `other_admins` is the number of other admins who can sign in.
    """
    if actor_id == person_id:
        return YOURSELF
    if not wanted:
        return NO_ROLE
    if Role.admin not in wanted and other_admins == 0:
        return LAST_ADMIN
    return None


def closing_refusal(actor_id: UserId, person_id: UserId, other_admins: int) -> Refusal | None:
    """Return why the person's account may not be closed, or None (R-042)."""
    if actor_id == person_id:
        return YOURSELF
    return LAST_ADMIN if other_admins == 0 else None
