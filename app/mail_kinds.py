"""Every kind of mail of this installation. A feature names its kinds in its module `mails`."""

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from app.accounts import mails as accounts
from app.assessments import mails as assessments
from app.certificates import mails as certificates
from app.conversations import mails as conversations
from app.enquiries import mails as enquiries
from app.enrolments import mails as enrolments
from app.learning import mails as learning
from app.mail.kinds import MailKind, MailKinds
from app.operations import mails as operations
from app.practicals import mails as practicals
from app.quizzes import mails as quizzes
from app.rights import mails as rights

MODULES: Final = (
    accounts,
    assessments,
    certificates,
    conversations,
    enquiries,
    enrolments,
    learning,
    operations,
    practicals,
    quizzes,
    rights,
)


def kinds_in(module: ModuleType) -> Iterator[type[MailKind]]:
    """Yield the kinds that a module defines: its classes with a template of their own."""
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, MailKind) and "template" in vars(value):
            yield value


KINDS: Final = MailKinds(kind for module in MODULES for kind in kinds_in(module))
