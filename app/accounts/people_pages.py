"""Admins' pages of people: the list and its export, invitations, roles, access, resets."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Response

from app.accounts import people_search, printable_names, queries, service, sign_ins
from app.accounts.access_needs import read_needs_of_person
from app.accounts.domain import ROLE_LABELS, AccountState, PeopleSort
from app.accounts.forms import AccountReasonForm, CloseForm, ExportForm, InviteForm, RolesForm
from app.accounts.loss_preview import HeldItem, Loss, held_by
from app.accounts.needs_reader import NeedsReader
from app.accounts.queries import Person, PersonStory
from app.db.paging import page_number
from app.kit.actor import Role
from app.kit.errors import Invalid, Refused
from app.kit.ids import UserId
from app.kit.leaving import LEAVING
from app.kit.messages import Message, Text, msg
from app.web.access import ADMIN, FreshProof
from app.web.csv_response import CsvResponse
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted, filter_value
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/people")

LONGEST_SEARCH = 100
BACKGROUND = (msg("Medical background"), msg("Profession"), msg("Registration number"))
"""The columns of the export that an academy has which asks for a medical background."""
ENDS_WITH_ROLE = {
    Role.instructor: msg("If the role “instructor” is taken away, this ends:"),
    Role.student: msg("If the role “student” is taken away, this ends:"),
}


@pages.get("", name="accounts.people", access=ADMIN)
def show_people(*, visit: Visit) -> Response:
    query = visit.request.query_params
    text = " ".join(query.get("q", "").split())[:LONGEST_SEARCH]
    role, state = _role(query.get("role")), _state(query.get("state"))
    sort = _sort(query.get("sort"))
    with visit.database.read() as db:
        page = people_search.search_people(
            db,
            text=text,
            role=role,
            state=state,
            sort=sort,
            number=page_number(query.get("page")),
        )
    values = {"q": text, "role": role or "", "state": state or ""}

    def address(**changes: object) -> str:
        """Return the address of this list with some filters changed."""
        query = {**values, "sort": "" if sort is PeopleSort.name else sort, **changes}
        return "?" + urlencode({name: str(value) for name, value in query.items() if value})

    return visit.render(
        "accounts/people.html",
        page=page,
        values={name: str(value) for name, value in values.items()},
        sort=sort.value,
        address=address,
    )


@pages.post(
    "/export",
    name="accounts.export_people",
    access=ADMIN,
    proof=FreshProof(msg("take a list of people away")),
)
def export_people(*, visit: Visit, submitted: Submitted) -> Response:
    """Send the people of the current search as CSV. This is a POST because it is recorded in the
    audit trail."""
    form = ExportForm.read(submitted)
    with visit.database.write() as db:
        matches = people_search.all_people(db, text=form.q, role=form.role, state=form.state)
        service.note_export(db, visit.actor, rows=len(matches), now=visit.now)
    has_background = visit.academy.asks_medical_background
    rows = (_export_row(person, has_background) for person in matches)
    return CsvResponse("people", _export_heading(has_background), rows, visit.words)


@pages.get("/invite", name="accounts.invite", access=ADMIN)
def show_invite(*, visit: Visit) -> Response:
    return form_page(visit, "accounts/invite.html")


@pages.post(
    "/invite", name="accounts.invite.post", access=ADMIN, proof=FreshProof(msg("invite somebody"))
)
def invite(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = InviteForm.read(submitted)
        printable_names.demand_printable_invitation(form.name, form.roles)
        with visit.database.write() as db:

            def effect() -> str:
                person_id = service.invite_person(
                    db,
                    visit.actor,
                    name=form.name,
                    email=form.email,
                    roles=frozenset(form.roles),
                    now=visit.now,
                )
                return visit.url("accounts.person", person_id=person_id)

            url = visit.once(db, submitted, effect)
    except Refused as refused:
        return form_page(visit, "accounts/invite.html", submitted, refused)
    return visit.redirect(
        url, flash=msg("An invitation is on its way to {address}.", address=form.email)
    )


@pages.get("/{person_id}/roles", name="accounts.roles", access=ADMIN)
def show_roles(*, visit: Visit, person_id: UserId) -> Response:
    return _roles_page(visit, person_id)


@pages.post(
    "/{person_id}/roles",
    name="accounts.roles.post",
    access=ADMIN,
    proof=FreshProof(msg("change what a person may do")),
)
def change_roles(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = RolesForm.read(submitted)
        with visit.database.write() as db:
            service.change_roles(
                db,
                visit.actor,
                person_id,
                roles=frozenset(form.roles),
                reason=form.reason,
                expected_version=form.version,
                now=visit.now,
            )
    except Refused as refused:
        return _roles_page(visit, person_id, submitted, refused)
    return _back(visit, person_id, msg("The roles are changed. The person has to sign in again."))


@pages.get("/{person_id}/access", name="accounts.access", access=ADMIN)
def show_access(*, visit: Visit, person_id: UserId) -> Response:
    return _access_page(visit, person_id)


@pages.post(
    "/{person_id}/close",
    name="accounts.close",
    access=ADMIN,
    proof=FreshProof(msg("close a person’s account")),
)
def close(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = CloseForm.read(submitted)
        with visit.database.write() as db:
            service.close_account(
                db,
                visit.actor,
                person_id,
                reason=form.reason,
                ends_places=form.keeps_places is None,
                now=visit.now,
            )
    except Refused as refused:
        return _access_page(visit, person_id, submitted, refused)
    done = msg("The account is closed and signed out everywhere. What depended on it ends now.")
    return _back(visit, person_id, done)


@pages.post(
    "/{person_id}/open",
    name="accounts.open",
    access=ADMIN,
    proof=FreshProof(msg("open a person’s account")),
)
def open_again(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    try:
        form = AccountReasonForm.read(submitted)
        with visit.database.write() as db:
            service.open_account(db, visit.actor, person_id, reason=form.reason, now=visit.now)
    except Refused as refused:
        return _access_page(visit, person_id, submitted, refused)
    return _back(visit, person_id, msg("The account is open again."))


@pages.post(
    "/{person_id}/reset",
    name="accounts.start_reset",
    access=ADMIN,
    proof=FreshProof(msg("start a reset of a person’s password")),
)
def start_reset(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:

        def effect() -> str:
            service.start_reset(db, visit.actor, person_id, now=visit.now)
            return visit.url("accounts.person", person_id=person_id)

        url = visit.once(db, submitted, effect)
    return visit.redirect(url, flash=msg("A mail with a link is on its way."))


@pages.post(
    "/{person_id}/sign-ins/end",
    name="accounts.end_all_of",
    access=ADMIN,
    proof=FreshProof(msg("sign a person out everywhere")),
)
def end_all_of(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        sign_ins.end_all_of(db, visit.actor, person_id, now=visit.now)
    return _back(visit, person_id, msg("The person is signed out everywhere."))


@pages.post("/{person_id}/access-needs", name="accounts.access_needs", access=ADMIN)
def show_access_needs(*, visit: Visit, submitted: Submitted, person_id: UserId) -> Response:
    """Show what a person needs. A post, because each reading is recorded."""
    ButtonForm.read(submitted)
    reader = NeedsReader(visit.actor, "person", visit.network)
    with visit.database.write() as db:
        people = read_needs_of_person(db, reader, person_id, visit.keys.sealing, now=visit.now)
        name = queries.person(db, person_id).name
    return visit.render(
        "accounts/access_needs.html",
        page=people,
        title=name,
        day=None,
        back=visit.url("accounts.person", person_id=person_id),
        back_label=name,
    )


def _roles_page(
    visit: RequestContext,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    page = _story(visit, person_id)
    held = tuple(
        (heading, _held(visit, Loss((person_id,), roles=frozenset({role}))))
        for role, heading in ENDS_WITH_ROLE.items()
        if role in page.person.roles
    )
    values: dict[str, Any] = {
        "roles": sorted(page.person.roles),
        "version": page.roles_version,
    }
    return form_page(
        visit,
        "accounts/roles.html",
        submitted,
        refused,
        values=values,
        options={
            "roles": [(role.value, visit.words.of(label)) for role, label in ROLE_LABELS.items()]
        },
        page=page,
        held=held,
    )


def _access_page(
    visit: RequestContext,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    page = _story(visit, person_id)
    held = _held(visit, Loss((person_id,), closes_account=True)) if page.closed_at is None else ()
    return form_page(
        visit, "accounts/access.html", submitted, refused, page=page, held=held, leaving=LEAVING
    )


def _held(visit: RequestContext, loss: Loss) -> tuple[HeldItem, ...]:
    with visit.database.read() as db:
        return held_by(db, loss, now=visit.now)


def _story(visit: RequestContext, person_id: UserId) -> PersonStory:
    with visit.database.read() as db:
        return queries.person_story(db, visit.actor, person_id, now=visit.now)


def _back(visit: RequestContext, person_id: UserId, words: Message) -> Response:
    return visit.redirect(visit.url("accounts.person", person_id=person_id), flash=words)


def _role(typed: str | None) -> Role | None:
    if not typed:
        return None
    if typed not in set(Role):
        raise Invalid(msg("The role must be student, instructor or admin."))
    return Role(typed)


def _state(typed: str | None) -> AccountState | None:
    if not typed:
        return None
    if typed not in set(AccountState):
        raise Invalid(msg("The state must be open, unconfirmed or closed."))
    return AccountState(typed)


def _sort(typed: str | None) -> PeopleSort:
    refusal = msg("There is no such order of people. Press the head of a column to sort by it.")
    return filter_value(typed, PeopleSort, refusal) or PeopleSort.name


def _export_heading(has_background: bool) -> tuple[Message, ...]:
    """Return the heads of the export; `has_background`: with those of `BACKGROUND`."""
    return (
        *(msg("Name"), msg("E-mail"), msg("Roles"), msg("Name on certificate")),
        *(BACKGROUND if has_background else ()),
        *(msg("Address confirmed"), msg("Account")),
    )


def _export_row(person: Person, has_background: bool) -> tuple[Text, ...]:
    yes, no = msg("yes"), msg("no")
    medical: dict[bool | None, Text] = {True: yes, False: no, None: ""}
    background = (
        medical[person.is_medical],
        person.profession or "",
        person.registration_number or "",
    )
    return (
        person.name,
        person.email,
        person.roles_label or "",
        person.certificate_name or "",
        *(background if has_background else ()),
        yes if person.is_confirmed else no,
        msg("closed") if person.is_closed else msg("open"),
    )
