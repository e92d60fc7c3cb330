"""The main navigation of each role. It lists addresses of features, so `main` hands it to the web."""

from app.kit.actor import Actor, Role
from app.kit.messages import Message, msg
from app.web.application import NavigationItem

VISITOR = (
    (msg("Courses"), "/courses", "book-open"),
    (msg("Dates"), "/dates", "calendar-days"),
    (msg("Verify a certificate"), "/verify", "badge-check"),
    (msg("Ask us"), "/enquiry", "message-square"),
)
STUDENT = (
    (msg("Today"), "/home", "house"),
    (msg("Learn"), "/learn", "book-open"),
    (msg("Practice"), "/practicals", "calendar-days"),
    (msg("Certificate"), "/certificates", "award"),
    (msg("Me"), "/me", "circle-user-round"),
)
INSTRUCTOR = (
    (msg("My day"), "/home", "house"),
    (msg("Practicals"), "/teach/practicals", "calendar-days"),
    (msg("Questions"), "/teach/questions", "messages-square"),
    (msg("Groups"), "/teach/groups", "users"),
    (msg("Results"), "/results", "chart-column"),
    (msg("Courses"), "/teach/courses", "book-open"),
    (msg("Me"), "/me", "circle-user-round"),
)
ADMIN = (
    (msg("Overview"), "/home", "house"),
    (msg("Intakes"), "/admin/intakes", "ticket"),
    (msg("Invoices"), "/admin/invoices", "wallet"),
    (msg("Practicals"), "/admin/practicals", "calendar-days"),
    (msg("People"), "/admin/people", "users"),
    (msg("Groups"), "/admin/groups", "group"),
    (msg("Results"), "/results", "chart-column"),
    (msg("Courses"), "/admin/courses", "book-open"),
    (msg("Questions"), "/teach/questions", "messages-square"),
    (msg("Enquiries"), "/admin/enquiries", "message-square"),
    (msg("Certificates"), "/admin/certificates", "award"),
    (msg("History"), "/admin/audit", "history"),
    (msg("Me"), "/me", "circle-user-round"),
)
ENROLLING = ((msg("Second factor"), "/me/second-factor", "shield-check"),)
"""For staff who must first set up a second factor; they have no roles until then."""
# Pages that no entry leads to, and the entries they belong under: a role that has the entry sees it marked.
BELONGS = (
    ("/admin/checklists", "/admin/practicals"),
    ("/admin/enrolments", "/admin/intakes"),
    ("/admin/exceptions", "/results"),
    ("/admin/life-support", "/admin/practicals"),
    ("/admin/questions", "/teach/questions"),
    ("/admin/requests", "/admin/intakes"),
    ("/attempts", "/learn"),
    ("/enrolments", "/learn"),
    ("/notices", "/me"),
    ("/questions", "/learn"),
    ("/reports", "/admin/practicals"),
    ("/reports", "/practicals"),
    ("/reports", "/teach/practicals"),
    ("/teach/courses", "/admin/courses"),
)


def navigation_for(actor: Actor | None, path: str) -> tuple[NavigationItem, ...]:
    """Return the entries for this person, in order, each address once; the longest address that
    begins the path is the current one, or that of the entry it belongs under."""
    roles = None if actor is None else actor.roles
    entries = _entries(roles)
    matching = [url for url in entries if _is_under(path, url)]
    matching += [url for start, url in BELONGS if url in entries and _is_under(path, start)]
    return _items(roles, max(matching, key=len, default=None))


def _is_under(path: str, url: str) -> bool:
    return path == url or path.startswith(f"{url}/")


def _items(roles: frozenset[Role] | None, current: str | None) -> tuple[NavigationItem, ...]:
    return tuple(
        NavigationItem(label, url, icon, url == current)
        for url, (label, icon) in _entries(roles).items()
    )


def _entries(roles: frozenset[Role] | None) -> dict[str, tuple[Message, str]]:
    """Return label and icon by address. If `roles` is None, the person is a visitor."""
    if roles is None:
        return {url: (label, icon) for label, url, icon in VISITOR}
    if not roles:
        return {url: (label, icon) for label, url, icon in ENROLLING}
    entries: dict[str, tuple[Message, str]] = {}
    for role, items in (
        (Role.admin, ADMIN),
        (Role.instructor, INSTRUCTOR),
        (Role.student, STUDENT),
    ):
        for label, url, icon in items if role in roles else ():
            entries.setdefault(url, (label, icon))
    if (me := entries.pop("/me", None)) is not None:
        entries["/me"] = me
    return entries
