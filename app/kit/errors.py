"""The six kinds of refusal. Features subclass a kind; only `web/errors.py` knows status numbers."""

from collections.abc import Mapping


class Refused(Exception):
    """A request is refused, with a message that the person can act on.

    `detail` says what is wrong and what to do. `fields` maps form field names to messages.
    `title` and `slug` are fixed per class: the slug names the problem type in the API.
    """

    title = "This was refused"
    slug = "refused"

    def __init__(
        self,
        detail: str,
        *,
        reason: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason
        self.fields = dict(fields or {})


class Invalid(Refused):
    """The input cannot be used as it is; `fields` says where."""

    title = "There is a problem with what you entered"
    slug = "invalid"


class Unauthenticated(Refused):
    """Nobody is signed in, or the sign-in has ended."""

    title = "Sign in to go on"
    slug = "unauthenticated"


class Forbidden(Refused):
    """The person may know of this but may not do it."""

    title = "You may not do this"
    slug = "forbidden"


class ProofNeeded(Forbidden):
    """The person may do it, but must first prove their identity again. An API token cannot do that."""

    title = "Prove that it is you"
    slug = "fresh-proof-needed"

    def __init__(self) -> None:
        super().__init__(
            "This needs your password, typed within the last 15 minutes. Type it on the page, then do "
            "this again. A token of the API cannot prove who holds it: use the page.",
            reason="fresh-proof-needed",
        )


class NotFound(Refused):
    """It does not exist, or this person may not know that it exists; both look the same."""

    title = "Page not found"
    slug = "not-found"

    def __init__(self, detail: str = "There is nothing at this address.", **rest: str) -> None:
        super().__init__(detail, reason=rest.get("reason"))


class Conflict(Refused):
    """The current state does not allow it."""

    title = "This cannot be done now"
    slug = "conflict"


class TooMany(Refused):
    """A limit was reached; `retry_after` is in seconds."""

    title = "Too many tries"
    slug = "too-many"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after
