"""Use-cases that change practicals and places. Called by pages, the API and jobs alike."""

from app.practicals.service.access_needs import read_needs_of_roster
from app.practicals.service.attendance import mark_attendance, mark_everybody_present
from app.practicals.service.cancellation import cancel_practical
from app.practicals.service.changing import change_practical
from app.practicals.service.closing import close_waiting_list
from app.practicals.service.contacts import read_contacts_of_roster
from app.practicals.service.group_reservation import reserve_with_practical
from app.practicals.service.holds import extend_hold, hold_seat, release_hold
from app.practicals.service.moving import move_person
from app.practicals.service.offers import accept_offer, decline_offer, settle_practical
from app.practicals.service.planning import make_practical, publish_practical
from app.practicals.service.rebooking import rebook
from app.practicals.service.reminding import send_reminder
from app.practicals.service.seats import book_seat, cancel_seat, reserve_seat, take_seat_away
from app.practicals.service.series import publish_series
from app.practicals.service.waiting_list import (
    join_waiting_list,
    leave_waiting_list,
    promote_everywhere,
    promote_person,
)

__all__ = (
    "accept_offer",
    "book_seat",
    "cancel_practical",
    "cancel_seat",
    "change_practical",
    "close_waiting_list",
    "decline_offer",
    "extend_hold",
    "hold_seat",
    "join_waiting_list",
    "leave_waiting_list",
    "make_practical",
    "mark_attendance",
    "mark_everybody_present",
    "move_person",
    "promote_everywhere",
    "promote_person",
    "publish_practical",
    "publish_series",
    "read_contacts_of_roster",
    "read_needs_of_roster",
    "rebook",
    "release_hold",
    "reserve_seat",
    "reserve_with_practical",
    "send_reminder",
    "settle_practical",
    "take_seat_away",
)
