"""Who may call which route: written by hand, compared with the application, walked as every role.

A new route without a row here fails. `everyone` needs no sign-in; what a person may do to which object is
tested beside each feature.
"""

EVERYONE: tuple[str, ...] = (
    "GET /verify",
    "POST /verify",
    "GET /verify/{serial}",
    "GET /api/v1/certificates/{serial}",
    "GET /check-your-mail",
    "GET /confirm",
    "POST /confirm",
    "POST /demo/sign-in",
    "GET /dev/mail",
    "GET /dev/mail/{mail_id}",
    "GET /forgot",
    "POST /forgot",
    "GET /invitation",
    "POST /invitation",
    "GET /new-address",
    "POST /new-address",
    "GET /register",
    "POST /register",
    "GET /reset",
    "POST /reset",
    "GET /sign-in",
    "POST /sign-in",
    "POST /sign-out",
)
SIGNED_IN: tuple[str, ...] = (
    "GET /certificates/{certificate_id}.pdf",
    "GET /reports/{assessment_id}",
    "GET /api/v1/reports",
    "GET /api/v1/reports/{assessment_id}",
    "GET /api/v1/me",
    "PUT /api/v1/me/profile",
    "GET /api/v1/me/sign-ins",
    "DELETE /api/v1/me/sign-ins/{sign_in_id}",
    "GET /me",
    "POST /me",
    "GET /me/email",
    "POST /me/email",
    "GET /me/password",
    "POST /me/password",
    "GET /me/sign-ins",
    "POST /me/sign-ins/end-others",
    "POST /me/sign-ins/{sign_in_id}/end",
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
    "GET /api/v1/teach/groups",
    "GET /api/v1/teach/groups/{group_id}",
    "GET /teach/groups",
    "GET /teach/groups/{group_id}",
)
STAFF: tuple[str, ...] = ()
ADMIN: tuple[str, ...] = (
    "GET /admin/certificates",
    "POST /admin/certificates/blocked",
    "GET /admin/certificates/{certificate_id}",
    "POST /admin/certificates/{certificate_id}/revoke",
    "POST /admin/certificates/{certificate_id}/reissue",
    "GET /admin/groups",
    "POST /admin/groups",
    "GET /admin/groups/{group_id}",
    "POST /admin/groups/{group_id}/close",
    "POST /admin/groups/{group_id}/members",
    "POST /admin/groups/{group_id}/members/{person_id}/remove",
    "POST /admin/groups/{group_id}/open",
    "GET /admin/groups/{group_id}/rename",
    "POST /admin/groups/{group_id}/rename",
    "GET /admin/people",
    "POST /admin/people/export",
    "GET /admin/people/invite",
    "POST /admin/people/invite",
    "GET /admin/people/{person_id}",
    "GET /admin/people/{person_id}/access",
    "POST /admin/people/{person_id}/close",
    "POST /admin/people/{person_id}/open",
    "POST /admin/people/{person_id}/reset",
    "GET /admin/people/{person_id}/roles",
    "POST /admin/people/{person_id}/roles",
    "POST /admin/people/{person_id}/sign-ins/end",
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
