"""Rules about people: names, addresses, profiles, roles, and how long a sign-in lasts."""

import ipaddress
import re
import unicodedata
from collections.abc import Set
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.kit.actor import Role
from app.kit.ids import UserId
from app.kit.versions import version_of

LONGEST_NAME = 200
MOST_SIGN_INS = 10
API_TOKEN_LASTS = timedelta(days=90)
MOST_API_TOKENS = 10
LONGEST_TOKEN_NAME = 80

STAFF = frozenset({Role.instructor, Role.admin})


class AccountState(StrEnum):
    """How an account stands: the three kinds that lists tell apart."""

    open = "open"
    unconfirmed = "unconfirmed"
    closed = "closed"


class PeopleSort(StrEnum):
    """What a list of people is sorted by; a minus turns it round."""

    name = "name"
    name_down = "-name"
    since = "since"
    since_down = "-since"


class LinkPurpose(StrEnum):
    """What a mailed link is for; one kind never works as another."""

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
    """Return how long a browser may rest before it must sign in again (R-014)."""
    return timedelta(minutes=60) if roles & STAFF else timedelta(days=7)


def longest_time(roles: Set[Role]) -> timedelta:
    """Return how long a sign-in may last in all, however busy it is (R-014)."""
    return timedelta(hours=12) if roles & STAFF else timedelta(days=30)


class SignInEnd(StrEnum):
    """How a sign-in ended, as far as it is known."""

    idle_staff = "idle-staff"
    idle = "idle"
    longest = "longest"
    gone = "gone"

    @property
    def sentence(self) -> str:
        return _ENDED[self]


_ENDED = {
    SignInEnd.idle_staff: "Your sign-in ended after 60 minutes without activity.",
    SignInEnd.idle: "Your sign-in ended after 7 days without activity.",
    SignInEnd.longest: "Your sign-in ended because it had lasted as long as it may.",
    SignInEnd.gone: "You are not signed in any more.",
}


def how_it_ended(roles: Set[Role], ends_at: datetime, *, now: datetime) -> SignInEnd:
    """Say how a sign-in ended that is over. `ends_at` is when it ends however busy it is."""
    if ends_at <= now:
        return SignInEnd.longest
    return SignInEnd.idle_staff if roles & STAFF else SignInEnd.idle


KEPT_WORDS = {
    "yes": "What you typed is kept for 30 minutes. Sign in, and go on with it.",
    "no": "What you typed could not be kept. Before you sign in, go back with your browser’s Back button, "
    "where it may still stand, and copy it.",
    "nothing": "What you pressed was not done. Sign in, then press it again.",
}
"""What became of the form that was sent after the end, for the page to sign in."""


# Names and addresses


UNPRINTABLE = ("Cc", "Cs", "Co", "Cn")
TURNING = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u00ad\u200b\u2060\ufeff"
)
"""Marks that nobody sees and that come along with a copied name. Joiners stay: Persian needs them."""


def clean_name(typed: str) -> str:
    """Return a name in composed form, without control characters or doubled spaces; nothing for a name
    without a letter or a digit, which nobody could read out."""
    spaced = " ".join(unicodedata.normalize("NFC", typed).split())
    name = "".join(
        character
        for character in spaced
        if character not in TURNING and unicodedata.category(character) not in UNPRINTABLE
    )
    return name if any(character.isalnum() for character in name) else ""


ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?=.{4,255}$)(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{1,62}"
)


def without_marks(typed: str) -> str:
    """Return an address or a number without the marks of direction that come along from an address book."""
    return "".join(character for character in typed if unicodedata.category(character) != "Cf")


def normal_email(typed: str) -> str | None:
    """Return the address as it is stored (lower case), or None when it is no address we can mail."""
    address = without_marks(typed).strip().lower()
    if len(address) > 254 or not ADDRESS.fullmatch(address):
        return None
    local, _, host = address.partition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    if any(label.startswith("-") or label.endswith("-") for label in host.split(".")):
        return None
    return address


def network_block(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 that one IPv6 customer holds."""
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
    """Return what limits count for one client, the narrowest first: `network_block`, and for IPv6 the /48
    around it, because a customer can be handed thousands of /64."""
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


def device_label(user_agent: str) -> str:
    """Return words a person recognises their device by, such as “Firefox on Windows”."""
    browser = next((words for mark, words in BROWSERS if mark in user_agent), "A browser")
    system = next((words for mark, words in SYSTEMS if mark in user_agent), None)
    return f"{browser} on {system}" if system else browser


# Profiles

PROFILE_WORDS = {
    "certificate_name": "the name for your certificate",
    "is_medical": "whether you have a medical background",
    "profession": "your profession",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person tells of themselves."""

    name: str
    certificate_name: str | None = field(default=None, repr=False)
    is_medical: bool | None = None
    profession: str | None = None
    registration_number: str | None = field(default=None, repr=False)
    access_needs: str | None = field(default=None, repr=False)
    theme: str = "auto"

    @property
    def version(self) -> str:
        """The version that a form of this profile is made from; see `app.kit.versions`."""
        return version_of(asdict(self))


def roles_record(roles: Set[Role]) -> dict[str, object]:
    """Return what the form of a person's roles writes."""
    return {"roles": frozenset(roles)}


def group_record(name: str) -> dict[str, object]:
    """Return what the form of a group's name writes."""
    return {"name": name}


def missing_profile_fields(profile: Profile) -> tuple[str, ...]:
    """Return the fields a student must still fill in before a place; `PROFILE_WORDS` names them.

    A registration number is not among them: not every profession has one.
    """
    missing = []
    if not profile.certificate_name:
        missing.append("certificate_name")
    if profile.is_medical is None:
        missing.append("is_medical")
    if profile.is_medical and not profile.profession:
        missing.append("profession")
    return tuple(missing)


# Roles and access


class Refusal(StrEnum):
    """Why a person's roles or access may not be changed so."""

    yourself = "You cannot change your own roles or access. Ask another admin."
    last_admin = "Nobody else is an admin. Make another person an admin first."
    no_role = "Choose at least one role. To keep a person out, close their account instead."


def roles_refusal(
    actor_id: UserId, person_id: UserId, wanted: Set[Role], other_admins: int
) -> Refusal | None:
    """Return why `actor_id` may not give the person these roles, or None (R-042).

    `other_admins` counts the admins who may sign in, without the person.
    """
    if actor_id == person_id:
        return Refusal.yourself
    if not wanted:
        return Refusal.no_role
    if Role.admin not in wanted and other_admins == 0:
        return Refusal.last_admin
    return None


def closing_refusal(actor_id: UserId, person_id: UserId, other_admins: int) -> Refusal | None:
    """Return why the person's account may not be closed, or None (R-042)."""
    if actor_id == person_id:
        return Refusal.yourself
    return Refusal.last_admin if other_admins == 0 else None
