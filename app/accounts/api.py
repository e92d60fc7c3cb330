"""JSON routes of a person's own account."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts import contact_queries, own_contact, own_profile, queries, sign_ins
from app.accounts.contact_rules import ContactDetails, contact_from
from app.accounts.domain import Profile, missing_profile_fields
from app.accounts.forms import PERSONAL_DETAILS, LanguageTag, Name, Relation, TypedPhone
from app.accounts.printable_names import demand_printable_profile
from app.accounts.spoken_languages import demand_spoken
from app.kit.actor import Role
from app.kit.ids import GroupId, SignInId
from app.kit.opened import Opened
from app.kit.versions import LONGEST_VERSION
from app.web.access import INSTRUCTOR, SIGNED_IN
from app.web.json_body import JsonBody
from app.web.request_context import RequestContext, Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["accounts"])


class ProfileIn(JsonBody):
    model_config = ConfigDict(strict=True)

    name: Name
    certificate_name: Name | None = None
    is_medical: bool | None = None
    profession: Annotated[str, StringConstraints(max_length=120)] | None = None
    registration_number: Annotated[str, StringConstraints(max_length=60)] | None = None
    access_needs: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None, repr=False
    )
    theme: Literal["auto", "light", "dark"] = "auto"
    language: LanguageTag | None = None
    """One of the `languages` of `GET /me`, or null: what `Accept-Language` asks for."""
    version: Annotated[str, StringConstraints(max_length=LONGEST_VERSION)]
    """The version of the profile on which this one is based, from `GET /me`."""


class ProfileOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    certificate_name: str | None
    is_medical: bool | None
    profession: str | None
    registration_number: str | None
    theme: str
    language: str | None
    version: str


class MeOut(BaseModel):
    id: UUID
    email: str
    roles: list[Role]
    profile: ProfileOut
    has_access_needs: bool
    """Whether the person has entered access needs; `GET /me/access-needs` returns them."""
    missing: list[str]
    unread_notices: int
    """Notices that the person has not read; 100 stands for 100 or more. `GET /notices` counts them all."""
    languages: list[str]
    """The tags of the languages that are spoken here."""


class AccessNeedsOut(BaseModel):
    """`access_needs` null: none were given, or `is_readable` is false, because no key opens them now."""

    access_needs: Annotated[str | None, Field(repr=False)]
    is_readable: bool


class ContactIn(JsonBody):
    model_config = ConfigDict(strict=True)

    phone: TypedPhone | None = Field(None, repr=False)
    emergency_name: Name | None = Field(None, repr=False)
    emergency_phone: TypedPhone | None = Field(None, repr=False)
    emergency_relation: Relation | None = Field(None, repr=False)
    version: Annotated[str, StringConstraints(max_length=LONGEST_VERSION)]
    """The version on which this one is based, from `GET /me/contact`."""


class ContactOut(BaseModel):
    """Numbers with a calling code begin with a plus; ` ext ` stands before an extension."""

    model_config = ConfigDict(from_attributes=True)

    phone: Annotated[str | None, Field(repr=False)]
    emergency_name: Annotated[str | None, Field(repr=False)]
    emergency_phone: Annotated[str | None, Field(repr=False)]
    emergency_relation: Annotated[str | None, Field(repr=False)]
    version: str


class SignInOut(BaseModel):
    id: UUID
    device: str
    network: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


class Nothing(BaseModel):
    """An empty JSON object, which a form on another site cannot send."""

    model_config = ConfigDict(extra="forbid")


class RenewedOut(BaseModel):
    """`seconds` from now until the sign-in ends, for a clock that may be wrong."""

    ends_at: datetime
    seconds: int


class MemberOut(BaseModel):
    id: UUID
    name: str
    email: str


class GroupOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    students: int
    instructors: int
    closed_at: datetime | None


class GroupPageOut(BaseModel):
    id: UUID
    name: str
    closed_at: datetime | None
    students: list[MemberOut]
    instructors: list[MemberOut]


@api.get("/me", name="api.accounts.me", access=SIGNED_IN, response_model=MeOut)
def show_me(*, visit: Visit) -> MeOut:
    """Return the owner of the token, and the profile fields that are still missing for a place."""
    return _me(visit)


@api.get(
    "/me/access-needs",
    name="api.accounts.access_needs",
    access=SIGNED_IN,
    response_model=AccessNeedsOut,
)
def show_access_needs(*, visit: Visit) -> AccessNeedsOut:
    """Return the person's own access needs. Nobody else can read them here."""
    with visit.database.read() as db:
        profile = queries.profile(db, visit.actor.user_id, visit.keys.sealing)
    needs = profile.access_needs.plain_text if profile.access_needs else None
    return AccessNeedsOut(access_needs=needs, is_readable=not profile.are_needs_unreadable)


@api.put(
    "/me/profile",
    name="api.accounts.change_profile",
    access=SIGNED_IN,
    proof=PERSONAL_DETAILS,
    response_model=MeOut,
)
def change_profile(*, visit: Visit, profile: ProfileIn) -> MeOut:
    """Replace the profile; what is left out becomes empty, but access needs and a language that are left out
    stay as they are. One that was made from an older version is refused with 409 and the reason `stale`, a
    name that certificates cannot print with 422 and the reason `name_not_printed`, a language that is not
    spoken here with 422 and the reason `language_not_spoken`.

    To change a detail needs the password, typed within the last 15 minutes: without it the answer is 403
    with the reason `fresh-proof-needed`. A token cannot prove who holds it. It may change the theme and the
    language, and fill in what a place still asks for (`missing` of `GET /me`); for the rest there is the
    page `/me`.
    """
    sealing = visit.keys.sealing
    with visit.database.read() as db:
        before = queries.profile(db, visit.actor.user_id, sealing)
    wanted = _wanted(profile, before)
    demand_printable_profile(before, wanted, visit.actor.roles)
    demand_spoken(before, wanted, visit.app_context.languages)
    with visit.database.write() as db:
        own_profile.change_profile(
            db, visit.actor, wanted, sealing, expected_version=profile.version, now=visit.now
        )
    return _me(visit)


