"""The sentences of acts on accounts, groups, enquiries and mails."""

from typing import Final

from app.audit.act_sentence import ActSentence, act_text
from app.kit.messages import msg

ABOUT_PEOPLE: Final[dict[str, ActSentence]] = {
    "accounts.access_needs_read": ActSentence(
        msg("Access needs read"),
        act_text("{actor} read the access needs of {person}."),
        by_self=act_text("{person} read their own access needs."),
    ),
    "accounts.added": ActSentence(
        msg("Account added"),
        act_text("{actor} added the account of {person}."),
        by_nobody=act_text("The account of {person} was added by a command on the server."),
    ),
    "accounts.address_changed": ActSentence(
        msg("Address changed"),
        act_text("{actor} changed the e-mail address of {person}."),
        by_self=act_text("{person} changed their e-mail address."),
    ),
    "accounts.address_restored": ActSentence(
        msg("Address before restored"),
        act_text("{actor} gave {person} back the e-mail address from before."),
    ),
    "accounts.all_sign_ins_ended": ActSentence(
        msg("Signed out everywhere"),
        act_text("{actor} signed {person} out on every device."),
        by_self=act_text("{person} signed out on every device."),
    ),
    "accounts.api_token_ended": ActSentence(
        msg("Token ended"),
        act_text("{actor} ended a token of {person} for programs."),
        by_self=act_text("{person} ended a token for programs."),
    ),
    "accounts.api_token_made": ActSentence(
        msg("Token made"),
        act_text("{actor} made a token for programs that act for {person}."),
        by_self=act_text("{person} made a token for programs."),
        by_nobody=act_text(
            "A token for programs that act for {person} was made by a command on the server."
        ),
    ),
    "accounts.closed": ActSentence(
        msg("Account closed"),
        act_text("{actor} closed the account of {person}."),
        by_self=act_text("{person} closed their account."),
    ),
    "accounts.confirmed": ActSentence(
        msg("Address confirmed"),
        act_text("{actor} confirmed the e-mail address of {person}."),
        by_self=act_text("{person} confirmed their e-mail address."),
    ),
    "accounts.contact_changed": ActSentence(
        msg("Phone or emergency contact changed"),
        act_text("{actor} changed the phone or the emergency contact of {person}."),
        by_self=act_text("{person} changed their phone or their emergency contact."),
    ),
    "accounts.contact_read": ActSentence(
        msg("Phone and emergency contact read"),
        act_text("{actor} read the phone and the emergency contact of {person}."),
        by_self=act_text("{person} read their phone and their emergency contact."),
    ),
    "accounts.details_corrected": ActSentence(
        msg("Details corrected"),
        act_text("{actor} corrected the details of {person}."),
    ),
    "accounts.everybody_signed_out": ActSentence(
        msg("Everybody signed out"),
        act_text("{actor} signed everybody out."),
        by_nobody=act_text("Everybody was signed out by a command on the server."),
    ),
    "accounts.factor_reset_done": ActSentence(
        msg("Second factor removed by a reset"),
        act_text("The second factor of {person} was removed, as {actor} had ordered."),
        by_nobody=act_text("The second factor of {person} was removed, as it had been ordered."),
    ),
    "accounts.factor_reset_started": ActSentence(
        msg("Reset of the second factor ordered"),
        act_text("{actor} ordered that the second factor of {person} be removed."),
        by_nobody=act_text(
            "A command on the server ordered that the second factor of {person} be removed."
        ),
    ),
    "accounts.factor_reset_stopped": ActSentence(
        msg("Reset of the second factor stopped"),
        act_text("{actor} stopped the reset of the second factor of {person}."),
        by_self=act_text("{person} stopped the reset of their second factor."),
        by_nobody=act_text("The reset of the second factor of {person} was stopped."),
    ),
    "accounts.group_closed": ActSentence(
        msg("Group closed"),
        act_text("{actor} closed the group {thing}."),
    ),
    "accounts.group_joined": ActSentence(
        msg("Added to a group"),
        act_text("{actor} added {person} to the group {thing}."),
        by_self=act_text("{person} joined the group {thing}."),
    ),
    "accounts.group_left": ActSentence(
        msg("Taken out of a group"),
        act_text("{actor} took {person} out of the group {thing}."),
        by_self=act_text("{person} left the group {thing}."),
        by_nobody=act_text("{person} was taken out of the group {thing}."),
    ),
    "accounts.group_made": ActSentence(
        msg("Group made"),
        act_text("{actor} made the group {thing}."),
    ),
    "accounts.group_renamed": ActSentence(
        msg("Group renamed"),
        act_text("{actor} renamed the group {thing}."),
    ),
    "accounts.group_reopened": ActSentence(
        msg("Group opened again"),
        act_text("{actor} opened the group {thing} again."),
    ),
    "accounts.invited": ActSentence(
        msg("Invitation sent"),
        act_text("{actor} invited {person}."),
        by_nobody=act_text("{person} was invited by a command on the server."),
    ),
    "accounts.life_support_proof_seen": ActSentence(
        msg("Proof of basic life support seen"),
        act_text("{actor} saw a proof of basic life support of {person}."),
    ),
    "accounts.life_support_proof_withdrawn": ActSentence(
        msg("Proof of basic life support withdrawn"),
        act_text("{actor} withdrew the proof of basic life support of {person}."),
    ),
    "accounts.new_address_asked": ActSentence(
        msg("New address asked for"),
        act_text("{actor} asked for another e-mail address for {person}."),
        by_self=act_text("{person} asked for another e-mail address."),
    ),
    "accounts.opened": ActSentence(
        msg("Account opened again"),
        act_text("{actor} opened the account of {person} again."),
    ),
    "accounts.other_sign_ins_ended": ActSentence(
        msg("Signed out on other devices"),
        act_text("{actor} signed {person} out on every other device."),
        by_self=act_text("{person} signed out on every other device."),
    ),
    "accounts.passkey_refused": ActSentence(
        msg("Passkey refused"),
        act_text("{actor} was refused with a passkey."),
        by_nobody=act_text("Somebody tried to sign in as {person} with a passkey and was refused."),
    ),
    "accounts.password_changed": ActSentence(
        msg("Password changed"),
        act_text("{actor} changed the password of {person}."),
        by_self=act_text("{person} changed their password."),
    ),
    "accounts.password_set": ActSentence(
        msg("Password chosen"),
        act_text("{actor} chose a password for {person}."),
        by_self=act_text("{person} chose a password by a mailed link."),
    ),
    "accounts.people_exported": ActSentence(
        msg("List of people downloaded"),
        act_text("{actor} downloaded the list of people."),
    ),
    "accounts.profile_changed": ActSentence(
        msg("Profile changed"),
        act_text("{actor} changed the profile of {person}."),
        by_self=act_text("{person} changed their profile."),
    ),
    "accounts.proved": ActSentence(
        msg("Identity proved again"),
        act_text("{actor} proved again who they are."),
        by_self=act_text("{person} proved again who they are."),
    ),
    "accounts.recovery_code_used": ActSentence(
        msg("Recovery code used"),
        act_text("{actor} used a recovery code of {person}."),
        by_self=act_text("{person} used a recovery code."),
    ),
    "accounts.recovery_codes_made": ActSentence(
        msg("New recovery codes"),
        act_text("{actor} made new recovery codes for {person}."),
        by_self=act_text("{person} made new recovery codes."),
    ),
    "accounts.registered": ActSentence(
        msg("Registered"),
        act_text("{actor} registered {person}."),
        by_self=act_text("{person} registered."),
        by_nobody=act_text("{person} registered."),
    ),
    "accounts.registered_again": ActSentence(
        msg("Registered again"),
        act_text("{actor} registered the address of {person} again."),
        by_nobody=act_text("Somebody registered with the address of {person}, who has an account."),
    ),
    "accounts.reset_asked": ActSentence(
        msg("New password asked for"),
        act_text("{actor} asked for a new password for {person}."),
        by_self=act_text("{person} asked for a new password."),
        by_nobody=act_text("Somebody asked for a new password for the account of {person}."),
    ),
    "accounts.reset_started": ActSentence(
        msg("Link for a new password sent"),
        act_text("{actor} sent {person} a link for a new password."),
        by_nobody=act_text("A link for a new password was sent to {person}."),
    ),
    "accounts.roles_changed": ActSentence(
        msg("Roles changed"),
        act_text("{actor} changed the roles of {person}."),
        by_nobody=act_text("The roles of {person} were changed by a command on the server."),
    ),
    "accounts.second_factor_added": ActSentence(
        msg("Second factor added"),
        act_text("{actor} added a second factor for {person}."),
        by_self=act_text("{person} added a second factor."),
    ),
    "accounts.second_factor_refused": ActSentence(
        msg("Second factor refused"),
        act_text("{actor} was refused at the second factor of {person}."),
        by_nobody=act_text("Somebody signing in as {person} was refused at the second factor."),
    ),
    "accounts.second_factor_removed": ActSentence(
        msg("Second factor removed"),
        act_text("{actor} removed a second factor of {person}."),
        by_self=act_text("{person} removed a second factor."),
    ),
    "accounts.sign_in_ended": ActSentence(
        msg("Signed out on a device"),
        act_text("{actor} signed {person} out on a device."),
        by_self=act_text("{person} signed out on another device."),
    ),
    "accounts.sign_in_refused": ActSentence(
        msg("Sign-in refused"),
        act_text("{actor} was refused when signing in as {person}."),
        by_nobody=act_text("Somebody tried to sign in as {person} and was refused."),
    ),
    "accounts.signed_in": ActSentence(
        msg("Signed in"),
        act_text("{actor} signed in as {person}."),
        by_self=act_text("{person} signed in."),
    ),
    "accounts.signed_out": ActSentence(
        msg("Signed out"),
        act_text("{actor} signed {person} out."),
        by_self=act_text("{person} signed out."),
    ),
    "conversation.answered": ActSentence(
        msg("Question answered"),
        act_text("{actor} answered {thing}, asked by {person}."),
    ),
    "conversation.closed": ActSentence(
        msg("Question closed"),
        act_text("{actor} closed {thing}, asked by {person}."),
    ),
    "conversation.message_removed": ActSentence(
        msg("Message removed"),
        act_text("{actor} removed a message in {thing}, asked by {person}."),
    ),
    "enquiry.answered": ActSentence(
        msg("Enquiry answered"),
        act_text("{actor} marked an enquiry as answered: {thing}."),
    ),
    "history.exported": ActSentence(
        msg("History downloaded"),
        act_text("{actor} downloaded the history."),
    ),
    "outbox.dismissed": ActSentence(
        msg("Undelivered mail dismissed"),
        act_text("{actor} dismissed a mail that could not be delivered."),
    ),
    "outbox.restored": ActSentence(
        msg("Dismissed mail taken back"),
        act_text("{actor} took back a mail that was dismissed."),
    ),
    "outbox.tried_again": ActSentence(
        msg("Delivery tried again"),
        act_text("{actor} had a delivery tried again."),
    ),
}
