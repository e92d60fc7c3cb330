"""Delivering what is due and reading the mails that were kept."""

import re

from fastapi import FastAPI

from app import jobs
from app.outbox.queries import KeptMailSummary, kept_mails
from tests.make.keys import ISSUER


def mails_to(app: FastAPI, address: str) -> tuple[KeptMailSummary, ...]:
    """Deliver everything due and return the mails to one address, newest first."""
    app_context = app.state.app_context
    while jobs.deliver_due(app_context.database, app.state.mailer, ISSUER, now=app_context.clock()):
        pass
    with app_context.database.read() as db:
        return kept_mails(db, to=address)


def link_in(mail: KeptMailSummary) -> str:
    """Return the path and query of the first link in a mail that carries a token."""
    match = re.search(r"https?://[^/\s]+(/\S*token=\S+)", mail.text)
    assert match, mail.text
    return match[1]


def token_in(mail: KeptMailSummary) -> str:
    return link_in(mail).partition("token=")[2].partition("&")[0]
