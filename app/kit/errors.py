"""The six kinds of refusal. Features subclass a kind; only `web/errors.py` knows status numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.kit.messages import Message, msg, sentences


@dataclass(frozen=True, slots=True)
class Link:
    """Where the remedy of a refusal is: a path of ours and the words of the link."""

    path: str
    label: Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is refused. Rules return it; a use-case raises it inside one of the exceptions below.

    `reason` is a stable word of the API. `message` says what is wrong, `remedy` what to do about it.
    """

    reason: str
    message: Message
    remedy: Message | None = None
    link: Link | None = None

    @property
    def words(self) -> Message:
        """The message and the remedy, one after the other."""
        return sentences(self.message, self.remedy)


class Refused(Exception):
    """A request is refused, with a message that the person can act on.

    `detail` says what is wrong and what to do; it may be given as a `Refusal`, which has a reason of its
    own. `fields` maps form field names to messages. `title` and `slug` are fixed per class: the slug names
    the problem type in the API.
    """

    title: Message = msg("This was refused")
    slug = "refused"

    def __init__(
        self,
        detail: Message | Refusal,
        *,
        reason: str | None = None,
        fields: Mapping[str, Message] | None = None,
    ) -> None:
        self.link: Link | None = None
        if isinstance(detail, Refusal):
            reason, self.link, detail = detail.reason, detail.link, detail.words
        super().__init__(detail)
        self.detail = detail
        self.reason = reason
        self.fields = dict(fields or {})


class Invalid(Refused):
    """The input cannot be used as it is; `fields` says where."""

    title = msg("There is a problem with what you entered")
    slug = "invalid"


class Unauthenticated(Refused):
    """Nobody is signed in, or the sign-in has ended."""

    title = msg("Sign in to go on")
    slug = "unauthenticated"


class Forbidden(Refused):
    """The person may know of this but may not do it."""

    title = msg("You may not do this")
    slug = "forbidden"


class ProofNeeded(Forbidden):
    """The person may do it, but must first prove their identity again. An API token cannot do that."""

    title = msg("Prove that it is you")
    slug = "fresh-proof-needed"

    def __init__(self) -> None:
        super().__init__(
            msg(
                "This needs your password, typed within the last 15 minutes. Type it on the page, then do "
                "this again. A token of the API cannot prove who holds it: use the page."
            ),
            reason="fresh-proof-needed",
        )


NOTHING_HERE: Final = msg("There is nothing at this address.")


class NotFound(Refused):
    """It does not exist, or this person may not know that it exists; both look the same."""

    title = msg("Page not found")
    slug = "not-found"

    def __init__(self, detail: Message | None = None, **rest: str) -> None:
        super().__init__(detail or NOTHING_HERE, reason=rest.get("reason"))


class Conflict(Refused):
    """The current state does not allow it."""

    title = msg("This cannot be done now")
    slug = "conflict"


class TooMany(Refused):
    """A limit was reached; `retry_after` is in seconds."""

    title = msg("Too many tries")
    slug = "too-many"

    def __init__(self, detail: Message, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
