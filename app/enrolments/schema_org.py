"""A course and its intakes as schema.org data for search engines. It contains only what the page
shows."""

from collections.abc import Iterable
from typing import Any

from app.courses.domain.delivery import Course
from app.enrolments.queries import Offer
from app.enrolments.reasons import EnrolmentsReason
from app.kit.academy import Academy
from app.kit.currency import Currency

CONTEXT = "https://schema.org"


def organisation(academy: Academy, base_url: str) -> dict[str, Any]:
    return {"@type": "EducationalOrganization", "name": academy.name, "url": f"{base_url}/"}


def course_document(
    course: Course, offers: Iterable[Offer], *, language: str, academy: Academy, base_url: str
) -> dict[str, Any]:
    """Return the course with an instance and an offer for each intake. `language` is that of the course."""
    address = f"{base_url}/courses/{course.key}"
    shown_offers = tuple(offers)
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "@type": "Course",
        "name": course.title,
        "description": course.summary,
        "url": address,
        "provider": organisation(academy, base_url),
        "inLanguage": language,
        "timeRequired": f"PT{course.hours}H",
        "coursePrerequisites": list(course.entry_rules),
        "teaches": list(course.outcomes),
    }
    if shown_offers:
        document["hasCourseInstance"] = [
            {
                "@type": "CourseInstance",
                "name": offer.title,
                "courseMode": "Blended",
                "startDate": offer.starts_on.isoformat(),
                "courseWorkload": f"PT{course.hours}H",
                "maximumAttendeeCapacity": offer.places,
            }
            for offer in shown_offers
        ]
        document["offers"] = [
            offer_document(offer, address, academy.currency) for offer in shown_offers
        ]
    return document


def offer_document(offer: Offer, address: str, currency: Currency) -> dict[str, Any]:
    """Return the price of an intake and whether a place can be requested."""
    return {
        "@type": "Offer",
        "name": offer.title,
        "category": "Paid",
        "price": currency.exact(offer.price_pence),
        "priceCurrency": currency.code,
        "availability": f"{CONTEXT}/{_availability(offer)}",
        "validFrom": offer.opens_at.isoformat(),
        "validThrough": offer.closes_at.isoformat(),
        "url": f"{address}/reserve/{offer.intake_id}",
    }


def start_event(offer: Offer, title: str, *, academy: Academy, base_url: str) -> dict[str, Any]:
    """Return the start of an intake as an event; it begins online, on this site."""
    address = f"{base_url}/courses/{offer.course_key}"
    return {
        "@type": "EducationEvent",
        "name": f"{title}: {offer.title}",
        "startDate": offer.starts_on.isoformat(),
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": address},
        "organizer": organisation(academy, base_url),
        "maximumAttendeeCapacity": offer.places,
        "remainingAttendeeCapacity": offer.places_left,
        "offers": offer_document(offer, address, academy.currency),
        "url": address,
    }


def _availability(offer: Offer) -> str:
    if offer.refusal and offer.refusal.reason == EnrolmentsReason.not_open_yet:
        return "PreSale"
    return "InStock" if offer.places_left else "SoldOut"
