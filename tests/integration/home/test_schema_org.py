"""What search engines are told keeps to the vocabulary of schema.org, and to facts of the page."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from lxml import html

from tests.make import NOW
from tests.make.places import an_intake
from tests.make.practicals import a_practical, the_course

THING = {"name", "description", "url"}
EVENT = {
    *THING,
    *(
        "startDate",
        "endDate",
        "eventStatus",
        "eventAttendanceMode",
        "location",
        "organizer",
        "offers",
    ),
    *("maximumAttendeeCapacity", "remainingAttendeeCapacity"),
}
# The properties of schema.org that we use, by type; an unknown one is silently dropped by its readers.
VOCABULARY = {
    "EducationalOrganization": THING,
    "Course": {
        *THING,
        *("provider", "inLanguage", "timeRequired", "coursePrerequisites", "teaches", "offers"),
        "hasCourseInstance",
    },
    "CourseInstance": {*EVENT, "courseMode", "courseWorkload"},
    "EducationEvent": EVENT,
    "Offer": {
        *THING,
        *("category", "price", "priceCurrency", "availability", "validFrom", "validThrough"),
    },
    "Place": {"name", "address"},
    "VirtualLocation": {"url"},
}
# What search engines demand before they show anything of it.
DEMANDED = {
    "Course": {"name", "description", "provider", "hasCourseInstance", "offers"},
    "CourseInstance": {"courseMode", "courseWorkload"},
    "EducationEvent": {"name", "startDate", "location", "eventAttendanceMode", "eventStatus"},
    "Offer": {"category", "price", "priceCurrency", "availability"},
}
TERMS = {
    "eventStatus": {"EventScheduled"},
    "eventAttendanceMode": {"OnlineEventAttendanceMode", "OfflineEventAttendanceMode"},
    "availability": {"InStock", "SoldOut", "PreSale", "Discontinued"},
}


@pytest.fixture
def published(database):
    with database.write() as db:
        the_course(db)
        an_intake(db, title="Evening", places=8)
        an_intake(
            db, title="Later", opens_at=NOW + timedelta(days=2), closes_at=NOW + timedelta(days=9)
        )
        a_practical(db, capacity=4, taken=4)


def parts(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every typed node of a document."""
    if isinstance(node, dict):
        if "@type" in node:
            yield node
        for value in node.values():
            yield from parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts(value)


def document_of(response) -> dict[str, Any]:
    (block,) = html.document_fromstring(response.text).xpath(
        "//script[@type='application/ld+json']"
    )
    document: dict[str, Any] = json.loads(block.text)
    assert document["@context"] == "https://schema.org"
    return document


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("/", {"EducationalOrganization"}),
        ("/courses/small-course", {"Course", "CourseInstance", "Offer", "EducationalOrganization"}),
        ("/dates", {"EducationEvent", "Offer", "Place", "VirtualLocation"}),
    ],
)
def test_every_property_is_one_of_its_type(client, published, path, kinds):
    nodes = list(parts(document_of(client.get(path))))
    assert kinds <= {node["@type"] for node in nodes}
    for node in nodes:
        names = {name for name in node if not name.startswith("@")}
        assert names <= VOCABULARY[node["@type"]], node
        assert DEMANDED.get(node["@type"], set()) <= names, node
        for name, value in node.items():
            assert value not in ("", None, []), (name, node)


@pytest.mark.parametrize("path", ["/courses/small-course", "/dates"])
def test_every_value_is_written_as_its_property_wants_it(client, published, path):
    for node in parts(document_of(client.get(path))):
        for name, terms in TERMS.items():
            if name in node:
                context, _, term = node[name].rpartition("/")
                assert (context, term in terms) == ("https://schema.org", True), node[name]
        for name in ("startDate", "endDate", "validFrom", "validThrough"):
            if name in node:
                written = node[name]
                # A day, or a moment that says its offset.
                assert (
                    date.fromisoformat(written)
                    if len(written) == 10
                    else (datetime.fromisoformat(written).utcoffset() is not None)
                )
        for name in ("timeRequired", "courseWorkload"):
            if name in node:
                assert re.fullmatch(r"PT\d+H", node[name])
        if "price" in node:
            assert re.fullmatch(r"\d+\.\d\d", node["price"])
        if "url" in node:
            assert node["url"].startswith("http://testserver/")


def test_a_start_is_online_and_a_practical_day_is_in_its_room(client, published):
    events = document_of(client.get("/dates"))["@graph"]
    where = {
        event["eventAttendanceMode"].rpartition("/")[2]: event["location"]["@type"]
        for event in events
    }
    assert where == {
        "OnlineEventAttendanceMode": "VirtualLocation",
        "OfflineEventAttendanceMode": "Place",
    }
    (day,) = [event for event in events if event["location"]["@type"] == "Place"]
    assert (day["maximumAttendeeCapacity"], day["remainingAttendeeCapacity"]) == (4, 0)
    assert events[0]["offers"]["availability"].endswith("/InStock")


def test_a_course_without_an_intake_makes_no_offer(client, database):
    with database.write() as db:
        the_course(db)
    document = document_of(client.get("/courses/small-course"))
    assert document["@type"] == "Course"
    assert "offers" not in document
    assert "hasCourseInstance" not in document