@api.get(
    "/me/contact",
    name="api.accounts.contact",
    access=SIGNED_IN,
    response_model=ContactOut,
)
def show_contact(*, visit: Visit) -> ContactDetails:
    """Return the person's own phone number and emergency contact."""
    with visit.database.read() as db:
        return contact_queries.contact_of(db, visit.actor.user_id)


@api.put(
    "/me/contact",
    name="api.accounts.change_contact",
    access=SIGNED_IN,
    proof=PERSONAL_DETAILS,
    response_model=ContactOut,
)
def change_contact(*, visit: Visit, contact: ContactIn) -> ContactDetails:
    """Replace the phone number and the emergency contact; what is left out becomes empty. A number without
    a calling code is one of the academy's country. What cannot be used is refused with 422 and the reason
    `contact_not_usable`, a change of an older version with 409 and the reason `stale`.

    To replace or remove what is there needs the password, typed within the last 15 minutes: without it the
    answer is 403 with the reason `fresh-proof-needed`. A token may fill in what is empty.
    """
    details = contact_from(contact.model_dump(exclude={"version"}), visit.academy.region)
    with visit.database.write() as db:
        own_contact.change_contact(
            db, visit.actor, details, expected_version=contact.version, now=visit.now
        )
    return details


@api.get(
    "/me/sign-ins",
    name="api.accounts.sign_ins",
    access=SIGNED_IN,
    response_model=list[SignInOut],
)
def show_sign_ins(*, visit: Visit) -> list[SignInOut]:
    """Return the browsers in which this person is signed in."""
    with visit.database.read() as db:
        rows = queries.own_sign_ins(db, visit.actor, now=visit.now)
    return [
        SignInOut(
            id=row.id,
            device=visit.words.of(row.device),
            network=row.network,
            created_at=row.created_at,
            seen_at=row.seen_at,
            is_this=row.is_this,
        )
        for row in rows
    ]


@api.post(
    "/me/sign-in/renew",
    name="api.accounts.renew_sign_in",
    access=SIGNED_IN,
    response_model=RenewedOut,
)
def renew_sign_in(*, visit: Visit, nothing: Nothing) -> RenewedOut:
    """Keep this sign-in alive: its allowed time without activity starts again now. The body is an
    empty object."""
    with visit.database.write() as db:
        ends_at = sign_ins.renew(db, visit.actor, now=visit.now)
    return RenewedOut(ends_at=ends_at, seconds=int((ends_at - visit.now).total_seconds()))


@api.delete(
    "/me/sign-ins/{sign_in_id}",
    name="api.accounts.end_sign_in",
    access=SIGNED_IN,
    status_code=204,
)
def end_sign_in(*, visit: Visit, sign_in_id: SignInId) -> Response:
    """End one of this person's sign-ins."""
    with visit.database.write() as db:
        sign_ins.end_own(db, visit.actor, sign_in_id, now=visit.now)
    return Response(status_code=204)


@api.get(
    "/teach/groups",
    name="api.accounts.taught_groups",
    access=INSTRUCTOR,
    response_model=list[GroupOut],
)
def show_taught_groups(*, visit: Visit) -> list[GroupOut]:
    """Return the groups this instructor looks after."""
    with visit.database.read() as db:
        rows = queries.taught_groups(db, visit.actor)
    return [GroupOut.model_validate(row) for row in rows]


@api.get(
    "/teach/groups/{group_id}",
    name="api.accounts.taught_group",
    access=INSTRUCTOR,
    response_model=GroupPageOut,
)
def show_taught_group(*, visit: Visit, group_id: GroupId) -> GroupPageOut:
    """Return the people of one of these groups."""
    with visit.database.read() as db:
        page = queries.group_page(db, visit.actor, group_id)
    return GroupPageOut(
        id=page.id,
        name=page.name,
        closed_at=page.closed_at,
        students=[_member(person) for person in page.students],
        instructors=[_member(person) for person in page.instructors],
    )


def _wanted(profile: ProfileIn, before: Profile) -> Profile:
    """Return the profile to write. Access needs and a language that were not sent are those of `before`."""
    needs = Opened(profile.access_needs) if profile.access_needs else None
    return Profile(
        **profile.model_dump(exclude={"version", "access_needs", "language"}),
        language=profile.language if "language" in profile.model_fields_set else before.language,
        access_needs=needs if "access_needs" in profile.model_fields_set else before.access_needs,
    )


def _me(visit: RequestContext) -> MeOut:
    actor = visit.actor
    with visit.database.read() as db:
        profile = queries.profile(db, actor.user_id, visit.keys.sealing)
    asks = visit.academy.asks_medical_background
    missing = missing_profile_fields(profile, asks_medical_background=asks)
    return MeOut(
        id=actor.user_id,
        email=actor.email,
        roles=sorted(actor.roles),
        profile=ProfileOut.model_validate(profile),
        has_access_needs=profile.access_needs is not None or profile.are_needs_unreadable,
        missing=list(missing) if actor.is_student else [],
        unread_notices=actor.unread_notices,
        languages=list(visit.app_context.languages.tags),
    )


def _member(person: queries.Person) -> MemberOut:
    return MemberOut(id=person.user_id, name=person.name, email=person.email)
