"""`preceptor user`: people, from the machine's own command line."""

from typing import Annotated

import typer

from app.cli.common import address_of, now_of, open_database, token_name_of
from app.kit.actor import Role, SystemActor

app = typer.Typer(
    no_args_is_help=True,
    help="People: add the first admin, make an API token, reset a password or a second factor, sign "
    "everybody out.",
)


@app.command("add")
def add_user(
    email: str,
    name: Annotated[str, typer.Option(help="The person's name.")],
    role: Annotated[list[Role], typer.Option(help="May be given more than once.")],
) -> None:
    """Add a person without a password and print a link, good once, to set one."""
    from app.accounts import service as accounts
    from app.accounts.mailed_links import sign_link

    with open_database() as (settings, database), database.write() as db:
        link_id = accounts.add_person(
            db,
            SystemActor.command_line,
            name=name,
            email=address_of(email),
            roles=frozenset(role),
            now=now_of(settings),
        )
        token = sign_link(settings.secret_key.get_secret_value(), str(link_id))
        print(f"{settings.base_url}/invitation?token={token}")


@app.command("token")
def make_token(
    email: str,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "Made by command",
) -> None:
    """Make a bearer token for the API and print it once; its owner is told by mail."""
    from app.accounts import api_tokens

    for_what = token_name_of(name)
    with open_database() as (settings, database), database.write() as db:
        token = api_tokens.make_for_address(
            db,
            SystemActor.command_line,
            email=address_of(email),
            name=for_what,
            now=now_of(settings),
        )
    print(token)


@app.command("reset-password")
def reset_password(email: str) -> None:
    """Print a link, good once and for 30 minutes, to choose a new password: for a day without mails."""
    from app.accounts import own_account
    from app.accounts.mailed_links import sign_link

    with open_database() as (settings, database), database.write() as db:
        link_id = own_account.link_for_new_password(
            db, SystemActor.command_line, email=address_of(email), now=now_of(settings)
        )
        token = sign_link(settings.secret_key.get_secret_value(), str(link_id))
        print(f"{settings.base_url}/reset?token={token}")


@app.command("reset-factor")
def reset_factor(email: str) -> None:
    """Remove a person's second factors at once: for the last admin who is locked out."""
    from app.accounts.factors import resets

    with open_database() as (settings, database), database.write() as db:
        resets.reset_at_once(
            db, SystemActor.command_line, email=address_of(email), now=now_of(settings)
        )
    print(f"The second factor of {email} is removed, and they are signed out everywhere.")


@app.command("sign-everybody-out")
def sign_everybody_out(
    reason: Annotated[str, typer.Option(help="Why; it is kept in the audit trail.")],
) -> None:
    """End every sign-in and every token of the API, of everybody, from the next request on."""
    from app.accounts import access_revocation

    why = reason.strip()
    if not why:
        raise typer.BadParameter("Say why; it is kept in the audit trail.")
    with open_database() as (settings, database), database.write() as db:
        ended = access_revocation.sign_everybody_out(
            db, SystemActor.command_line, reason=why, now=now_of(settings)
        )
    print(
        f"Ended sign-ins: {ended}. Every token of the API has ended too. Passwords stay as they are."
    )
