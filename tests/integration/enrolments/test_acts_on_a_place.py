"""T29: on the page of a place, the heading, the button and what is said after the act are of one act."""

import pytest
from lxml import html

from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from tests.make.enrolments import an_enrolment
from tests.make.learning import a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake

State = EnrolmentState


@pytest.mark.parametrize(
    ("before", "section", "act", "address", "after", "said"),
    [
        (
            *(State.confirmed, "take-away", "Take the place away", "cancel", State.cancelled),
            "The place is taken away, with all that depended on it.",
        ),
        (
            *(State.requested, "decline", "Decline the request", "decline", State.declined),
            "The request is declined.",
        ),
        (
            *(State.waiting, "decline", "Take off the waiting list", "decline", State.declined),
            "The person is taken off the waiting list.",
        ),
    ],
)
def test_heading_button_and_act_agree(
    database, as_person, before, section, act, address, after, said
):
    with database.write() as db:
        published = a_published_course(db)
        office = a_user(db, "Olga Office", roles=("admin",))
        place = an_enrolment(db, an_intake(db), a_user(db, "Ann Ames"), before, published=published)
    browser, path = as_person(office), f"/admin/enrolments/{place}"
    (shown,) = in_section(browser.get(path), section)
    assert [texts(shown, kind) for kind in (".//h2", ".//*[contains(@class, 'button')]")] == [
        [act],
        [act],
    ]
    (way,) = shown.xpath(".//form/@action | .//a/@href")
    assert way == f"{path}/{address}"
    if before is State.confirmed:
        cancelling = html.fromstring(browser.get(way).text)
        assert texts(cancelling, "//h1") == ["Take the place of Ann Ames away"]
        assert texts(cancelling, f"//form[@action='{way}']//button") == [act]
    done = browser.post(way, data={"reason": "They asked by phone"})
    assert done.status_code == 303
    page = html.fromstring(browser.get(path).text)
    assert texts(page, "//*[@role='status']")[0].startswith(said)
    with database.read() as db:
        assert db.get_one(Enrolment, place).state is after
    assert in_section(browser.get(path), section) == []


def in_section(response, heading: str) -> list[html.HtmlElement]:
    return html.fromstring(response.text).xpath(f"//section[@aria-labelledby='{heading}']")


def texts(part: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(each.text_content().split()) for each in part.xpath(path)]
