"""The `preceptor` command: the same use-cases as the pages, and no rules of its own.

Each command imports what it needs when it runs: the whole application takes over a second to load.
"""

import errno
import os
import sys

import typer

from app.cli import backups, certificates, keys, mail, migrating, people, publishing, running
from app.cli.common import fail
from app.key_files import KeyFileProblem
from app.kit.academy import AcademyFileProblem
from app.kit.error_descriptions import PlainError, chain_of, describe_error
from app.kit.errors import Refused

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Run the academy: serve it, publish its courses, look after its people, keys and copies, and check "
    "that all is well.",
    pretty_exceptions_enable=False,
)
app.add_typer(running.app)
app.add_typer(migrating.app)
app.add_typer(backups.app)
app.add_typer(certificates.app)
app.add_typer(publishing.app, name="content")
app.add_typer(people.app, name="user")
app.add_typer(keys.app, name="keys")
app.add_typer(mail.app, name="mail")


def main() -> None:
    """Run the command. Whatever goes wrong is one plain sentence on standard error: exit code 2 for what the
    settings or the words of the command say wrongly, 1 for the rest."""
    try:
        app()
    except Refused as refused:
        fields = "".join(f"\n  {name}: {message}" for name, message in refused.fields.items())
        fail(f"{refused.detail}{fields}")
    except PlainError as problem:
        fail(str(problem))
    except (KeyFileProblem, AcademyFileProblem) as problem:
        fail(f"The settings do not allow a start: {problem}", code=2)
    except BrokenPipeError:  # whoever reads what is printed has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        fail(_of_the_system(error))
    except Exception as error:
        _fail_of_database(error)
        if os.environ.get("PRECEPTOR_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        told = chain_of(error)[0]
        places = told["at"] if isinstance(told["at"], list) else []
        where = f" at {places[-1]}" if places else ""
        fail(
            f"This is a fault of Preceptor, please report it: {told['error']}{where}. "
            "With PRECEPTOR_LOG_LEVEL=DEBUG the command shows more."
        )


def _fail_of_database(error: Exception) -> None:
    """Stop with one line when the error is one of the database; return otherwise."""
    from sqlalchemy.exc import SQLAlchemyError

    from app.db.connecting import connection_problem
    from app.db.database import DatabaseBusy

    if isinstance(error, DatabaseBusy):
        fail("The database is busy: another program writes. Nothing was changed; try again.")
    if not isinstance(error, SQLAlchemyError):
        return
    problem = connection_problem(error)
    if problem is None:
        fail(f"The database did not do it. {describe_error(error)}")
    fail(f"PRECEPTOR_DATABASE_URL: {problem.words}", code=2 if problem.is_lasting else 1)


def _of_the_system(error: OSError) -> str:
    """Say what the system refused, and at which file."""
    what = {
        errno.ENOSPC: "The disk is full",
        errno.EDQUOT: "The disk is full for this user",
        errno.EFBIG: "The file would become larger than this user may write",
        errno.EROFS: "This disk cannot be written to",
        errno.EACCES: "This user may not do that",
        errno.EPERM: "This user may not do that",
        errno.ENOENT: "There is no such file or folder",
        errno.ENOTDIR: "A part of the path is no folder",
        errno.EISDIR: "This is a folder, and a file is wanted",
    }.get(error.errno or 0, describe_error(error))
    return f"{what}: {error.filename}." if error.filename is not None else f"{what}."
