"""Tables of people, sign-ins, tokens, links and groups."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.contact_rules import ContactDetails
from app.db.base import Base, ByteOrderedText
from app.db.sealed import Sealed
from app.db.search_texts import searched_by
from app.kit.actor import Actor, Role, roles_held
from app.kit.ids import EventId, GroupId, SignInId, UserId


@searched_by("name", "email", "certificate_name", sorted_by="name")
class User(Base):
    """A person. `email` is stored in lower case. Others see `name`; certificates print
    `certificate_name`. `password_hash` is None for an invited person without a password."""

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_sort_key", "sort_key", "id"),
        CheckConstraint("access_needs IS NULL", name="access_needs_are_sealed"),
        CheckConstraint(
            "(emergency_name IS NULL) = (emergency_phone IS NULL) "
            "AND (emergency_relation IS NULL OR emergency_name IS NOT NULL)",
            name="emergency_contact_is_whole",
        ),
    )

    id: Mapped[UserId] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_student: Mapped[bool] = mapped_column(default=False)
    is_instructor: Mapped[bool] = mapped_column(default=False)
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    address_before: Mapped[str | None] = mapped_column(String(320))
    """The address that the office replaced, until the new one is confirmed or taken back."""
    address_before_confirmed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    certificate_name: Mapped[str | None] = mapped_column(String(200))
    is_medical: Mapped[bool | None]
    profession: Mapped[str | None] = mapped_column(String(120))
    registration_number: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(40))
    """As `app.kit.phone_numbers` writes it."""
    emergency_name: Mapped[str | None] = mapped_column(String(200))
    emergency_phone: Mapped[str | None] = mapped_column(String(40))
    emergency_relation: Mapped[str | None] = mapped_column(String(60))
    access_needs_sealed: Mapped[Sealed | None]
    """What helps them to take part: data about health, sealed for this person."""
    plain_access_needs: Mapped[None] = mapped_column("access_needs", Text, nullable=True)
    """Where access needs were before they were sealed. It stays, empty, for versions that still read it."""
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    language: Mapped[str | None] = mapped_column(String(35))
    """The tag of the language they chose, or None: as their browser asks. It may be one that is no longer
    spoken here; `app.languages` passes over it then."""
    search_text: Mapped[str | None] = mapped_column(ByteOrderedText)
    """What searches look through (app/db/search_texts.py). None until the worker has written it, if an older
    version wrote the row."""
    sort_key: Mapped[str | None] = mapped_column(ByteOrderedText)
    """What lists sort by, made of the name."""
    life_support_until: Mapped[date | None]
    """The last day of the current proof of basic life support, or None if none was seen."""
    second_factor_since: Mapped[datetime | None]
    """When they set up their first second factor, or None. Repeats information from the factors'
    tables (`app.accounts.factors`), so that no page needs a further statement."""
    emptied_at: Mapped[datetime | None]
    """When the personal data were deleted, some time after the account was closed. The account
    cannot be opened again. The name stays as long as a certificate or a signed report needs it."""

    @property
    def has_access_needs(self) -> bool:
        return self.access_needs_sealed is not None

    def confirm_address(self, now: datetime) -> None:
        """Note that the owner of the address has proved that it is theirs."""
        self.confirmed_at = now
        self.address_before = self.address_before_confirmed_at = None

    @property
    def contact(self) -> ContactDetails:
        return ContactDetails(
            self.phone, self.emergency_name, self.emergency_phone, self.emergency_relation
        )

    @property
    def roles(self) -> frozenset[Role]:
        return roles_held(
            is_student=self.is_student,
            is_instructor=self.is_instructor,
            is_admin=self.is_admin,
        )

    def to_actor(self, sign_in_id: SignInId | None = None) -> Actor:
        return Actor(
            user_id=self.id,
            name=self.name,
            roles=self.roles,
            email=self.email,
            sign_in_id=sign_in_id,
            confirmed=self.confirmed_at is not None,
            theme=self.theme,
            language=self.language,
            life_support_until=self.life_support_until,
            has_certificate_name=bool(self.certificate_name),
            second_factor=self.second_factor_since is not None,
        )


class SignIn(Base):
    """A browser that is signed in. Only the SHA-256 of its token is stored. `ended_at` is set when
    it has expired, so that it stays ended if the clock is set back. The row is kept for a while, to
    know whose it was."""

    __tablename__ = "sign_ins"

    id: Mapped[SignInId] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    idle_ends_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    proved_at: Mapped[datetime]
    second_factor_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(200))
    network: Mapped[str] = mapped_column(String(60))
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token for the API; only its hash is stored. `name` says what it is for; it is None
    for tokens made before they had names. `last_used_at` is exact to a day."""

    __tablename__ = "api_tokens"

    id: Mapped[EventId] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    ends_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class KnownNetwork(Base):
    """A network from which a person has recently signed in. `network` is a keyed digest that
    differs for each person; the address itself is not stored."""

    __tablename__ = "known_networks"

    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True)
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class KeptFormRow(Base):
    """A stored form that was sent after its sender's sign-in had ended; `sealed` is its encrypted
    content."""

    __tablename__ = "kept_forms"
    __table_args__ = (
        Index("ix_kept_forms_user_id", "user_id", "created_at"),
        Index("ix_kept_forms_ends_at", "ends_at"),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class MailedLink(Base):
    """A link sent by mail: to confirm an address, reset a password, or accept an invitation.

    The token in the mail consists of this row's id and a signature, so no secret is stored.
    """

    __tablename__ = "mailed_links"

    id: Mapped[EventId] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Group(Base):
    """A cohort of students with its instructors."""

    __tablename__ = "groups"

    id: Mapped[GroupId] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class GroupMember(Base):
    """A person in a group: a student who learns in it or an instructor who looks after it."""

    __tablename__ = "group_members"
    __table_args__ = (CheckConstraint("role IN ('student', 'instructor')", name="role"),)

    group_id: Mapped[GroupId] = mapped_column(ForeignKey("groups.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    joined_at: Mapped[datetime]


class LifeSupportProof(Base):
    """A proof of basic life support that an admin has seen. At most one proof of a person counts:
    the one that has not ended. A newer proof or a withdrawal ends it, with a reason."""

    __tablename__ = "life_support_proofs"
    __table_args__ = (
        CheckConstraint("expires_on > passed_on", name="expires_after_passing"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name="ended_whole",
        ),
        Index(
            "uq_life_support_proofs_live",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_life_support_proofs_user_id", "user_id"),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    passed_on: Mapped[date]
    expires_on: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(200))
    seen_at: Mapped[datetime]
    seen_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    end_reason: Mapped[str | None] = mapped_column(Text)
