"""The page to ask a question, and the office's pages of enquiries."""

from urllib.parse import urlencode

from fastapi import Response

from app.courses import queries as courses
from app.db.paging import page_number
from app.enquiries import queries, service
from app.enquiries.domain import Topic
from app.enquiries.errors import AnswerRefused
from app.enquiries.forms import AnsweredForm, EnquiryForm
from app.enquiries.queries import EnquiryFilter
from app.kit.errors import Invalid, Refused
from app.kit.ids import EnquiryId
from app.kit.messages import msg
from app.web.access import ADMIN, EVERYONE
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.frame import Preview
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
LONGEST_SEARCH = 100
PREVIEW = Preview(
    msg("Ask us"),
    msg(
        "Ask the academy about a course, the entry rules, dates or access needs. No account is needed."
    ),
    "/enquiry",
)


@pages.get("/enquiry", name="enquiries.ask", access=EVERYONE)
def show_form(visit: Visit) -> Response:
    """Show the form. `?course=` and `?topic=` preselect fields for people who come from another
    page."""
    query = visit.request.query_params
    values = {"course": query.get("course", "")[:64], "topic": query.get("topic", "")[:32]}
    if visit.maybe_actor is not None:
        values |= {"name": visit.actor.name, "email": visit.actor.email}
    return _form(visit, values=values)


@pages.post("/enquiry", name="enquiries.ask.post", access=EVERYONE)
def ask(visit: Visit, submitted: Submitted) -> Response:
    try:
        form = EnquiryForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                service.ask(
                    db,
                    form.question(),
                    network=visit.network,
                    academy=visit.academy.mail,
                    language=visit.words.tag,
                    now=visit.now,
                )
                return visit.url("enquiries.sent")

            return visit.redirect(visit.once(db, submitted, effect))
    except Refused as refused:
        return _form(visit, submitted, refused)


@pages.get("/enquiry/sent", name="enquiries.sent", access=EVERYONE)
def show_sent(visit: Visit) -> Response:
    return visit.render("enquiries/sent.html")


@pages.get("/admin/enquiries", name="enquiries.list", access=ADMIN)
def show_list(visit: Visit) -> Response:
    query = visit.request.query_params
    which = _which(query.get("which"))
    text = " ".join(query.get("q", "").split())[:LONGEST_SEARCH]
    number = page_number(query.get("page"))
    with visit.database.read() as db:
        page = queries.enquiries(db, visit.actor, which=which, text=text, number=number)
    base = visit.url("enquiries.list")

    def link(to: int = 1, view: str = which) -> str:
        query = {"which": str(view), "q": text, "page": str(to) if to > 1 else ""}
        return f"{base}?{urlencode({name: value for name, value in query.items() if value})}"

    return visit.render("enquiries/list.html", page=page, which=which, text=text, link=link)


@pages.get("/admin/enquiries/{enquiry_id}", name="enquiries.show", access=ADMIN)
def show_one(visit: Visit, enquiry_id: EnquiryId) -> Response:
    return _one(visit, enquiry_id)


@pages.post("/admin/enquiries/{enquiry_id}/answered", name="enquiries.answered", access=ADMIN)
def mark_answered(visit: Visit, enquiry_id: EnquiryId, submitted: Submitted) -> Response:
    try:
        form = AnsweredForm.read(submitted)
        with visit.database.write() as db:
            service.mark_answered(db, visit.actor, enquiry_id, note=form.note, now=visit.now)
    except (Invalid, AnswerRefused) as refused:
        return _one(visit, enquiry_id, submitted, refused)
    return visit.redirect(
        visit.url("enquiries.list"), flash=msg("The enquiry is marked as answered, with your note.")
    )


def _which(typed: str | None) -> EnquiryFilter:
    if not typed:
        return EnquiryFilter.open
    if typed not in {view.value for view in EnquiryFilter}:
        raise Invalid(msg("Choose unanswered, answered or all enquiries."))
    return EnquiryFilter(typed)


def _form(
    visit: RequestContext,
    submitted: Submission | None = None,
    refused: Refused | None = None,
    *,
    values: dict[str, str] | None = None,
) -> Response:
    with visit.database.read() as db:
        cards = courses.course_cards(db)
    return form_page(
        visit,
        "enquiries/ask.html",
        submitted,
        refused,
        values=values,
        preview=PREVIEW if refused is None else None,
        courses=tuple((card.key, card.title) for card in cards),
        topics=tuple((topic.value, topic.label) for topic in Topic),
        address=visit.academy.mail,
    )


def _one(
    visit: RequestContext,
    enquiry_id: EnquiryId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = queries.enquiry(db, visit.actor, enquiry_id)
    return form_page(visit, "enquiries/one.html", submitted, refused, page=page)
