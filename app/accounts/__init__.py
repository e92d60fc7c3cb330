"""People, how they prove their identity, and what they may do.

A person has one account with any of the roles student, instructor and admin. Signing in adds a
sign-in row on the server; the browser has only a random token, and the row only the token's hash.
The person who acts is an `app.kit.actor.Actor`: a frozen value made once per request from the
sign-in or an API token.
"""
