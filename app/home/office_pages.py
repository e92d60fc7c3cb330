"""Pages of the office that read from all features: one person's record, and the state of the system."""

from fastapi import Response

from app.home import person_page
from app.home.status import system_status
from app.kit.ids import UserId
from app.web.access import ADMIN
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
