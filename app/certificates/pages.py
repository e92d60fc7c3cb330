"""Pages of certificates: one's own, public verification, and the admins' list."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Response

from app.audit.history import history_of
from app.certificates import blocks, name_changes, queries, serials, service
from app.certificates.domain import Status
from app.certificates.errors import AlreadyRevoked, NotIssued, NotPrintable, NotReplaced
from app.certificates.file_check import checked_file, with_status
from app.certificates.forms import BlockedForm, ReplaceForm, RevokeForm, VerifyForm
from app.certificates.frozen_words import words_of_certificate
from app.certificates.key_list import written_list
from app.certificates.printing import certificate_pdf, certificate_picture
from app.certificates.queries import CertificateFilter
from app.certificates.rate_limits import count_look_up
from app.certificates.records import SignedCertificate
from app.certificates.revocations import revocations
from app.certificates.service import IssuedCertificate
from app.certificates.sharing import linkedin_address
from app.certificates.signing import Issuer
from app.db.paging import page_number
from app.documents.glyph_check import PrinterAway
from app.kit.errors import Invalid
from app.kit.ids import CertificateId, UserId
from app.kit.messages import Message, msg
from app.web.access import ADMIN, EVERYONE, SIGNED_IN, STUDENT, FreshProof
from app.web.errors import status_of
from app.web.forms import ButtonForm, Submitted, filter_value
from app.web.frame import Preview
from app.web.pdf_response import PdfResponse, PictureResponse
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.uploads import Uploaded

pages = Pages()
VERIFY = Preview(
    msg("Verify a certificate"),
    msg("Check with its number whether a certificate of the academy is genuine and in force."),
    "/verify",
)
NO_SUCH_LIST = msg("There is no such list of certificates. Choose one of the lists.")
NO_FILE = msg("Choose the PDF of a certificate.")
NOT_FOUND = msg("We cannot find that number. Check each letter and digit.")
FIVE_MINUTES = {"cache-control": "public, max-age=300"}
NOT_FOR_SEARCH = {"x-robots-tag": "noindex, nofollow"}


@pages.get("/certificates", name="certificates.own", access=STUDENT)
def show_own(visit: Visit) -> Response:
    with visit.database.read() as db:
        page = queries.own_page(db, visit.actor.user_id, visit.keys.signing)
        name = name_changes.name_now(db, visit.actor.user_id) if page.certificates else ""
    linkedin = {
        certificate.id: linkedin_address(
            certificate, visit.academy.name, _public_address(visit, certificate.serial)
        )
        for certificate in page.certificates
    }
    return visit.render("certificates/own.html", page=page, name_now=name, linkedin=linkedin)


@pages.get("/certificates/{certificate_id}.pdf", name="certificates.pdf", access=SIGNED_IN)
def show_pdf(visit: Visit, certificate_id: CertificateId) -> Response:
    signed, serial = _printable(visit, certificate_id)
    issuer = _issuer(visit)
    make = partial(
        certificate_pdf,
        signed,
        issuer,
        address=_public_address(visit, serial),
        kept_in=Path(visit.settings.files_url),
    )
    language = words_of_certificate(signed.snapshot, issuer).tag
    return PdfResponse(visit.actor.user_id, make, _file_name(serial), language=language)


@pages.get("/certificates/{certificate_id}.png", name="certificates.picture", access=SIGNED_IN)
def show_picture(visit: Visit, certificate_id: CertificateId) -> Response:
    signed, serial = _printable(visit, certificate_id)
    issuer = _issuer(visit)
    make = partial(certificate_picture, signed, issuer, address=_public_address(visit, serial))
    language = words_of_certificate(signed.snapshot, issuer).tag
    return PictureResponse(visit.actor.user_id, make, _file_name(serial), language=language)


def _printable(
    visit: RequestContext, certificate_id: CertificateId
) -> tuple[SignedCertificate, str]:
    """Return a certificate that is in force, and its number. Raise NotPrintable for another."""
    with visit.database.read() as db:
        certificate = queries.document(db, visit.actor, certificate_id, visit.keys.signing)
    if certificate.status is Status.revoked:
        raise NotPrintable(msg("It was revoked. Its holder was told why by mail."))
    if certificate.signed is None:
        raise NotPrintable(
            msg("What is stored is not what was issued. The academy's office can help.")
        )
    return certificate.signed, certificate.serial


def _public_address(visit: RequestContext, serial: str) -> str:
    return f"{visit.settings.base_url}/verify/{serial}"


def _file_name(serial: str) -> str:
    return f"certificate-{serials.grouped(serial)}"


@pages.get("/verify", name="certificates.verify", access=EVERYONE)
def show_verify(visit: Visit) -> Response:
    return visit.render("certificates/verify.html", preview=VERIFY, errors={}, values={})


@pages.post("/verify", name="certificates.look_up", access=EVERYONE)
def look_up(visit: Visit, submitted: Submitted) -> Response:
    try:
        form = VerifyForm.read(submitted)
    except Invalid as refused:
        return visit.render(
            "certificates/verify.html",
            status=422,
            errors=refused.fields,
            values=submitted.values,
        )
    return visit.redirect(visit.url("certificates.verified", serial=form.serial))


@pages.post("/verify/file", name="certificates.check_file", access=EVERYONE)
def check_file(visit: Visit, upload: Uploaded) -> Response:
    """Check an uploaded PDF, for anyone. The file is not stored."""
    if not upload.content:
        return visit.render(
            "certificates/verify.html", status=422, errors={"file": NO_FILE}, values={}
        )
    count_look_up(visit)
    keys = visit.keys.signing
    checked = checked_file(upload.content, keys)
    if checked.said:
        with visit.database.read() as db:
            certificate = queries.verification(db, checked.serial, keys)
        status = (certificate.status, certificate.revoked_at) if certificate else (None, None)
        checked = with_status(checked, *status)
    response = visit.render("certificates/file.html", page=checked)
    response.headers.update(NOT_FOR_SEARCH)
    return response


@pages.get("/verify/{serial}", name="certificates.verified", access=EVERYONE)
def show_verified(visit: Visit, serial: str) -> Response:
    """Show a certificate to anyone. Only the count of the rate limit is written, and that later."""
    meant = serials.read_serial(serial)
    count_look_up(visit)
    with visit.database.read() as db:
        certificate = queries.verification(db, meant, visit.keys.signing)
    if certificate is None:
        words = NOT_FOUND if meant else serials.serial_problem(serial)
        response = visit.render(
            "certificates/verify.html",
            status=404,
            errors={"serial": words},
            values={"serial": serial[: serials.LONGEST_TEXT]},
        )
    else:
        response = visit.render("certificates/verified.html", page=certificate)
    response.headers.update(NOT_FOR_SEARCH)
    return response


@pages.get(
    "/.well-known/preceptor-certificate-keys.json", name="certificates.keys", access=EVERYONE
)
def show_keys(visit: Visit) -> Response:
    """Send the signed list of public keys and revocations, with which anyone can check certificates
    offline."""
    with visit.database.read() as db:
        revoked = revocations(db, visit.keys.signing)
    text = written_list(_issuer(visit), revoked, now=visit.now)
    return Response(text, media_type="application/json", headers=FIVE_MINUTES)


@pages.get("/admin/certificates", name="certificates.list", access=ADMIN)
def show_list(visit: Visit) -> Response:
    query = visit.request.query_params
    search = query.get("q", "").strip()[:200]
    number = page_number(query.get("page"))
    which = filter_value(query.get("which"), CertificateFilter, NO_SUCH_LIST)
    which = which or CertificateFilter.all
    with visit.database.read() as db:
        page = queries.issued(db, visit.keys.signing, search=search, number=number, which=which)
        waiting = blocks.blocked(db)
    base = visit.url("certificates.list")

    def link(to: int, view: str = which) -> str:
        return f"{base}?{urlencode({'which': view, 'q': search, 'page': to})}"

    return visit.render(
        "certificates/list.html", page=page, blocked=waiting, search=search, which=which, link=link
    )


@pages.post("/admin/certificates/blocked", name="certificates.issue_blocked", access=ADMIN)
def issue_blocked(visit: Visit, submitted: Submitted) -> Response:
    form = BlockedForm.read(submitted)
    try:
        blocks.look_ahead(visit.database, [(UserId(form.user_id), form.course_key)])
        with visit.database.write() as db:
            issued = service.issue_blocked(
                db,
                visit.actor,
                UserId(form.user_id),
                form.course_key,
                _issuer(visit),
                now=visit.now,
            )
    except (NotIssued, PrinterAway) as refused:
        return visit.redirect(visit.url("certificates.list"), flash=refused.detail, kind="warning")
    return _lead_to(visit, issued, msg("The certificate is issued."))


@pages.get("/admin/certificates/{certificate_id}", name="certificates.show", access=ADMIN)
def show_one(visit: Visit, certificate_id: CertificateId) -> Response:
    return _one(visit, certificate_id)


@pages.post(
    "/admin/certificates/{certificate_id}/revoke",
    name="certificates.revoke",
    access=ADMIN,
    proof=FreshProof(msg("revoke a certificate")),
)
def revoke(visit: Visit, certificate_id: CertificateId, submitted: Submitted) -> Response:
    try:
        form = RevokeForm.read(submitted)
        with visit.database.write() as db:
            service.revoke_certificate(
                db, visit.actor, certificate_id, form.reason, _issuer(visit), now=visit.now
            )
    except (Invalid, AlreadyRevoked) as refused:
        errors = refused.fields or {"form": refused.detail}
        return _one(
            visit, certificate_id, status_of(refused), errors=errors, values=submitted.values
        )
    return visit.redirect(
        visit.url("certificates.show", certificate_id=certificate_id),
        flash=msg("The certificate is revoked. Its holder is told by mail."),
    )


@pages.post(
    "/admin/certificates/{certificate_id}/reissue",
    name="certificates.reissue",
    access=ADMIN,
    proof=FreshProof(msg("issue a certificate anew")),
)
def reissue(visit: Visit, certificate_id: CertificateId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    try:
        blocks.look_ahead_to_reissue(visit.database, certificate_id)
        with visit.database.write() as db:
            issued = service.reissue_certificate(
                db, visit.actor, certificate_id, _issuer(visit), now=visit.now
            )
    except (NotIssued, PrinterAway) as refused:
        return _one(visit, certificate_id, status_of(refused), errors={"form": refused.detail})
    return _lead_to(visit, issued, msg("A new certificate is issued, with a new number."))


@pages.post(
    "/admin/certificates/{certificate_id}/replace",
    name="certificates.replace",
    access=ADMIN,
    proof=FreshProof(msg("replace a certificate")),
)
def replace_certificate(
    visit: Visit, certificate_id: CertificateId, submitted: Submitted
) -> Response:
    try:
        form = ReplaceForm.read(submitted)
        blocks.look_ahead_to_reissue(visit.database, certificate_id)
        with visit.database.write() as db:
            issued = service.replace_certificate(
                db,
                visit.actor,
                certificate_id,
                form.replace_reason,
                _issuer(visit),
                now=visit.now,
            )
    except (Invalid, AlreadyRevoked, NotReplaced, NotIssued, PrinterAway) as refused:
        errors = refused.fields or {"form": refused.detail}
        return _one(
            visit, certificate_id, status_of(refused), errors=errors, values=submitted.values
        )
    words = msg("The certificate is replaced. Its holder gets one mail, with the new number.")
    return _lead_to(visit, issued, words)


def _lead_to(visit: RequestContext, issued: IssuedCertificate, words: Message) -> Response:
    """Redirect to a certificate that was issued by this request, or by another admin just before."""
    if not issued.is_new:
        words = msg(
            "This certificate was issued a moment before you asked for it. There is only this one."
        )
    return visit.redirect(
        visit.url("certificates.show", certificate_id=issued.certificate_id),
        flash=words,
        kind="success" if issued.is_new else "info",
    )


def _issuer(visit: RequestContext) -> Issuer:
    return Issuer(visit.academy.name, visit.keys.signing, visit.academy.language)


def _one(
    visit: RequestContext,
    certificate_id: CertificateId,
    status: int = 200,
    *,
    errors: Mapping[str, Message] | None = None,
    values: dict[str, object] | None = None,
) -> Response:
    with visit.database.read() as db:
        page = queries.document(db, visit.actor, certificate_id, visit.keys.signing)
        name = name_changes.name_now(db, page.holder_id) if page.status is Status.valid else ""
        history = history_of(db, "certificate", certificate_id)
    return visit.render(
        "certificates/one.html",
        status=status,
        page=page,
        history=history,
        name_now=name,
        errors=errors or {},
        values=values or {},
    )
