"""The rules of settings. Each rule says what is wrong with a value and what to do. It never repeats
the value, which may be a secret in the wrong place.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from itertools import pairwise
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from app.kit.hosts import NO_PROXY, is_host, is_this_host, networks_of

PREFIX: Final = "PRECEPTOR_"
DEMO_SECRET: Final = "demo-secret-that-production-refuses"  # noqa: S105 - known to all, refused in production
SHORTEST_SECRET: Final = 32
SHORTEST_METRICS_TOKEN: Final = 24
LONGEST_NAME: Final = 200
FEWEST_LETTERS: Final = 8
"""The fewest different characters in a secret. Of a million random texts of 32 hexadecimal digits,
less than one has fewer."""
PIECE: Final = 8
"""The length of a piece that does not occur twice in a random secret."""
RUN: Final = 8
"""The length of a run of consecutive or equal characters, such as abcdefgh, 87654321 or aaaaaaaa."""
SAMPLE_WORDS: Final = ("secret", "password", "change", "example", "preceptor", "qwerty", "replace")
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
NO_FILES: Final = ("", "/", ":memory:")
OVER_TLS: Final = frozenset({"require", "verify-ca", "verify-full"})
WIDEST: Final = {4: 8, 6: 16}
"""The shortest prefix of a network of proxies, by IP version. A wider network would contain almost
everybody."""
ABSOLUTE: Final = (
    "must be a whole path in production: a relative one depends on where the command is run"
)
HOW_TO_MAKE: Final = "Make one: openssl rand -hex 32"
MAIL_FORM: Final = "must be smtp://user:password@host:587 or smtps://user:password@host:465"
MAIL_ADDRESS = re.compile(r"[!-~]{1,64}@(?P<domain>[^\s@]+)")
SAMPLE_DOMAIN: Final = "preceptor.example"
PRINTED = re.compile(r"[!-~]+")
"""Characters that are always allowed in a header: ASCII without spaces."""


@dataclass(frozen=True, slots=True)
class RuleContext:
    """The values that a rule may use besides its own setting. `is_production` is False when `ENV`
    itself is wrong."""

    is_production: bool = False
    is_demo: bool = False
    database_url: str = ""


Rule = Callable[[Any, RuleContext], str | None]


def _secret_key(value: Any, around: RuleContext) -> str | None:
    if not around.is_production:
        return None
    secret = value.get_secret_value()
    if secret == DEMO_SECRET:
        return f"must be set to a secret of your own. {HOW_TO_MAKE}"
    return _weakness(secret, SHORTEST_SECRET)


def _metrics_token(value: Any, around: RuleContext) -> str | None:
    if value is None:
        return None
    token = value.get_secret_value()
    if not PRINTED.fullmatch(token):
        return f"must have only letters, digits and signs of ASCII, without blanks. {HOW_TO_MAKE}"
    return _weakness(token, SHORTEST_METRICS_TOKEN) if around.is_production else None


def _weakness(secret: str, shortest: int) -> str | None:
    """Return why a secret could be guessed, or None if it looks random."""
    if len(secret) < shortest:
        return f"must have {shortest} random characters or more. {HOW_TO_MAKE}"
    plain = secret.casefold()
    if any(word in plain for word in SAMPLE_WORDS):
        return f"looks like a sample or a phrase, not like random characters. {HOW_TO_MAKE}"
    pieces = [secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1)]
    is_repeated = len(set(pieces)) < len(pieces)
    if is_repeated or len(set(secret)) < FEWEST_LETTERS or _has_run(plain):
        return f"repeats itself, so it can be guessed. {HOW_TO_MAKE}"
    return None


def _has_run(text: str) -> bool:
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    windows = (set(steps[at : at + RUN - 1]) for at in range(len(steps) - RUN + 2))
    return any(window in ({1}, {-1}, {0}) for window in windows)


def _base_url(value: Any, around: RuleContext) -> str | None:
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https"):
        return "must begin with http:// or https:// and a host, such as https://academy.example"
    if "@" in parts.netloc:
        return "must not have a user or a password. Write https:// and the host only"
    if parts.path not in ("", "/") or "?" in value or "#" in value:
        return "must end after the host: the academy has no path, no ? and no #"
    if not is_host(parts.hostname or ""):
        return (
            "has no host that can be reached. Write letters, digits, dots and hyphens; a name with other "
            "letters in its xn-- form"
        )
    is_default = {"http": 80, "https": 443}[parts.scheme] == parts.port
    if parts.netloc.endswith(":") or parts.port == 0 or is_default:
        return "has a port that browsers leave out. Take the colon and the number away"
    if around.is_production and parts.scheme != "https":
        return "must be the https address of the academy"
    if around.is_demo and (parts.scheme == "https" or not is_this_host(parts.hostname or "")):
        return (
            "must be an address of this machine, such as http://127.0.0.1:8000, in a demo: everybody knows "
            "its passwords. For an academy leave PRECEPTOR_ENV out"
        )
    return None


def _database_url(value: Any, around: RuleContext) -> str | None:
    if value.startswith("sqlite:"):
        path = value[10:].partition("?")[0]
        if not value.startswith("sqlite:///") or path in NO_FILES:
            return "must name a file: sqlite:/// and its path"
        if around.is_production and not path.startswith("/"):
            return f"{ABSOLUTE}, with four slashes: sqlite:////var/lib/preceptor/preceptor.db"
        return None
    parts = _split(value)
    if parts is None or parts.scheme != "postgresql+psycopg":
        return (
            "must begin with postgresql+psycopg:// or sqlite:/// (in a user or password write / : @ # ? % "
            "as %2F %3A %40 %23 %3F %25)"
        )
    query = parse_qs(parts.query)
    named = [
        *(parts.netloc and [parts.hostname or ""]),
        *query.get("host", ()),
        *query.get("hostaddr", ()),
    ]
    hosts = [host for several in named for host in several.split(",")]
    is_local = all(not host or host.startswith("/") or is_this_host(_bare(host)) for host in hosts)
    modes = query.get("sslmode", [""])
    if around.is_production and not is_local and not OVER_TLS.issuperset(modes):
        return (
            "must demand TLS for a database on another machine. Add ?sslmode=verify-full (or at least "
            "sslmode=require)"
        )
    return None


def _bare(host: str) -> str:
    """Return a host of a query without its port."""
    return host.rpartition(":")[0] if re.fullmatch(r"[^:]+:\d+", host) else host


def _mail_url(value: Any, around: RuleContext) -> str | None:
    if value is None:
        return "must name a mail server (smtp://…)" if around.is_production else None
    parts = _split(value)
    if parts is None or parts.scheme not in ("smtp", "smtps"):
        return f"{MAIL_FORM} (in a user or password write / : @ # ? % as %2F %3A %40 %23 %3F %25)"
    if not is_host(parts.hostname or "") or parts.port == 0:
        return f"{MAIL_FORM}; its host or port cannot be one"
    if parts.path not in ("", "/") or "?" in value or "#" in value:
        return f"{MAIL_FORM}, with nothing after the port"
    if parts.password is not None and not parts.username:
        return "has a password without a user. Write smtp://user:password@host"
    if parts.scheme == "smtp" and parts.port == 465:
        return "must begin with smtps:// for port 465, where TLS begins at once"
    if parts.scheme == "smtps" and parts.port in (25, 587):
        return f"must begin with smtp:// for port {parts.port}, where TLS begins by STARTTLS"
    return None


def _mail_from(value: Any, around: RuleContext) -> str | None:
    addresses = getaddresses([value])
    address = MAIL_ADDRESS.fullmatch(addresses[0][1]) if len(addresses) == 1 else None
    is_one = value.count("@") == 1 and _is_one_line(value)
    if address is None or not is_one or not is_host(address["domain"]):
        return "must be one e-mail address, such as Preceptor Academy <office@academy.example>"
    if around.is_production and address["domain"].lower() == SAMPLE_DOMAIN:
        return "must be set to an e-mail address of the academy: mails come from it, and answers go there"
    return None


def _is_one_line(value: str) -> bool:
    return value.isprintable() and value == value.strip()


def _files_url(value: Any, around: RuleContext) -> str | None:
    if "://" in value:
        return "must be the path of a folder, without a scheme"
    if around.is_production and not value.startswith("/"):
        return f"{ABSOLUTE}, such as /var/lib/preceptor/files"
    return None


def _key_file(value: Any, around: RuleContext) -> str | None:
    if value is None and around.is_production:
        return "must name a key file. Make one: preceptor keys new"
    if value is not None and value.is_dir():
        return "must name a file, and this is a folder"
    if value is not None and around.is_production and not value.is_absolute():
        return f"{ABSOLUTE}, such as /etc/preceptor/signing.keys"
    return None


def _workers(value: Any, around: RuleContext) -> str | None:
    if value > 1 and around.database_url.startswith("sqlite"):
        return "above 1 needs PostgreSQL; SQLite has one process"
    return None


def _test_clock(value: Any, around: RuleContext) -> str | None:
    if value is None:
        return None
    if around.is_production:
        return "is for tests; production refuses it. Take it away"
    return "must name a file, and this is a folder" if value.is_dir() else None


def _academy_name(value: Any, _around: RuleContext) -> str | None:
    if not _is_one_line(value) or len(value) > LONGEST_NAME:
        return f"must be one line of at most {LONGEST_NAME} letters"
    return None


def _academy_file(value: Any, around: RuleContext) -> str | None:
    if value is None:
        return None
    if value.is_dir():
        return "must name a file, and this is a folder"
    if around.is_production and not value.is_absolute():
        return f"{ABSOLUTE}, such as /etc/preceptor/academy.yaml"
    return None


def _time_zone(value: Any, _around: RuleContext) -> str | None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return f"must be a zone such as Europe/London{_nearest(value, available_timezones())}"
    return None


def _log_level(value: Any, _around: RuleContext) -> str | None:
    if value not in LOG_LEVELS:
        return f"must be one of {', '.join(LOG_LEVELS)}{_nearest(value, LOG_LEVELS)}"
    return None


def _second_factor(value: Any, around: RuleContext) -> str | None:
    if value == "nobody" and around.is_production:
        return "is for demo and tests; staff always need a second factor. Take it away"
    return None


def _trusted_proxy(value: Any, around: RuleContext) -> str | None:
    if value is None:
        if not around.is_production:
            return None
        return (
            f"must be set: the address or network of your reverse proxy, or the word {NO_PROXY}. Without it "
            "the limits count everybody as one visitor"
        )
    try:
        networks = networks_of(value)
    except ValueError:
        return (
            f"must be addresses or networks such as 127.0.0.1, 10.0.0.0/24, or the word {NO_PROXY}; a name, "
            "a * or a network with bits behind its prefix is none"
        )
    if any(network.prefixlen < WIDEST[network.version] for network in networks):
        return "names almost every address, so everybody could pretend to be somebody else"
    return None


RULES: Final[Mapping[str, Rule]] = {
    "database_url": _database_url,
    "secret_key": _secret_key,
    "base_url": _base_url,
    "time_zone": _time_zone,
    "mail_url": _mail_url,
    "mail_from": _mail_from,
    "files_url": _files_url,
    "signing_keys": _key_file,
    "sealing_keys": _key_file,
    "workers": _workers,
    "test_clock": _test_clock,
    "academy_name": _academy_name,
    "academy_file": _academy_file,
    "metrics_token": _metrics_token,
    "log_level": _log_level,
    "second_factor": _second_factor,
    "trusted_proxy": _trusted_proxy,
}
EXAMPLES: Final[Mapping[str, str]] = {
    "env": "production",
    "database_url": "postgresql+psycopg://user:password@localhost/preceptor",
    "base_url": "https://academy.example",
    "time_zone": "Europe/London",
    "mail_url": "smtp://user:password@host:587",
    "mail_from": "Preceptor Academy <office@academy.example>",
    "files_url": "/var/lib/preceptor/files",
    "signing_keys": "/etc/preceptor/signing.keys",
    "sealing_keys": "/etc/preceptor/sealing.keys",
    "workers": "1",
    "threads": "20",
    "test_clock": "/tmp/clock",  # noqa: S108 - words for the author of a test
    "academy_name": "The Academy",
    "academy_file": "/etc/preceptor/academy.yaml",
    "log_level": "INFO",
    "second_factor": "staff",
    "offline_attempts": "on",
    "trusted_proxy": "127.0.0.1",
}
"""A valid value of each setting that is not a secret. People would copy a sample of a secret."""
FORBIDDEN_HERE: Final = "Take it away"
"""The end of the message of a rule that allows no value at all."""


def line_of(field: str, words: str, *, suffix: str = "") -> str:
    """Return the line of a setting: its name, what is wrong, and a valid value unless the message
    has one. `suffix` belongs to the name."""
    name = f"{PREFIX}{field.upper()}{suffix}"
    said = f"{name} {words}{'' if words.endswith('?') else '.'}"
    if words.endswith(FORBIDDEN_HERE) or HOW_TO_MAKE in words:
        return said
    example = EXAMPLES.get(field)
    if example is None:
        return f"{said} {HOW_TO_MAKE}."
    return said if example in words else f"{said} Example: {name}={example}"


SHAPES: Final[Mapping[str, str]] = {
    "env": "must be production, demo or test; without it, it is production",
    "workers": "must be a whole number from 1 to 64",
    "threads": "must be a whole number from 2 to 20",
    "second_factor": "must be staff or nobody; without it, staff need one in production only",
    "offline_attempts": "must be on or off; without it, it is on",
}
"""The message for each setting with a special type of value."""


def unknown_names(
    names_set: Iterable[str], setting_names: Iterable[str], *, known_files: Iterable[str] = ()
) -> list[str]:
    """Return a line for each environment variable that has our prefix and is not a setting.
    `known_files` are further valid names: those of settings that may be in a file."""
    names = [name.upper() for name in (*setting_names, *known_files)]
    ours = sorted(name.upper() for name in names_set if name.upper().startswith(PREFIX))
    lost = [name for name in ours if name.removeprefix(PREFIX) not in names]
    return [
        f"{name} is no setting{_nearest(name.removeprefix(PREFIX), names, PREFIX) or '.'}"
        for name in lost
    ]


def _nearest(value: str, names: Iterable[str], prefix: str = "") -> str:
    """Return a hint at the name that was probably meant; empty if no name is similar."""
    by_plain = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(value.casefold(), by_plain, n=1, cutoff=0.7)
    return f". Did you mean {prefix}{by_plain[near[0]]}?" if near else ""


def _split(value: str) -> SplitResult | None:
    """Return the parts of an address, or None if it cannot be split or its port is not a number."""
    if not PRINTED.fullmatch(value) or "\\" in value:
        return None
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - raises ValueError for one that is no port
    except ValueError:
        return None
    return parts if "://" in value else None
