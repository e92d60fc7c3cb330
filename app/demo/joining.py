"""How people came to the demo academy: staff first, then students, each before they ask for a place."""

from datetime import datetime, timedelta
from functools import partial

from app.accounts import groups, own_account
from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.actor import Actor, Role
from app.accounts.domain import LinkPurpose, Profile
from app.demo.diary import Diary
from app.demo.people import ADMIN, ADMINS, INSTRUCTORS, STUDENTS, DemoPerson, StudentStage

OPENED = 92
"""How many days ago the academy opened its doors; the first intake began a month later."""

GROUPS_FORMED = 58
GROUPS = (
    ("Tuesday evenings", ("Ines Marlowe", "Adaeze Winterbourne")),
    ("Saturdays", ("Tomasz Reyes", "Kenji Hallam")),
)


def join(diary: Diary, password_hash: str) -> None:
    """Give everybody an account; one invitation and one registration still wait for their owners."""
    for minute, one in enumerate((*ADMINS, *INSTRUCTORS)):
        diary.note(diary.ago(OPENED, 8, minute), partial(_settle_in, diary, one, password_hash))
    for one, at in joined(diary).items():
        diary.note(at, partial(_settle_in, diary, one, password_hash))
    for one in STUDENTS:
        if one.stage is StudentStage.invited:
            diary.note(diary.ago(2, 15, 20), partial(_invite, diary, one))
        if one.stage is StudentStage.unconfirmed:
            at = diary.now - timedelta(hours=5)
            diary.note(at, partial(_register, diary, one, password_hash))
    diary.note(diary.ago(GROUPS_FORMED, 9), partial(_form_groups, diary))


def joined(diary: Diary) -> dict[DemoPerson, datetime]:
    """Return when each student made an account: two a day before the first intake, one a day since."""
    early = [one for one in STUDENTS if one.stage >= StudentStage.idle]
    late = [one for one in STUDENTS if StudentStage.registered <= one.stage < StudentStage.idle]
    return {
        one: diary.ago(OPENED - 2 - number // 2, 9 + number % 2 * 4, number)
        for number, one in enumerate(early)
    } | {one: diary.ago(30 - number, 10, 5 * number) for number, one in enumerate(late)}


def _settle_in(diary: Diary, one: DemoPerson, password_hash: str, now: datetime) -> None:
    """Make an account, set its password and fill in the profile."""
    db = diary.db
    roles = frozenset({Role(one.role)})
    link = accounts.add_person(db, name=one.name, email=one.email, roles=roles, now=now)
    own_account.set_password(db, link, LinkPurpose.invitation, password_hash, now=now)
    found = accounts_queries.person_by_email(db, one.email)
    assert found is not None  # noqa: S101 - made two lines above
    actor = Actor(found.user_id, found.name, found.roles, found.email, proved_at=now)
    profile = Profile(
        name=one.name,
        certificate_name=one.certificate_name or one.name,
        is_medical=one.is_medical,
        profession=one.profession or None,
        registration_number=one.registration_number or None,
        access_needs=one.access_needs or None,
    )
    version = accounts_queries.profile(db, actor.user_id).version
    own_account.change_profile(db, actor, profile, expected_version=version, now=now)
    diary.people[one.name] = actor


def _invite(diary: Diary, one: DemoPerson, now: datetime) -> None:
    admin = diary.people[ADMIN.name]
    roles = frozenset({Role.student})
    accounts.invite_person(diary.db, admin, name=one.name, email=one.email, roles=roles, now=now)


def _register(diary: Diary, one: DemoPerson, password_hash: str, now: datetime) -> None:
    own_account.register(
        diary.db,
        name=one.name,
        email=one.email,
        password_hash=password_hash,
        wanted="",
        now=now,
    )


def _form_groups(diary: Diary, now: datetime) -> None:
    """Divide the people of the first intake among the groups."""
    admin = diary.people[ADMIN.name]
    emails = {one.name: one.email for one in INSTRUCTORS}
    learners = [one.email for one in STUDENTS if one.stage >= StudentStage.idle]
    for number, (title, teachers) in enumerate(GROUPS):
        group = groups.make_group(diary.db, admin, name=title, now=now)
        members = [(emails[name], Role.instructor) for name in teachers]
        members += [(email, Role.student) for email in learners[number :: len(GROUPS)]]
        for email, role in members:
            groups.add_member(diary.db, admin, group, email=email, role=role, now=now)
