"""Why something about an intake or a place is refused, in words that a person can act on."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.messages import Message, msg


class EnrolmentsReason(StrEnum):
    """Why something is refused. The values are part of the API."""

    address_unconfirmed = "address_unconfirmed"
    already_requested = "already_requested"
    already_confirmed = "already_confirmed"
    already_waiting = "already_waiting"
    not_open_yet = "not_open_yet"
    closed = "closed"
    intake_draft = "intake_draft"
    intake_cancelled = "intake_cancelled"
    already_open = "already_open"
    not_requested = "not_requested"
    ended = "ended"
    started = "started"
    too_few_places = "too_few_places"
    others_wait = "others_wait"
    person_has_place = "person_has_place"
    places_below_taken = "places_below_taken"
    course_unpublished = "course_unpublished"
    course_hidden = "course_hidden"
    hidden_already = "hidden_already"
    shown_already = "shown_already"
    intake_takes_requests = "intake_takes_requests"
    no_invoice = "no_invoice"
    students_only = "students_only"
    price_invoiced = "price_invoiced"
    price_paid = "price_paid"
    already_paid = "already_paid"
    paid_before_invoice = "paid_before_invoice"
    invoiced_after_payment = "invoiced_after_payment"
    no_payment = "no_payment"
    nothing_invoiced = "nothing_invoiced"
    invoice_paid = "invoice_paid"
    money_closed = "money_closed"
    certificate_issued = "certificate_issued"
    other_name = "other_name"
    other_place = "other_place"
    changed_meanwhile = "changed_meanwhile"
    nothing_to_undo = "nothing_to_undo"
    already_undone = "already_undone"
    mail_has_left = "mail_has_left"
    decided_anew = "decided_anew"
    place_went_on = "place_went_on"
    asked_again = "asked_again"
    holder_closed = "holder_closed"

    @property
    def refusal(self) -> Refusal:
        """The refusal for this reason: what is wrong, and what to do about it."""
        message, remedy = _WORDS[self]
        return Refusal(self.value, message, remedy)


_WORDS: Final[Mapping[EnrolmentsReason, tuple[Message, Message]]] = {
    EnrolmentsReason.students_only: (
        msg("Only students ask for a place for themselves."),
        msg("As staff, reserve places for people on the intake's page."),
    ),
    EnrolmentsReason.address_unconfirmed: (
        msg("Your e-mail address is not confirmed yet."),
        msg("Open the link in the mail we sent you when you made your account, then come back."),
    ),
    EnrolmentsReason.other_name: (
        msg("The account of this address has another name."),
        msg("Say that this person is meant, or correct the name or the address."),
    ),
    EnrolmentsReason.other_place: (
        msg("This person has a place on the same course already, in another intake."),
        msg("Cancel that place first, or say that they are to have a second one."),
    ),
    EnrolmentsReason.already_requested: (
        msg("You have already asked for a place in this intake."),
        msg("You need do nothing more: we write to you when it is confirmed."),
    ),
    EnrolmentsReason.already_confirmed: (
        msg("You already have a place in this intake."),
        msg("Open Learn to begin or go on."),
    ),
    EnrolmentsReason.already_waiting: (
        msg("You are already on the waiting list of this intake."),
        msg("Your position is on the page of your places."),
    ),
    EnrolmentsReason.not_open_yet: (
        msg("Reservations for this intake have not opened yet."),
        msg("Come back on the day they open."),
    ),
    EnrolmentsReason.closed: (
        msg("Reservations for this intake have closed."),
        msg("Choose a later intake, or write to the academy."),
    ),
    EnrolmentsReason.intake_draft: (
        msg("This intake is not published yet."),
        msg("Open it for reservations first."),
    ),
    EnrolmentsReason.intake_cancelled: (
        msg("This intake was cancelled."),
        msg("Choose another intake of the course."),
    ),
    EnrolmentsReason.already_open: (
        msg("This intake is open for reservations already."),
        msg("There is nothing more to do."),
    ),
    EnrolmentsReason.not_requested: (
        msg("This request has already been decided."),
        msg("Look at its present state before you go on."),
    ),
    EnrolmentsReason.ended: (
        msg("This place is not held any more."),
        msg("Make a new reservation if the person should have a place."),
    ),
    EnrolmentsReason.started: (
        msg("This intake has started, so you cannot give up your place yourself."),
        msg("Write to the academy and it will see to it."),
    ),
    EnrolmentsReason.too_few_places: (
        msg("There are not enough places left for everybody you named."),
        msg("Name fewer people, or say why the intake may run over its number of places."),
    ),
    EnrolmentsReason.others_wait: (
        msg("Other people wait for a place in this intake."),
        msg("Say why the people you named go first."),
    ),
    EnrolmentsReason.person_has_place: (
        msg("This person already has a confirmed place in this intake."),
        msg("Leave the person out."),
    ),
    EnrolmentsReason.places_below_taken: (
        msg("More places are taken than you want to offer."),
        msg("Nobody loses a place: give more places, or say why the intake may run over."),
    ),
    EnrolmentsReason.course_unpublished: (
        msg("There is no published course with this name."),
        msg("Publish the course first, or choose another."),
    ),
    EnrolmentsReason.course_hidden: (
        msg("This course is hidden, so nobody new can ask for a place on it."),
        msg("Show it in the catalogue again first, under Courses."),
    ),
    EnrolmentsReason.hidden_already: (
        msg("This course is hidden already."),
        msg("There is nothing more to do."),
    ),
    EnrolmentsReason.shown_already: (
        msg("This course is in the catalogue already."),
        msg("There is nothing more to do."),
    ),
    EnrolmentsReason.intake_takes_requests: (
        msg("An intake of this course takes requests now, or will."),
        msg(
            "Change its closing time to one that has passed, or cancel the intake. Then hide the course."
        ),
    ),
    EnrolmentsReason.nothing_to_undo: (
        msg("There is no decision here that can be undone."),
        msg("Look at the present state of the place before you go on."),
    ),
    EnrolmentsReason.already_undone: (
        msg("This decision has been undone already."),
        msg("The request waits for a decision again."),
    ),
    EnrolmentsReason.mail_has_left: (
        msg("The mail about this decision has left, so it cannot be undone any more."),
        msg(
            "Cancel a confirmed place on the page of the person’s place; after a declined request, reserve "
            "a place for them or let them ask again."
        ),
    ),
    EnrolmentsReason.decided_anew: (
        msg("This place was changed again after the decision."),
        msg("Look at its present state before you go on."),
    ),
    EnrolmentsReason.place_went_on: (
        msg("The place has gone on to somebody else in the meantime."),
        msg("Undo that decision first, or reserve a place with a reason."),
    ),
    EnrolmentsReason.asked_again: (
        msg("This person has asked for a place again since the decision."),
        msg("Decide about the new request."),
    ),
    EnrolmentsReason.holder_closed: (
        msg("The account of this person is closed, so their request stays declined."),
        msg("If they come after all, open the account and reserve a place."),
    ),
    EnrolmentsReason.no_invoice: (
        msg("No invoice is recorded for this place."),
        msg("Record the number of the invoice first."),
    ),
    EnrolmentsReason.price_invoiced: (
        msg("An invoice is recorded for this place, so its price stays."),
        msg("Undo the invoice first, then change the price and record the new invoice."),
    ),
    EnrolmentsReason.price_paid: (
        msg("A payment is recorded for this place, so its price stays."),
        msg("Undo the payment and then the invoice; after that you can change the price."),
    ),
    EnrolmentsReason.already_paid: (
        msg("This invoice is recorded as paid already."),
        msg("Leave it out."),
    ),
    EnrolmentsReason.paid_before_invoice: (
        msg("The payment would be dated before its invoice."),
        msg(
            "Enter the day of the invoice or a later one, or correct the day of the invoice first."
        ),
    ),
    EnrolmentsReason.invoiced_after_payment: (
        msg("The invoice would be dated after its payment."),
        msg(
            "Enter the day of the payment or an earlier one, or correct the day of the payment first."
        ),
    ),
    EnrolmentsReason.no_payment: (
        msg("No payment is recorded for this place."),
        msg("There is nothing to undo; somebody may have undone it already."),
    ),
    EnrolmentsReason.nothing_invoiced: (
        msg("No invoice is recorded for this place now."),
        msg("There is nothing to undo; somebody may have undone it already."),
    ),
    EnrolmentsReason.invoice_paid: (
        msg("This invoice is recorded as paid."),
        msg("Undo the payment first."),
    ),
    EnrolmentsReason.money_closed: (
        msg("This place has ended, so its invoice and payment stay as they were recorded."),
        msg(
            "Pay back outside of this site what the person should have back. A new reservation for the "
            "person has a price and an invoice of its own."
        ),
    ),
    EnrolmentsReason.certificate_issued: (
        msg("The person holds the certificate of this course, and it rests on this place."),
        msg(
            "Record the right number or day over the wrong one. To undo it all the same, revoke the "
            "certificate first."
        ),
    ),
    EnrolmentsReason.changed_meanwhile: (
        msg("Somebody recorded something else here after you opened the page."),
        msg("Look at what is recorded now, then decide again."),
    ),
}
