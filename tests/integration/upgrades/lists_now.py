"""What makes the words of the lists of the office that read differently from top to bottom."""

import re
from collections.abc import Callable


def undelivered_now(_: re.Match[str]) -> str:
    """Return the list of what was given up as it reads now."""
    subject = "We have your request: Foundation course in facial mesotherapy, October 2026 intake"
    mails = (
        ("Paolo Benedetti", "paolo. benedetti@", "01a22a2c-e962-7f8c-b880-eddeeb3c2a69"),
        ("Darius Petrauskas", "darius. petrauskas@", "01a22a2c-e96a-7cb5-abdf-51c4c9faacff"),
    )
    rows = "".join(
        f"Choose “{subject}” [event: {event}] {subject} Mail about a place on a course 550 No such mailbox. "
        f"{name} {address} demo. preceptor. example Tue 1 Dec 2026, 08:00 after 8 tries "
        f"Try again {subject} Dismiss {subject} "
        for name, address, event in mails
    )
    return (
        "Given up (2) Waits for another try (0) Dismissed (0) A mail that was given up is deleted by itself "
        "90 days later. Dismiss it when nobody needs it any more. Try the ticked again Dismiss the ticked "
        f"Try all again What was not delivered Choose What To Given up Action {rows}"
    )


def money_lines(price: str) -> Callable[[re.Match[str]], str]:
    """Return what makes the lines of a place at this price, without an invoice."""

    def lines(match: re.Match[str]) -> str:
        name = re.search(r"Decline Reason (.+?) reads this in a mail", match.string)
        return (
            f"{match['at']} Price £{price} Change the price Price for this person £ "
            f"[price: {price.replace(',', '')}] Reason for another price {name and name[1]} reads this in a "
            f"mail. Change the price Invoice Not recorded Record the invoice Invoice number "
            f"{match['number']}Date of the invoice (optional) Left empty, it is today. {match['day']} "
            f"Record the invoice Paid No payment recorded Record the invoice first."
        )

    return lines


ASKING = {
    "Parveen Chowdhury": "01a22a2d-084a-764f-a6fe-b356584b5a8a",
    "Giorgos Papadimitriou": "01a22a2d-3267-79a7-aebe-b3b4aede326d",
    "Rafael Monteiro": "01a22a2d-1499-71fe-884c-755aed18d5cf",
    "Sian Llewellyn-Okonkwo": "01a22a2d-14e6-758c-84b5-f617282c217f",
    "Mei Ling Cheung": "01a22a2d-15a2-716a-8391-6e6598a13548",
}
"""The requests that wait for a decision."""


def requests_now(match: re.Match[str]) -> str:
    """Return the list of requests of one intake with a box to tick for each."""
    rows, number = match["rows"], int(match["number"])
    for name, enrolment_id in ASKING.items():
        rows = re.sub(
            rf"{name}(?= [a-z])", f"Choose {name} [enrolment: {enrolment_id}] {name}", rows, count=1
        )
    tick = "" if number == 1 else f"Tick all {number} "
    return (
        f"To decide ({number}){match['tabs']}Confirm the ticked Decline the ticked… {tick}"
        f"Requests to decide, the oldest first Choose Name Asked Note Decide{rows}"
    )
