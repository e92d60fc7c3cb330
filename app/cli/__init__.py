"""The `preceptor` command: the same use-cases as the pages, and no rules of its own.

Each command imports what it needs when it runs: the whole application takes over a second to load.
"""

import typer

from app.cli import backups, certificates, content, keys, mail, migrating, people, running
from app.cli.common import fail
from app.key_files import KeyFileProblem
from app.kit.describing import PlainError, describe_error
from app.kit.errors import Refused

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
)
app.add_typer(running.app)
app.add_typer(migrating.app)
app.add_typer(backups.app)
app.add_typer(certificates.app)
app.add_typer(content.app, name="content")
app.add_typer(people.app, name="user")
app.add_typer(keys.app, name="keys")
app.add_typer(mail.app, name="mail")


def main() -> None:
    """Run the command; refusals are one plain sentence on standard error and exit code 1."""
    try:
        app()
    except Refused as refused:
        fields = "".join(f"\n  {name}: {message}" for name, message in refused.fields.items())
        fail(refused.detail + fields)
    except PlainError as problem:
        fail(str(problem))
    except KeyFileProblem as problem:
        fail(f"The settings do not allow a start: {problem}", code=2)
    except Exception as error:
        from sqlalchemy.exc import SQLAlchemyError

        from app.db.database import DatabaseBusy

        if not isinstance(error, (SQLAlchemyError, DatabaseBusy)):
            raise
        fail(f"The database did not do it. {describe_error(error)}")
