"""The sentences of acts on seats that are held, offered, named, passed on or moved."""

from typing import Final

from app.audit.act_sentence import ActSentence, act_text
from app.kit.messages import msg

ABOUT_SEATS: Final[dict[str, ActSentence]] = {
    "practicals.accepted": ActSentence(
        msg("Offered place accepted"),
        act_text("{actor} accepted the offered place on {thing} for {person}."),
        by_self=act_text("{person} accepted the offered place on {thing}."),
    ),
    "practicals.accepted_late": ActSentence(
        msg("Offered place accepted late"),
        act_text(
            "{actor} accepted the offered place on {thing} for {person} after its time was over; it was "
            "still free."
        ),
        by_self=act_text(
            "{person} accepted the offered place on {thing} after its time was over; it was still free."
        ),
    ),
    "practicals.declined": ActSentence(
        msg("Offered place declined"),
        act_text("{actor} declined the offered place on {thing} for {person}."),
        by_self=act_text("{person} declined the offered place on {thing}."),
    ),
    "practicals.held": ActSentence(
        msg("Place on a day held"),
        act_text("{actor} held a place on {thing} for {person}."),
        by_self=act_text("A place on {thing} was held for {person} while they decided."),
    ),
    "practicals.hold_extended": ActSentence(
        msg("Place on a day held for longer"),
        act_text("{actor} held a place on {thing} for {person} for longer."),
        by_self=act_text("A place on {thing} was held for {person} for longer."),
    ),
    "practicals.hold_lapsed": ActSentence(
        msg("Held place run out"),
        act_text("{actor} ended the time of the held place of {person} on {thing}."),
        by_nobody=act_text("The time of the held place of {person} on {thing} ran out."),
    ),
    "practicals.let_go": ActSentence(
        msg("Held place let go"),
        act_text("{actor} let the held place of {person} on {thing} go."),
        by_self=act_text("{person} let a held place on {thing} go."),
    ),
    "practicals.moved": ActSentence(
        msg("Moved to another day"),
        act_text("{actor} moved {person} from {thing} to another day."),
        by_self=act_text("{person} moved from {thing} to another day."),
    ),
    "practicals.moved_in": ActSentence(
        msg("Moved from another day"),
        act_text("{actor} moved {person} from another day to {thing}."),
        by_self=act_text("{person} moved from another day to {thing}."),
    ),
    "practicals.named": ActSentence(
        msg("Name entered for a place on a day"),
        act_text("{actor} gave a place without a name on {thing} to {person}."),
    ),
    "practicals.offer_lapsed": ActSentence(
        msg("Offered place run out"),
        act_text("{actor} ended the time of the offered place of {person} on {thing}."),
        by_nobody=act_text("{person} did not answer the offer of a place on {thing} in time."),
    ),
    "practicals.offered": ActSentence(
        msg("Place on a day offered"),
        act_text("{actor} offered {person} a place on {thing}."),
        by_nobody=act_text("A place on {thing} became free and was offered to {person}."),
    ),
    "practicals.reinstated": ActSentence(
        msg("Place on a day given anew"),
        act_text("{actor} gave {person} a place on {thing} again."),
    ),
    "practicals.reserved_for_group": ActSentence(
        msg("Place without a name reserved"),
        act_text("{actor} reserved a place without a name on {thing}."),
    ),
    "practicals.transferred": ActSentence(
        msg("Place on a day passed on"),
        act_text("{actor} passed a place on {thing} on to {person}."),
    ),
    "practicals.unnamed_released": ActSentence(
        msg("Place without a name released"),
        act_text("{actor} released a place without a name on {thing}."),
        by_nobody=act_text("A place on {thing} was released, because no name was entered in time."),
    ),
}
