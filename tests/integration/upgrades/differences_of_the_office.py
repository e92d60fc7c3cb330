"""What reads differently in the lists and money of the office."""

from tests.integration.upgrades.differences import Difference
from tests.integration.upgrades.lists_now import money_lines, requests_now, undelivered_now

REQUESTS = "requests are decided where they stand, several at once"
MONEY = "a place has a price of its own, and its price, invoice and payment stand in one line each"
UNDELIVERED = "what is undelivered stands in three lists, and is dismissed without being deleted"
LATE_REQUEST = "01a22a2d-3267-79a7-aebe-b3b4aede326d"
"""A request for an intake at another price."""
WITHOUT_INVOICE = (
    r"(?P<at>\d\d:\d\d) Invoice Not recorded Paid No payment recorded Invoice Invoice number "
    r"(?P<number>.*?)Date of the invoice (?P<day>\[invoiced_on: [^\]]*\]) Record the invoice"
)

IN_THE_OFFICE: tuple[Difference, ...] = (
    Difference(
        REQUESTS, r"/admin/intakes(\?.*)?", r"(?<=Make an intake )", "Requests of all intakes "
    ),
    Difference(
        REQUESTS,
        r"/admin/intakes/[\w-]+(\?.*)?",
        r"To decide \((?P<number>\d+)\)(?P<tabs>.*?)Requests to decide, the oldest first "
        r"Name Asked Note Decide(?P<rows>.*?)(?=Download as CSV)",
        requests_now,
    ),
    *(
        Difference(
            MONEY,
            f"/admin/intakes/{intake}/edit",
            r"Price £ \[price:",
            f"Price A new price is for new requests only: {who}. £ [price:",
        )
        for intake, who in (
            ("01a22a2c-f82e-733d-9cbb-675521f83d6b", "7 people keep £1,450"),
            ("01a22a2c-f9fa-7a42-b43b-da85777ea108", "4 people keep £1,450"),
            ("01a22a2d-3260-7439-b1c9-55ce61db61cf", "1 person keeps £1,510"),
        )
    ),
    Difference(
        MONEY,
        rf"/admin/enrolments/(?!{LATE_REQUEST})[\w-]+",
        WITHOUT_INVOICE,
        money_lines("1,450"),
    ),
    Difference(MONEY, f"/admin/enrolments/{LATE_REQUEST}", WITHOUT_INVOICE, money_lines("1,510")),
    Difference(
        "admins hide a course",
        r"/admin/courses",
        r"(?<=Foundation course in facial mesotherapy )(?=8 modules)",
        "In the catalogue Read its lessons, quizzes and checklists : Foundation course in facial mesotherapy "
        "Hide it : Foundation course in facial mesotherapy ",
    ),
    Difference(
        "an apostrophe is printed as one",
        r"/admin/courses",
        r"the course's files",
        "the course’s files",
    ),
    Difference(UNDELIVERED, "/privacy", " or when an admin dismisses it,", ""),
    Difference(
        UNDELIVERED,
        r"/admin/outbox",
        r"(?<=, 08:59 )Given up A mail that .*?(?=Preceptor Academy Courses)",
        undelivered_now,
    ),
    Difference(
        UNDELIVERED,
        r"/admin/outbox/[\w-]+/dismiss",
        "200 Dismiss a mail",
        "404 Page not found",
    ),
    Difference(
        UNDELIVERED,
        r"/admin/outbox/[\w-]+/dismiss",
        r"Undelivered Dismiss this mail\?.*?(?=Preceptor Academy Courses)",
        "Page not found There is nothing at this address. Check the address for a missing letter. The page "
        "may also have moved, or be for somebody else’s account. Go to Overview Ask us ",
    ),
)
