"""Pages of the office that read from all features: one person's record, and undelivered mails and
work."""

from collections.abc import Mapping

from fastapi import Response

from app.home import person_page, service
from app.home.status import system_status
from app.kit.ids import EventId, UserId
from app.kit.messages import msg, msgs
from app.notices.rendering import UNREADABLE
from app.outbox import queries as outbox_queries
from app.outbox.health import deliveries
from app.retention.rules import RULE
from app.web.access import ADMIN
from app.web.forms import ButtonForm, Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/admin/people/{person_id}", name="accounts.person", access=ADMIN)
def show_person(visit: Visit, person_id: UserId) -> Response:
    with visit.database.read() as db:
        story, learner = person_page.person_page(
            db,
            visit.actor,
            person_id,
            visit.keys.signing,
            zone=visit.academy.zone,
            now=visit.now,
        )
        asks_life_support = visit.app_context.subjects(db).asks_life_support
    return visit.render(
        "home/person.html", page=story, learner=learner, asks_life_support=asks_life_support
    )


@pages.get("/admin/system", name="home.system", access=ADMIN)
def show_system(visit: Visit) -> Response:
    with visit.database.read() as db:
        page = system_status(db, visit.actor, visit.database, visit.settings, now=visit.now)
    return visit.render("home/system.html", page=page, keys=visit.keys)


@pages.get("/admin/outbox", name="home.outbox", access=ADMIN)
def show_outbox(visit: Visit) -> Response:
    with visit.database.read() as db:
        kinds = deliveries(db, now=visit.now)
        refused = outbox_queries.refused(db)
        given_up = outbox_queries.given_up(db)
    return visit.render(
        "home/outbox.html",
        deliveries=kinds,
        refused=refused,
        given_up=given_up,
        subjects=_subjects(visit, *given_up),
        rule=RULE["mails_given_up"],
    )


def _subjects(visit: Visit, *mails: outbox_queries.GivenUpEvent) -> Mapping[EventId, str]:
    """Return the subjects of given-up mails in the language of the reader. One that this version cannot
    read has the name of its template."""
    subjects = {}
    for mail in mails:
        if not mail.template:
            continue
        try:
            subjects[mail.id] = visit.app_context.letters.subject(
                mail.template, mail.values, visit.words
            )
        except UNREADABLE:
            subjects[mail.id] = mail.template
    return subjects


@pages.post("/admin/outbox/again", name="home.try_all_again", access=ADMIN)
def try_all_again(visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        count = service.try_all_again(db, visit.actor, now=visit.now)
    if not count:
        words = msg("Nothing was given up any more, so nothing had to be tried again.")
        return visit.redirect(visit.url("home.outbox"), flash=words, kind="info")
    words = msgs("{n} is tried again now.", "All {n} are tried again now.", count)
    return visit.redirect(visit.url("home.outbox"), flash=words)


@pages.get("/admin/outbox/{event_id}/dismiss", name="home.dismiss_form", access=ADMIN)
def show_dismissing(visit: Visit, event_id: EventId) -> Response:
    with visit.database.read() as db:
        mail = outbox_queries.given_up_mail(db, event_id)
    return visit.render(
        "home/dismiss.html",
        mail=mail,
        subject=_subjects(visit, mail).get(mail.id, mail.name),
        rule=RULE["mails_given_up"],
    )


@pages.post("/admin/outbox/{event_id}/dismiss", name="home.dismiss", access=ADMIN)
def dismiss(visit: Visit, submitted: Submitted, event_id: EventId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        service.dismiss(db, visit.actor, event_id, now=visit.now)
    return visit.redirect(visit.url("home.outbox"), flash=msg("The mail is dismissed and deleted."))


@pages.post("/admin/outbox/{event_id}/again", name="home.try_again", access=ADMIN)
def try_again(visit: Visit, submitted: Submitted, event_id: EventId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        service.try_again(db, visit.actor, event_id, now=visit.now)
    return visit.redirect(visit.url("home.outbox"), flash=msg("It will be tried again now."))
