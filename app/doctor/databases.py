"""Checks of the database: whether it answers, its version, its schema, our rights in it, its clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.backups.archive import BackupProblem
from app.backups.postgres_programs import program_path
from app.db.connecting import connection_problem
from app.db.database import SAFE_SQLITE, Database, sqlite_module
from app.db.migrate import Schema, schema_of
from app.doctor.findings import Finding, attention, fault
from app.kit.error_descriptions import describe_error
from app.workers.clock_watch import moment_ahead

OLDEST_POSTGRES: Final = 14
CLOCKS_APART: Final = timedelta(seconds=5)
_RIGHTS: Final = text(
    "SELECT current_setting('server_version_num')::int AS version, role.rolsuper AS is_super, "
    "role.rolcreatedb AS may_create_databases, pg_encoding_to_char(base.encoding) AS encoding, "
    "has_schema_privilege(coalesce(current_schema(), 'public'), 'CREATE') AS may_create_tables "
    "FROM pg_roles AS role, pg_database AS base "
    "WHERE role.rolname = current_user AND base.datname = current_database()"
)


def look_at_database(database: Database) -> list[Finding]:
    """Check whether the database answers, and report its version."""
    if not database.is_there:
        words = f"There is no database at {database.url.database}."
        return [fault("database", words, "Run “preceptor migrate”, or correct the path.")]
    try:
        with database.read() as db:
            version = "" if database.is_sqlite else str(db.scalar(text("SHOW server_version")))
            db.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        problem = connection_problem(error)
        words = problem.words if problem else f"It does not answer: {describe_error(error)}."
        return [fault("database", words[0].upper() + words[1:])]
    if not database.is_sqlite:
        return [Finding("database", f"PostgreSQL {version}")]
    module = sqlite_module()
    if module.sqlite_version_info >= SAFE_SQLITE:
        return [Finding("database", f"SQLite {module.sqlite_version}")]
    words = f"SQLite {module.sqlite_version} can damage a database written by several connections."
    return [fault("database", words, "Install the pysqlite3 wheel.")]


def look_at_schema(database: Database) -> list[Finding]:
    schema = schema_of(database)
    if schema is Schema.ahead:
        words = f"It {schema}."
        return [attention("schema", words, "Start the newer version when the old one may stop.")]
    if not schema.is_usable:
        return [fault("schema", f"It {schema}.", schema.remedy)]
    return [Finding("schema", str(schema))]


def look_at_rights(database: Database, *, is_production: bool) -> list[Finding]:
    """Check PostgreSQL's version and what our role may do there. Returns nothing for SQLite."""
    if database.is_sqlite:
        return []
    with database.read() as db:
        row = db.execute(_RIGHTS).one()
    version = row.version // 10_000
    findings = []
    if version < OLDEST_POSTGRES:
        words = f"PostgreSQL {version} is older than {OLDEST_POSTGRES}."
        findings.append(fault("rights", words, "Move the database to a newer server."))
    if row.encoding != "UTF8":
        words = f"The database is encoded in {row.encoding}: names cannot be kept."
        findings.append(fault("rights", words, "Make a new one: createdb --encoding=UTF8."))
    if not row.may_create_tables:
        words = "The role may make no tables, so “preceptor migrate” will fail."
        remedy = "Let it own the database: ALTER DATABASE … OWNER TO …."
        findings.append(fault("rights", words, remedy))
    if is_production and row.is_super:
        words = "The role is the administrator of the whole server."
        findings.append(attention("rights", words, "Give the academy a role of its own."))
    elif not row.may_create_databases and not row.is_super:
        words = "The role may make no scratch database, so no backup can be proved."
        findings.append(attention("rights", words, "Let it: ALTER ROLE … CREATEDB."))
    try:
        program_path("pg_dump", version)
    except BackupProblem as problem:
        findings.append(attention("rights", "No backup can be made.", str(problem)))
    return findings or [Finding("rights", "the role may do what it needs, and no more")]


def look_at_clocks(
    database: Database,
    *,
    now: datetime,
    machine: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Finding]:
    """Compare the clock of this machine with the database's, and with what is stored."""
    with database.read() as db:
        ahead = moment_ahead(db, now=now)
        theirs = None if database.is_sqlite else db.scalar(text("SELECT clock_timestamp()"))
        ours = machine()
    if ahead:
        return [fault("clock", ahead)]
    return [compared_clock("clock", "the database", theirs, ours)]


def compared_clock(subject: str, whose: str, theirs: datetime | None, ours: datetime) -> Finding:
    """Return whether two clocks agree; a missing clock counts as agreeing."""
    apart = abs(theirs - ours) if theirs else timedelta()
    if apart <= CLOCKS_APART:
        return Finding(subject, "right, as far as can be seen from here")
    words = (
        f"The clocks of this machine and of {whose} are {apart.total_seconds():.0f} seconds apart."
    )
    return fault(subject, words, "Let both follow NTP, such as with chrony.")
