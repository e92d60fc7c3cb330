"""Who may call which route: written by hand, compared with the application, walked as every role.

A new route without a row here fails. `everyone` needs no sign-in; what a person may do to which object is
tested beside each feature.
"""

EVERYONE: tuple[str, ...] = ()
SIGNED_IN: tuple[str, ...] = ()
STUDENT: tuple[str, ...] = ()
INSTRUCTOR: tuple[str, ...] = ()
STAFF: tuple[str, ...] = ()
ADMIN: tuple[str, ...] = ()

TABLE = {
    route: access
    for access, routes in {
        "everyone": EVERYONE,
        "signed in": SIGNED_IN,
        "student": STUDENT,
        "instructor": INSTRUCTOR,
        "staff": STAFF,
        "admin": ADMIN,
    }.items()
    for route in routes
}
