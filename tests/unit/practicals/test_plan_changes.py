"""What the audit trail holds of a change of a practical day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange, PersonRef
from app.kit.ids import UserId, new_uuid
from app.practicals.steps.plan_changes import plan_changes

ANN, BEN = UserId(new_uuid()), UserId(new_uuid())
START = datetime(2026, 12, 8, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
PLAN = {
    "intake_id": None,
    "starts_at": START,
    "ends_at": START + 6 * HOUR,
    "zone": "Europe/London",
    "room": "Room 1",
    "capacity": 4,
    "booking_opens_at": START - 200 * HOUR,
    "booking_closes_at": START - 24 * HOUR,
    "cancel_until": START - 48 * HOUR,
    "note": None,
    "instructors": (ANN,),
}


def test_a_plan_that_stayed_has_no_changes():
    assert plan_changes(PLAN, {**PLAN, "instructors": frozenset({ANN})}) == ()


def test_each_field_that_changed_is_named_with_both_values():
    after = {**PLAN, "room": "Room 2", "capacity": 6, "note": "By the stairs"}
    assert plan_changes(PLAN, after) == (
        FieldChange(ChangedField.room, "Room 1", "Room 2"),
        FieldChange(ChangedField.capacity, 4, 6),
        FieldChange(ChangedField.note, None, "By the stairs"),
    )


def test_people_are_named_by_their_ids():
    (change,) = plan_changes(PLAN, {**PLAN, "instructors": frozenset({ANN, BEN})})
    both = tuple(PersonRef(user_id) for user_id in sorted((ANN, BEN)))
    assert change == FieldChange(ChangedField.instructors, (PersonRef(ANN),), both)


def test_a_moment_is_that_of_the_clock_at_the_venue():
    after = {**PLAN, "zone": "Europe/Berlin", "starts_at": START + HOUR}
    start, zone = plan_changes(PLAN, after)
    assert (start.field, zone.field) == (ChangedField.starts_at, ChangedField.zone)
    assert (start.old, start.new) == (START, START + HOUR)
    assert start.new is not None
    assert start.new.tzinfo == BERLIN
