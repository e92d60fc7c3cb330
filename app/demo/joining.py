"""How people joined the demo academy: staff first, then students, each before they request a place."""

from datetime import datetime, timedelta
from functools import partial

from app.accounts import groups, own_account, own_profile
from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.domain import LinkPurpose, Profile
from app.demo.diary import Diary
from app.demo.people import ADMIN, ADMINS, INSTRUCTORS, STUDENTS, DemoPerson, StudentStage
from app.kit.actor import Actor, Role, SystemActor
from app.kit.opened import Opened

OPENED = 92
"""How many days ago the academy opened; the first intake began a month later."""

GROUPS_FORMED = 58
GROUPS = (
    ("Tuesday evenings", ("Ines Marlowe", "Adaeze Winterbourne")),
    ("Saturdays", ("Tomasz Reyes", "Kenji Hallam")),
)


def join(diary: Diary, password_hash: str) -> None:
    """Give everyone an account; one invitation and one registration are still unanswered."""
    for minute, person in enumerate((*ADMINS, *INSTRUCTORS)):
        diary.note(diary.ago(OPENED, 8, minute), partial(_settle_in, diary, person, password_hash))
    for person, at in joined(diary).items():
        diary.note(at, partial(_settle_in, diary, person, password_hash))
    for person in STUDENTS:
        if person.stage is StudentStage.invited:
            diary.note(diary.ago(2, 15, 20), partial(_invite, diary, person))
        if person.stage is StudentStage.unconfirmed:
            at = diary.now - timedelta(hours=5)
            diary.note(at, partial(_register, diary, person, password_hash))
    diary.note(diary.ago(GROUPS_FORMED, 9), partial(_form_groups, diary))


def joined(diary: Diary) -> dict[DemoPerson, datetime]:
    """Return when each student registered: two a day before the first intake, one a day since."""
    early = [person for person in STUDENTS if person.stage >= StudentStage.idle]
    late = [
        person for person in STUDENTS if StudentStage.registered <= person.stage < StudentStage.idle
    ]
    return {
        person: diary.ago(OPENED - 2 - number // 2, 9 + number % 2 * 4, number)
        for number, person in enumerate(early)
    } | {person: diary.ago(30 - number, 10, 5 * number) for number, person in enumerate(late)}


def _settle_in(diary: Diary, demo_person: DemoPerson, password_hash: str, now: datetime) -> None:
    """Make an account, set its password and fill in the profile."""
    db = diary.db
    roles = frozenset({Role(demo_person.role)})
    link = accounts.add_person(
        db,
        SystemActor.command_line,
        name=demo_person.name,
        email=demo_person.email,
        roles=roles,
        now=now,
    )
    own_account.set_password(db, link, LinkPurpose.invitation, password_hash, now=now)
    account = accounts_queries.person_by_email(db, demo_person.email)
    assert account is not None  # noqa: S101 - made two lines above
    actor = Actor(account.user_id, account.name, account.roles, account.email, proved_at=now)
    profile = Profile(
        name=demo_person.name,
        certificate_name=demo_person.certificate_name or demo_person.name,
        is_medical=demo_person.is_medical,
        profession=demo_person.profession or None,
        registration_number=demo_person.registration_number or None,
        access_needs=Opened(demo_person.access_needs) if demo_person.access_needs else None,
    )
    version = accounts_queries.profile(db, actor.user_id, diary.sealing).version
    own_profile.change_profile(db, actor, profile, diary.sealing, expected_version=version, now=now)
    diary.people[demo_person.name] = actor


def _invite(diary: Diary, demo_person: DemoPerson, now: datetime) -> None:
    admin = diary.people[ADMIN.name]
    roles = frozenset({Role.student})
    accounts.invite_person(
        diary.db, admin, name=demo_person.name, email=demo_person.email, roles=roles, now=now
    )


def _register(diary: Diary, demo_person: DemoPerson, password_hash: str, now: datetime) -> None:
    own_account.register(
        diary.db,
        name=demo_person.name,
        email=demo_person.email,
        password_hash=password_hash,
        wanted="",
        now=now,
    )


def _form_groups(diary: Diary, now: datetime) -> None:
    """Divide the people of the first intake among the groups."""
    admin = diary.people[ADMIN.name]
    emails = {person.name: person.email for person in INSTRUCTORS}
    learners = [person.email for person in STUDENTS if person.stage >= StudentStage.idle]
    for number, (title, teachers) in enumerate(GROUPS):
        group = groups.make_group(diary.db, admin, name=title, now=now)
        members = [(emails[name], Role.instructor) for name in teachers]
        members += [(email, Role.student) for email in learners[number :: len(GROUPS)]]
        for email, role in members:
            groups.add_member(diary.db, admin, group, email=email, role=role, now=now)
