"""The words of every refusal about intakes and places, once. Other tests look at reasons and values."""

from app.enrolments import errors, reasons
from tests.make.refusal_words import words_of_refusals

SAID = {
    "enrolments.errors.EnrolmentRefused": "This place cannot be changed so",
    "enrolments.errors.PlacesRefused": "This cannot be done now",
    "enrolments.errors.OtherNames": "This cannot be done now",
    "enrolments.errors.OtherPlaces": "This cannot be done now",
    "enrolments.errors.CourseHidingRefused": "This course stays as it is",
    "enrolments.errors.IntakeInvalid": "There is a problem with what you entered",
    "enrolments.errors.PaymentsRefused": "No payment was recorded",
    "enrolments.reasons.address_unconfirmed": (
        "Your e-mail address is not confirmed yet. Open the link in the mail we sent you when "
        "you made your account, then come back."
    ),
    "enrolments.reasons.already_requested": (
        "You have already asked for a place in this intake. You need do nothing more: we "
        "write to you when it is confirmed."
    ),
    "enrolments.reasons.already_confirmed": (
        "You already have a place in this intake. Open Learn to begin or go on."
    ),
    "enrolments.reasons.already_waiting": (
        "You are already on the waiting list of this intake. Your position is on the page of "
        "your places."
    ),
    "enrolments.reasons.not_open_yet": (
        "Reservations for this intake have not opened yet. Come back on the day they open."
    ),
    "enrolments.reasons.closed": (
        "Reservations for this intake have closed. Choose a later intake, or write to the academy."
    ),
    "enrolments.reasons.intake_draft": (
        "This intake is not published yet. Open it for reservations first."
    ),
    "enrolments.reasons.intake_cancelled": (
        "This intake was cancelled. Choose another intake of the course."
    ),
    "enrolments.reasons.already_open": (
        "This intake is open for reservations already. There is nothing more to do."
    ),
    "enrolments.reasons.not_requested": (
        "This request has already been decided. Look at its present state before you go on."
    ),
    "enrolments.reasons.ended": (
        "This place is not held any more. Make a new reservation if the person should have a place."
    ),
    "enrolments.reasons.started": (
        "This intake has started, so you cannot give up your place yourself. Write to the "
        "academy and it will see to it."
    ),
    "enrolments.reasons.too_few_places": (
        "There are not enough places left for everybody you named. Name fewer people, or say "
        "why the intake may run over its number of places."
    ),
    "enrolments.reasons.others_wait": (
        "Other people wait for a place in this intake. Say why the people you named go first."
    ),
    "enrolments.reasons.person_has_place": (
        "This person already has a confirmed place in this intake. Leave the person out."
    ),
    "enrolments.reasons.places_below_taken": (
        "More places are taken than you want to offer. Nobody loses a place: give more "
        "places, or say why the intake may run over."
    ),
    "enrolments.reasons.course_unpublished": (
        "There is no published course with this name. Publish the course first, or choose another."
    ),
    "enrolments.reasons.course_hidden": (
        "This course is hidden, so nobody new can ask for a place on it. Show it in the catalogue again "
        "first, under Courses."
    ),
    "enrolments.reasons.hidden_already": (
        "This course is hidden already. There is nothing more to do."
    ),
    "enrolments.reasons.shown_already": (
        "This course is in the catalogue already. There is nothing more to do."
    ),
    "enrolments.reasons.intake_takes_requests": (
        "An intake of this course takes requests now, or will. Change its closing time to one that has "
        "passed, or cancel the intake. Then hide the course."
    ),
    "enrolments.reasons.no_invoice": (
        "No invoice is recorded for this place. Record the number of the invoice first."
    ),
    "enrolments.reasons.nothing_to_undo": (
        "There is no decision here that can be undone. Look at the present state of the place "
        "before you go on."
    ),
    "enrolments.reasons.already_undone": (
        "This decision has been undone already. The request waits for a decision again."
    ),
    "enrolments.reasons.mail_has_left": (
        "The mail about this decision has left, so it cannot be undone any more. Cancel a "
        "confirmed place on the page of the person’s place; after a declined request, reserve a "
        "place for them or let them ask again."
    ),
    "enrolments.reasons.decided_anew": (
        "This place was changed again after the decision. Look at its present state before you "
        "go on."
    ),
    "enrolments.reasons.place_went_on": (
        "The place has gone on to somebody else in the meantime. Undo that decision first, or "
        "reserve a place with a reason."
    ),
    "enrolments.reasons.asked_again": (
        "This person has asked for a place again since the decision. Decide about the new request."
    ),
    "enrolments.reasons.holder_closed": (
        "The account of this person is closed, so their request stays declined. If they come after "
        "all, open the account and reserve a place."
    ),
    "enrolments.reasons.students_only": (
        "Only students ask for a place for themselves. As staff, reserve places for people on "
        "the intake's page."
    ),
    "enrolments.reasons.price_invoiced": (
        "An invoice is recorded for this place, so its price stays. Undo the invoice first, then "
        "change the price and record the new invoice."
    ),
    "enrolments.reasons.price_paid": (
        "A payment is recorded for this place, so its price stays. Undo the payment and then the "
        "invoice; after that you can change the price."
    ),
    "enrolments.reasons.already_paid": ("This invoice is recorded as paid already. Leave it out."),
    "enrolments.reasons.paid_before_invoice": (
        "The payment would be dated before its invoice. Enter the day of the invoice or a later one, or "
        "correct the day of the invoice first."
    ),
    "enrolments.reasons.invoiced_after_payment": (
        "The invoice would be dated after its payment. Enter the day of the payment or an earlier one, or "
        "correct the day of the payment first."
    ),
    "enrolments.reasons.no_payment": (
        "No payment is recorded for this place. There is nothing to undo; somebody may have undone "
        "it already."
    ),
    "enrolments.reasons.nothing_invoiced": (
        "No invoice is recorded for this place now. There is nothing to undo; somebody may have "
        "undone it already."
    ),
    "enrolments.reasons.invoice_paid": "This invoice is recorded as paid. Undo the payment first.",
    "enrolments.reasons.money_closed": (
        "This place has ended, so its invoice and payment stay as they were recorded. Pay back "
        "outside of this site what the person should have back. A new reservation for the person "
        "has a price and an invoice of its own."
    ),
    "enrolments.reasons.other_name": (
        "The account of this address has another name. Say that this person is meant, or correct the name or "
        "the address."
    ),
    "enrolments.reasons.other_place": (
        "This person has a place on the same course already, in another intake. Cancel that place first, or "
        "say that they are to have a second one."
    ),
    "enrolments.reasons.certificate_issued": (
        "The person holds the certificate of this course, and it rests on this place. Record the "
        "right number or day over the wrong one. To undo it all the same, revoke the certificate "
        "first."
    ),
    "enrolments.reasons.changed_meanwhile": (
        "Somebody recorded something else here after you opened the page. Look at what is recorded "
        "now, then decide again."
    ),
}


def test_the_words_of_every_refusal():
    assert words_of_refusals(errors, reasons) == SAID
