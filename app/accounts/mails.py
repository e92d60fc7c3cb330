"""Mails about signing in: to the address of an account, or to one that asked for an account."""

from datetime import datetime
from typing import ClassVar

from app.kit.ids import EventId
from app.kit.stored_documents import Document
from app.mail.kinds import AddressMail
from app.mail.values import Moment, Words


class AddressChangedMail(AddressMail):
    """To the old address of an account."""

    template: ClassVar[str] = "accounts/address-changed"


class AddressCorrectedMail(AddressMail):
    """To the old address of an account: the office corrected it."""

    template: ClassVar[str] = "accounts/address-corrected"


class AddressRestoredMail(AddressMail):
    """To the address that an account has again: the office took its correction back."""

    template: ClassVar[str] = "accounts/address-restored"


class DetailsCorrectedMail(AddressMail):
    """`changed` lists the labels of the details that the office corrected."""

    template: ClassVar[str] = "accounts/details-corrected"

    changed: Words


class AlreadyRegisteredMail(AddressMail):
    """Somebody asked for an account with an address that has one."""

    template: ClassVar[str] = "accounts/already-registered"


class ConfirmAddressMail(AddressMail):
    """`wanted` is the page to open afterwards, or empty."""

    template: ClassVar[str] = "accounts/confirm"

    link_id: EventId
    wanted: str


class NewAddressMail(AddressMail):
    """To the address that an account is to have."""

    template: ClassVar[str] = "accounts/new-address"

    link_id: EventId


class InvitationMail(AddressMail):
    """To a person for whom an admin made an account."""

    template: ClassVar[str] = "accounts/invitation"

    name: str
    inviter: str
    link_id: EventId


class PasswordResetMail(AddressMail):
    """The link with which a new password is chosen."""

    template: ClassVar[str] = "accounts/reset"

    link_id: EventId


class PasswordChangedMail(AddressMail):
    """The password of the account was changed."""

    template: ClassVar[str] = "accounts/password-changed"


class SecondFactorAddedMail(AddressMail):
    """`kind` is the label of the second factor."""

    template: ClassVar[str] = "accounts/second-factor-added"

    kind: Words


class SecondFactorRemovedMail(AddressMail):
    """`kind` is the label of the second factor; `is_last` means that none is left."""

    template: ClassVar[str] = "accounts/second-factor-removed"

    kind: Words
    is_last: bool


class RecoveryCodesMadeMail(AddressMail):
    """New recovery codes take the place of the earlier ones."""

    template: ClassVar[str] = "accounts/recovery-codes-made"


class RecoveryCodeUsedMail(AddressMail):
    """`left` is the number of codes that are not used; `are_few` asks for new ones."""

    template: ClassVar[str] = "accounts/recovery-code-used"

    left: int
    are_few: bool


class FactorResetStartedMail(AddressMail):
    """`by` is the name of the admin; the link stops the reset."""

    template: ClassVar[str] = "accounts/factor-reset-started"

    link_id: EventId
    by: str
    due_at: Moment

    @classmethod
    def from_version_1(cls, words: Document) -> Document:
        return {**words, "due_at": datetime.fromisoformat(words["due_at"])}


class FactorResetStoppedMail(AddressMail):
    """The reset of the second factor was stopped."""

    template: ClassVar[str] = "accounts/factor-reset-stopped"


class FactorResetDoneMail(AddressMail):
    """The second factor was reset."""

    template: ClassVar[str] = "accounts/factor-reset-done"


class TokenMadeMail(AddressMail):
    """`name` is that of the token."""

    template: ClassVar[str] = "accounts/token-made"

    name: str
