"""Pages of the office that read across features: one person's whole story, and what was not delivered."""

from fastapi import Response

from app.home import people
from app.home.forms import NoFields
from app.kit.errors import NotFound
from app.kit.ids import EventId, UserId
from app.outbox import queries as outbox_queries
from app.outbox import service as outbox
from app.outbox.health import deliveries
from app.web.access import ADMIN
from app.web.forms import Submitted
from app.web.routing import Pages
from app.web.visit import Visit

pages = Pages()


@pages.get("/admin/people/{person_id}", name="accounts.person", access=ADMIN)
def show_person(visit: Visit, person_id: UserId) -> Response:
    with visit.database.read() as db:
        story, learner = people.person_page(
            db, visit.actor, person_id, zone=visit.settings.time_zone, now=visit.now
        )
    return visit.render("home/person.html", page=story, learner=learner)


@pages.get("/admin/outbox", name="home.outbox", access=ADMIN)
def show_outbox(visit: Visit) -> Response:
    with visit.database.read() as db:
        found = deliveries(db, now=visit.now)
        refused = outbox_queries.refused(db)
        given_up = outbox_queries.given_up(db)
    return visit.render("home/outbox.html", deliveries=found, refused=refused, given_up=given_up)


@pages.post("/admin/outbox/{event_id}/again", name="home.try_again", access=ADMIN)
def try_again(visit: Visit, submitted: Submitted, event_id: EventId) -> Response:
    NoFields.read(submitted)
    with visit.database.write() as db:
        if not outbox.try_again(db, event_id, now=visit.now):
            raise NotFound
    return visit.redirect(visit.url("home.outbox"), flash="It will be tried again now.")
