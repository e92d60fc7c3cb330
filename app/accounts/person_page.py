"""The page of one person, as far as accounts knows. It stands alone, so that a higher feature can put
a fuller page (`{% extends "accounts/person.html" %}` with the block `story`) in its place."""

from fastapi import Response

from app.accounts import queries
from app.kit.ids import UserId
from app.web.access import ADMIN
from app.web.routing import Pages
from app.web.visit import Visit

pages = Pages()


@pages.get("/admin/people/{person_id}", name="accounts.person", access=ADMIN)
def show_person(*, visit: Visit, person_id: UserId) -> Response:
    with visit.database.read() as db:
        page = queries.person_story(db, visit.actor, person_id, now=visit.now)
    return visit.render("accounts/person.html", page=page)
