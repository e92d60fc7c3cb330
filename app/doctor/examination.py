"""All checks, in the order in which their findings are printed."""

import sys
from datetime import datetime
from importlib.metadata import version
from typing import Final

from app.academy_file import load_academy, path_of_academy
from app.db.database import Database
from app.doctor import databases, folders, key_rings, proxy, work
from app.doctor.findings import Finding, Look, Verdict, attention, fault, look_at_all
from app.kit.academy import AcademyFileProblem
from app.mail.mail_server import MailServer, NotSent, Tls
from app.settings import Environment, Settings, unknown_settings

MAIL_SECONDS: Final = 4.0
"""Time limit, in seconds, for the mail server."""
CONNECTIONS: Final = 6
"""How many checks may use the database at the same time."""
PACKAGES: Final = ("fastapi", "starlette", "sqlalchemy", "uvicorn", "pydantic", "typst")


def examine(settings: Settings, *, now: datetime) -> list[Finding]:
    """Return all findings. Checks that need the database run only after it has answered."""
    database = Database(settings.database_url, pool_size=CONNECTIONS)
    try:
        apart = look_at_all(
            [
                Look("settings", lambda: _settings(settings)),
                Look("academy", lambda: look_at_academy(settings)),
                Look("database", lambda: databases.look_at_database(database)),
                Look("keys", lambda: key_rings.look_at_key_files(settings)),
                Look("mail server", lambda: _mail_server(settings)),
                Look("proxy", lambda: proxy.look_at_proxy(settings)),
                Look("folders", lambda: folders.look_at_folders(database, settings)),
                Look("disk", lambda: folders.look_at_disk(database, settings)),
                Look("space", lambda: folders.look_at_space(database, settings)),
                Look("assets", folders.look_at_assets),
                Look("versions", _versions),
            ]
        )
        return [*apart, *_within(database, settings, apart, now)]
    finally:
        database.close()


def _within(
    database: Database, settings: Settings, apart: list[Finding], now: datetime
) -> list[Finding]:
    """Run the checks that need a database, and then those that need our schema in it."""
    if not _is_fine(apart, "database"):
        return []
    is_production = settings.env is Environment.production
    first = look_at_all(
        [
            Look("schema", lambda: databases.look_at_schema(database)),
            Look("rights", lambda: databases.look_at_rights(database, is_production=is_production)),
        ]
    )
    if any(each.subject == "schema" and each.verdict is Verdict.fault for each in first):
        return first
    looks = [
        Look("deliveries", lambda: work.look_at_deliveries(database, now=now)),
        Look("runs", lambda: work.look_at_runs(database, settings, now=now)),
        Look("clock", lambda: databases.look_at_clocks(database, now=now)),
    ]
    if _is_fine(apart, "keys"):
        looks.append(Look("needed keys", lambda: key_rings.look_at_needed_keys(database, settings)))
    return [*first, *look_at_all(looks)]


def _is_fine(findings: list[Finding], subject: str) -> bool:
    return all(finding.fine for finding in findings if finding.subject == subject)


def _settings(settings: Settings) -> list[Finding]:
    """Report the settings in force, and name variables that look like settings but are none."""
    unknown = unknown_settings()
    if unknown:
        return [attention("settings", line, "Correct it or take it away.") for line in unknown]
    return [Finding("settings", f"{settings.env}; each name is known")]


def look_at_academy(settings: Settings) -> list[Finding]:
    """Read the file of the academy, and say whose words visitors see."""
    try:
        academy = load_academy(settings)
    except AcademyFileProblem as problem:
        return [fault("academy", str(problem), "The server does not start before that is done.")]
    path = path_of_academy(settings)
    words = "no file: neutral words" if path is None else f"its words are those of {path}"
    return [Finding("academy", f"{academy.name}, {academy.currency.code}; {words}")]


def _mail_server(settings: Settings) -> list[Finding]:
    """Check the mail server's certificate and our sign-in there. Nothing is sent."""
    if settings.mail_url is None:
        return [Finding("mail server", "none: mails are kept")]
    server = MailServer.at(settings.mail_url, base_url=settings.base_url, seconds=MAIL_SECONDS)
    try:
        server.look()
    except NotSent as refusal:
        remedy = "Correct PRECEPTOR_MAIL_URL or the mail server; then try “preceptor mail test”."
        return [fault("mail server", str(refusal.words), remedy)]
    way = "without TLS, on this machine" if server.tls is Tls.none else "over TLS"
    return [Finding("mail server", f"{server.host} takes our mails {way}")]


def _versions() -> list[Finding]:
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    own = f"Preceptor {version('preceptor')}, Python {sys.version.split()[0]}"
    return [Finding("versions", f"{own}, {packages}")]
