"""`preceptor mail`: try the way that mails take."""

import typer

from app.cli.common import address_of, fail, now_of, read_settings

app = typer.Typer(no_args_is_help=True, help="Mails: send one to see whether they arrive.")


@app.callback()
def mail() -> None:
    """Mails: send one to see whether they arrive."""


@app.command("test")
def send_test(address: str) -> None:
    """Send one mail at once, past the outbox, and say what the mail server answered."""
    from app.kit.ids import EventId, new_uuid
    from app.mail.mail_server import NotSent
    from app.mail.mailer import Mailer, payload_of
    from app.main import create_app
    from app.operations.mails import TrialMail

    settings = read_settings()
    to = address_of(address)
    mailer: Mailer = create_app(settings).state.mailer
    if mailer.server is None:
        fail("No mail server is set: PRECEPTOR_MAIL_URL is not set, and mails are kept.")
    message = mailer.build(EventId(new_uuid()), payload_of(TrialMail(), to), now=now_of(settings))
    try:
        mailer.send(message)
    except NotSent as refusal:
        remedy = " Correct PRECEPTOR_MAIL_URL or the mail server." if refusal.all_wait else ""
        fail(f"The mail was not sent. {refusal.words}{remedy}")
    print(
        f"{mailer.server.host} took the mail. If it does not arrive, look into its log and the spam folder."
    )
