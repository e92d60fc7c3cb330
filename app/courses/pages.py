"""Pages of the catalogue, of drawings, and the admins' list of revisions. The public page of a
course is in enrolments, because it shows the intakes."""

from fastapi import Response

from app.authoring.page_drawing import page_of_its_own
from app.courses import overview, queries
from app.kit.messages import msg
from app.web.access import ADMIN, EVERYONE
from app.web.frame import Preview
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()

CATALOGUE = Preview(
    msg("Courses"),
    msg(
        "What the academy teaches: online modules first, then supervised practical days with few places."
    ),
    "/courses",
)
DRAWING_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    # A drawing that is opened directly may run and load nothing, not even its own styles.
    "content-security-policy": "default-src 'none'; style-src 'none'",
}
STYLED_HEADERS = {
    # The address of the stylesheet is another one in the next version.
    "cache-control": "public, max-age=600",
    "content-security-policy": "default-src 'none'; style-src 'self'; font-src 'self'",
}


@pages.get("/courses", name="courses.catalogue", access=EVERYONE)
def show_catalogue(visit: Visit) -> Response:
    with visit.database.read() as db:
        cards = queries.course_cards(db)
    return visit.render("courses/catalogue.html", preview=CATALOGUE, page=cards)


@pages.get("/media/{digest}/{name}", name="courses.drawing", access=EVERYONE)
def show_drawing(visit: Visit, digest: str, name: str) -> Response:
    """Send a drawing. The digest identifies it; the name in the address is for people who save the
    file. One that takes its colours from classes gets the stylesheet with them."""
    content = queries.kept_drawing(digest)
    if content is None:
        with visit.database.read() as db:
            content = queries.drawing(db, digest)
    styled = page_of_its_own(content, visit.app_context.asset("css/app.css"))
    if styled is not None:
        return Response(styled, media_type="image/svg+xml", headers=STYLED_HEADERS)
    return Response(content, media_type="image/svg+xml", headers=DRAWING_HEADERS)


@pages.get("/admin/courses", name="courses.revisions", access=ADMIN)
def show_revisions(visit: Visit) -> Response:
    with visit.database.read() as db:
        courses = overview.courses_overview(db, visit.actor)
    return visit.render("courses/revisions.html", page=courses)
