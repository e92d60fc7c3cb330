"""Delivering what is due and reading the mails that were kept."""

import re

from fastapi import FastAPI

from app import jobs
from app.outbox.queries import Mail, kept_mails
from tests.make.keys import ISSUER


def mails_to(app: FastAPI, address: str) -> tuple[Mail, ...]:
    """Deliver everything due and return the mails to one address, newest first."""
    shell = app.state.shell
    while jobs.deliver_due(shell.database, app.state.mailer, ISSUER, now=shell.clock()):
        pass
    with shell.database.read() as db:
        return kept_mails(db, to=address)


def link_in(mail: Mail) -> str:
    """Return the path and query of the first link in a mail that carries a token."""
    found = re.search(r"https?://[^/\s]+(/\S*token=\S+)", mail.text)
    assert found, mail.text
    return found[1]


def token_in(mail: Mail) -> str:
    return link_in(mail).partition("token=")[2].partition("&")[0]
