"""Pages of groups, for admins who run them and instructors who look after them."""

from fastapi import Response

from app.accounts import groups, queries
from app.accounts.access_needs import read_needs_of_group
from app.accounts.forms import GroupForm, MemberForm, RenameGroupForm
from app.accounts.needs_reader import NeedsReader
from app.accounts.queries import GroupPage
from app.kit.errors import Refused
from app.kit.ids import GroupId, UserId
from app.kit.messages import Message, msg
from app.web.access import ADMIN, INSTRUCTOR
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/admin/groups", name="accounts.groups", access=ADMIN)
def show_groups(*, visit: Visit) -> Response:
    return _groups_page(visit)


@pages.post("/admin/groups", name="accounts.make_group", access=ADMIN)
def make_group(*, visit: Visit, submitted: Submitted) -> Response:
    try:
        form = GroupForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                group_id = groups.make_group(db, visit.actor, name=form.name, now=visit.now)
                return visit.url("accounts.group", group_id=group_id)

            url = visit.once(db, submitted, effect)
    except Refused as refused:
        return _groups_page(visit, submitted, refused)
    return visit.redirect(url, flash=msg("The group is made. Add its people."))


@pages.get("/admin/groups/{group_id}", name="accounts.group", access=ADMIN)
def show_group(*, visit: Visit, group_id: GroupId) -> Response:
    return _group_page(visit, group_id)


@pages.post("/admin/groups/{group_id}/members", name="accounts.add_member", access=ADMIN)
def add_member(*, visit: Visit, submitted: Submitted, group_id: GroupId) -> Response:
    try:
        form = MemberForm.read(submitted)
        with visit.database.write() as db:
            groups.add_member(
                db, visit.actor, group_id, email=form.email, role=form.role, now=visit.now
            )
    except Refused as refused:
        return _group_page(visit, group_id, submitted, refused)
    return _back(visit, group_id, msg("The person is in the group."))


@pages.post(
    "/admin/groups/{group_id}/members/{person_id}/remove",
    name="accounts.remove_member",
    access=ADMIN,
)
def remove_member(
    *, visit: Visit, submitted: Submitted, group_id: GroupId, person_id: UserId
) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        is_new = groups.remove_member(db, visit.actor, group_id, person_id, now=visit.now)
    return _back(
        visit,
        group_id,
        msg("The person is no longer in the group.")
        if is_new
        else msg("The person had left the group before."),
    )


@pages.get("/admin/groups/{group_id}/rename", name="accounts.rename_group", access=ADMIN)
def show_rename(*, visit: Visit, group_id: GroupId) -> Response:
    page = _group(visit, group_id)
    return form_page(visit, "accounts/rename_group.html", values=_name_of(page), page=page)


@pages.post("/admin/groups/{group_id}/rename", name="accounts.rename_group.post", access=ADMIN)
def rename(*, visit: Visit, submitted: Submitted, group_id: GroupId) -> Response:
    try:
        form = RenameGroupForm.read(submitted)
        with visit.database.write() as db:
            groups.rename_group(
                db,
                visit.actor,
                group_id,
                name=form.name,
                expected_version=form.version,
                now=visit.now,
            )
    except Refused as refused:
        page = _group(visit, group_id)
        return form_page(
            visit,
            "accounts/rename_group.html",
            submitted,
            refused,
            values=_name_of(page),
            page=page,
        )
    return _back(visit, group_id, msg("The group has its new name."))


@pages.post("/admin/groups/{group_id}/close", name="accounts.close_group", access=ADMIN)
def close(*, visit: Visit, submitted: Submitted, group_id: GroupId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        groups.close_group(db, visit.actor, group_id, now=visit.now)
    return _back(visit, group_id, msg("The group is closed."))


@pages.post("/admin/groups/{group_id}/open", name="accounts.reopen_group", access=ADMIN)
def reopen(*, visit: Visit, submitted: Submitted, group_id: GroupId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        groups.reopen_group(db, visit.actor, group_id, now=visit.now)
    return _back(visit, group_id, msg("The group is open again."))


@pages.get("/teach/groups", name="accounts.taught_groups", access=INSTRUCTOR)
def show_taught_groups(*, visit: Visit) -> Response:
    with visit.database.read() as db:
        page = queries.taught_groups(db, visit.actor)
    return visit.render("accounts/taught_groups.html", page=page)


@pages.get("/teach/groups/{group_id}", name="accounts.taught_group", access=INSTRUCTOR)
def show_taught_group(*, visit: Visit, group_id: GroupId) -> Response:
    return visit.render("accounts/taught_group.html", page=_group(visit, group_id))


@pages.post(
    "/teach/groups/{group_id}/access-needs", name="accounts.group_access_needs", access=INSTRUCTOR
)
def show_access_needs(*, visit: Visit, submitted: Submitted, group_id: GroupId) -> Response:
    """Show what the students of a group need. A post, because each reading is recorded."""
    ButtonForm.read(submitted)
    reader = NeedsReader(visit.actor, "group", visit.network)
    with visit.database.write() as db:
        people = read_needs_of_group(db, reader, group_id, visit.keys.sealing, now=visit.now)
        name = queries.group_page(db, visit.actor, group_id).name
    return visit.render(
        "accounts/access_needs.html",
        page=people,
        title=name,
        day=None,
        back=visit.url("accounts.taught_group", group_id=group_id),
        back_label=msg("Your group"),
    )


def _groups_page(
    visit: RequestContext, submitted: Submission | None = None, refused: Refused | None = None
) -> Response:
    with visit.database.read() as db:
        page = queries.groups(db)
    return form_page(visit, "accounts/groups.html", submitted, refused, page=page)


def _group_page(
    visit: RequestContext,
    group_id: GroupId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    page = _group(visit, group_id)
    return form_page(
        visit, "accounts/group.html", submitted, refused, values={"role": "student"}, page=page
    )


def _group(visit: RequestContext, group_id: GroupId) -> GroupPage:
    with visit.database.read() as db:
        return queries.group_page(db, visit.actor, group_id)


def _name_of(page: GroupPage) -> dict[str, str]:
    """Return the initial values of the form of a group's name."""
    return {"name": page.name, "version": page.version}


def _back(visit: RequestContext, group_id: GroupId, words: Message) -> Response:
    return visit.redirect(visit.url("accounts.group", group_id=group_id), flash=words)
