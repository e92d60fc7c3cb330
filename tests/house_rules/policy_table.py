"""Who may call which route: written by hand, compared with the application, walked as every role.

A new route without a row here fails. `everyone` needs no sign-in; what a person may do to which object is
tested beside each feature.
"""

EVERYONE: tuple[str, ...] = (
    "GET /verify",
    "POST /verify",
    "GET /verify/{serial}",
    "GET /api/v1/certificates/{serial}",
)
SIGNED_IN: tuple[str, ...] = (
    "GET /certificates/{certificate_id}.pdf",
    "GET /reports/{assessment_id}",
    "GET /api/v1/reports",
    "GET /api/v1/reports/{assessment_id}",
)
STUDENT: tuple[str, ...] = ("GET /certificates",)
INSTRUCTOR: tuple[str, ...] = (
    "GET /teach/practicals/{practical_id}/students/{seat_id}/assess",
    "POST /teach/practicals/{practical_id}/students/{seat_id}/assess",
    "GET /assessments/{assessment_id}",
    "POST /assessments/{assessment_id}/steps/{step_key}",
    "POST /assessments/{assessment_id}/comment",
    "GET /assessments/{assessment_id}/sign",
    "POST /assessments/{assessment_id}/sign",
    "POST /api/v1/assessments",
    "GET /api/v1/assessments/{assessment_id}",
    "PUT /api/v1/assessments/{assessment_id}/steps/{step_key}",
    "PUT /api/v1/assessments/{assessment_id}/comment",
    "POST /api/v1/assessments/{assessment_id}/signature",
)
STAFF: tuple[str, ...] = ()
ADMIN: tuple[str, ...] = (
    "GET /admin/certificates",
    "POST /admin/certificates/blocked",
    "GET /admin/certificates/{certificate_id}",
    "POST /admin/certificates/{certificate_id}/revoke",
    "POST /admin/certificates/{certificate_id}/reissue",
)

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
