"""The main navigation of each role."""

from dataclasses import dataclass

from app.accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    url: str
    icon: str
    current: bool


VISITOR = (
    ("Courses", "/courses", "book-open"),
    ("Dates", "/dates", "calendar-days"),
    ("Verify a certificate", "/verify", "badge-check"),
    ("Ask us", "/enquiry", "message-square"),
)
STUDENT = (
    ("Today", "/home", "house"),
    ("Learn", "/learn", "book-open"),
    ("Practical days", "/practicals", "calendar-days"),
    ("Certificates", "/certificates", "award"),
    ("Me", "/me", "circle-user-round"),
)
INSTRUCTOR = (
    ("My day", "/home", "house"),
    ("Practicals", "/teach/practicals", "calendar-days"),
    ("Groups", "/teach/groups", "users"),
    ("Results", "/results", "chart-column"),
    ("Me", "/me", "circle-user-round"),
)
ADMIN = (
    ("Overview", "/home", "house"),
    ("Intakes", "/admin/intakes", "ticket"),
    ("Practicals", "/admin/practicals", "calendar-days"),
    ("People", "/admin/people", "users"),
    ("Groups", "/admin/groups", "group"),
    ("Results", "/results", "chart-column"),
    ("Courses", "/admin/courses", "book-open"),
    ("Enquiries", "/admin/enquiries", "message-square"),
    ("Certificates", "/admin/certificates", "award"),
    ("Me", "/me", "circle-user-round"),
)


def navigation_for(actor: Actor | None, path: str) -> tuple[Item, ...]:
    """Return the entries for this person, in order, each address once; the longest address that
    begins the path is the current one."""
    entries: dict[str, tuple[str, str]] = {}
    if actor is None:
        entries = {url: (label, icon) for label, url, icon in VISITOR}
    else:
        for held, items in (
            (actor.is_admin, ADMIN),
            (actor.is_instructor, INSTRUCTOR),
            (actor.is_student, STUDENT),
        ):
            for label, url, icon in items if held else ():
                entries.setdefault(url, (label, icon))
        if (me := entries.pop("/me", None)) is not None:
            entries["/me"] = me
    matching = [url for url in entries if path == url or path.startswith(f"{url}/")]
    current = max(matching, key=len, default=None)
    return tuple(Item(label, url, icon, url == current) for url, (label, icon) in entries.items())
