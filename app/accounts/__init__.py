"""People, how they prove who they are, and what they may do.

A person has one account with any of the roles student, instructor and admin. Signing in makes a
server-side sign-in row; the browser holds only its random token and the row only the token's hash.
`actor.Actor` is who acts: a frozen value made once per request from the sign-in or an API token.
"""
