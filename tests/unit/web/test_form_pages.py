"""What a stale form says, without a server."""

from app.kit.messages import msg
from app.kit.versions import Stale
from app.web.form_pages import compared

RECORDED = {
    "version": "new",
    "day": "7 December",
    "starts": "12:00",
    "ends": "18:00",
    "room": "Room 2",
}
SHOWN_IN = {"starts_at": ("day", "starts"), "ends_at": ("ends",)}


def test_what_was_changed_is_said_in_the_order_of_the_form():
    typed = {**RECORDED, "day": "14 December", "starts": "10:00", "ends": "17:00", "room": "Room 1"}
    stale = Stale(["ends_at", "room", "starts_at"], [])
    _, errors = compared(stale, typed, RECORDED, shown_in=SHOWN_IN, options={})
    assert list(errors) == ["form", "day", "starts", "ends", "room"]


def test_a_field_that_the_form_does_not_show_comes_last():
    stale = Stale(["note", "room"], [])
    _, errors = compared(
        stale, {"room": "Room 1", "note": "Keys"}, RECORDED, shown_in={}, options={}
    )
    assert list(errors) == ["form", "room", "note"]


def test_what_is_on_record_is_named_by_the_labels_of_choices():
    options = {
        "days": [("mon", msg("Monday")), ("sat", msg("Saturday"))],
        "room": [("1", "Room 1")],
    }
    recorded = {"version": "new", "days": ["sat", "mon"], "room": "1"}
    stale = Stale(["days", "room"], ["room"])
    typed = {"days": "", "room": ""}
    values, errors = compared(stale, typed, recorded, shown_in={}, options=options)
    assert str(errors["days"]) == (
        "Changed in the meantime to “Monday, Saturday”. You have nothing."
    )
    assert str(errors["room"]) == "Changed in the meantime to “Room 1”. This form has it now."
    assert values == {"version": "new", "days": "", "room": "1"}
