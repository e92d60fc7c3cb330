"""The academy's signature over the bytes of a PDF (PAdES), and the strict check of it.

The check verifies the signature before it parses the PDF, so the PDF parser sees only bytes that
our key has signed. The signature protects every byte of the file: everything outside the signature
is hashed, and the signature has exactly one valid form, of which every part is checked.
"""

import re
from binascii import hexlify, unhexlify
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256, sha512
from io import BytesIO
from typing import TYPE_CHECKING, Any

from app.certificates.signing import KnownKeys
from app.kit.keys import SigningKeys

if TYPE_CHECKING:
    from asn1crypto import cms, x509

FIELD = "Academy"
FIELD_WORDS = "Signature of the academy"
ATTACHMENT = "certificate.json"
MOST_BYTES = 20 * 1024 * 1024
_MOST_OF_SIGNATURE = 10_000
"""The largest signature that is parsed, in bytes. Ours has about a thousand; a megabyte of somebody
else's would take seconds."""

NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The value of RFC 5280 for an X.509 certificate without an end. A key ends when it leaves the
published list."""

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_SHA512 = unhexlify("300d06096086480165030402030500")
_ED25519 = unhexlify("300506032b6570")
_VERSION_1 = unhexlify("020101")
_DATA = unhexlify("06092a864886f70d010701")
_SIGNED_DATA = unhexlify("06092a864886f70d010702")
_LONGEST_NAME = 64


class Flaw(StrEnum):
    """Why a file was not signed by the academy."""

    too_large = "too_large"
    not_pdf = "not_pdf"
    unsigned = "unsigned"
    several = "several"
    added_to = "added_to"
    unknown_key = "unknown_key"
    changed = "changed"
    no_data = "no_data"


class NotGenuine(Exception):
    """The file was not signed with any of these keys."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


def sign_pdf(content: bytes, keys: SigningKeys, *, academy: str) -> bytes:
    """Return the PDF with an invisible signature field: the newest key signs all its bytes. Pages,
    tags and attached files are not changed. Takes about 60 ms."""
    # Imported with the first certificate, because it takes a quarter of the start-up time.
    from asn1crypto import keys as key_shapes
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    signer = signers.SimpleSigner(
        signing_cert=_wrapper(keys, academy),
        signing_key=key_shapes.PrivateKeyInfo.load(_private(keys)),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    field = fields.SigFieldSpec(
        FIELD,
        readable_field_name=FIELD_WORDS,
        invis_sig_settings=fields.InvisSigSettings(set_hidden_flag=True),
    )
    about = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha512",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=_short(academy),
    )
    paper = IncrementalPdfFileWriter(BytesIO(content))
    made_by = signers.PdfSigner(about, signer=signer, new_field_spec=field)
    # The library starts an event loop, which is impossible in a thread that already runs one.
    with ThreadPoolExecutor(1) as thread:
        signed = thread.submit(made_by.sign_pdf, paper).result()
    return bytes(signed.getvalue())


def signed_attachment(content: bytes, keys: KnownKeys) -> tuple[str, bytes]:
    """Return the id of the key that signed a PDF, and its attached `certificate.json`. Raise
    NotGenuine unless one of these keys signed exactly these bytes. Raises nothing else, for any
    bytes."""
    try:
        key_id = _signed_by(content, keys)
    except NotGenuine:
        raise
    except Exception:  # a parser may fail in any way on bytes from anyone
        raise NotGenuine(Flaw.changed) from None
    try:
        return key_id, _attachment(content)
    except Exception:
        raise NotGenuine(Flaw.no_data) from None


def _private(keys: SigningKeys) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return keys.newest_private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _wrapper(keys: SigningKeys, academy: str) -> "x509.Certificate":
    """Return a self-signed X.509 certificate of the newest public key, always the same for the same
    key and name. Signed PDFs need one; trust comes only from our list of keys."""
    from asn1crypto.x509 import Certificate
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    public = keys.newest_private.public_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _short(academy))])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(int.from_bytes(sha256(public.public_bytes_raw()).digest()[:16]) or 1)
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(usage, critical=True)
        .sign(keys.newest_private, None)
    )
    return Certificate.load(built.public_bytes(Encoding.DER))


def _short(academy: str) -> str:
    """Return a name that X.509 can hold: 64 bytes."""
    cut = academy.strip().encode()[:_LONGEST_NAME].decode(errors="ignore")
    return cut.strip() or "Academy"


def _signed_by(content: bytes, keys: KnownKeys) -> str:
    """Return the id of the key that signed all of a file."""
    if len(content) > MOST_BYTES:
        raise NotGenuine(Flaw.too_large)
    if not content.startswith(b"%PDF-"):
        raise NotGenuine(Flaw.not_pdf)
    before, signature, after = _parts(content)
    wrapper, signer = _read_signature(signature)
    raw = wrapper.public_key["public_key"].native
    key_id = next((name for name, public in keys.public().items() if public == raw), None)
    if key_id is None:
        raise NotGenuine(Flaw.unknown_key)
    said = {
        "content_type": "data",
        "message_digest": sha512(before + after).digest(),
        "signing_certificate_v2": sha256(wrapper.dump()).digest(),
    }
    attributes = signer["signed_attrs"].untag().dump()
    written = _as_we_write(wrapper, attributes, signer["signature"].native)
    is_whole = signature.rstrip(b"\0") == written.rstrip(b"\0") and _attributes(signer) == said
    if not is_whole or not keys.verify(attributes, key_id, signer["signature"].native):
        raise NotGenuine(Flaw.changed)
    return key_id


def _parts(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the bytes before the signature, the signature, and the bytes after it."""
    ranges = _RANGE.findall(content)
    if not ranges:
        raise NotGenuine(Flaw.unsigned)
    if len(ranges) > 1:
        raise NotGenuine(Flaw.several)
    start, first, second, length = map(int, ranges[0])
    if second + length < len(content):
        raise NotGenuine(Flaw.added_to)
    written = content[first + 1 : second - 1]
    if (
        start
        or second + length != len(content)
        or content[first : second : second - first - 1] != b"<>"
    ):
        raise NotGenuine(Flaw.changed)
    if len(written) > 2 * _MOST_OF_SIGNATURE:
        raise NotGenuine(Flaw.changed)
    signature = unhexlify(written)
    if hexlify(signature).upper() != written:
        raise NotGenuine(Flaw.changed)
    return content[:first], signature, content[second:]


def _read_signature(signature: bytes) -> "tuple[x509.Certificate, cms.SignerInfo]":
    # Importing `tsp` teaches `cms` the attribute that names the X.509 certificate of the key.
    from asn1crypto import cms, tsp  # noqa: F401

    signed = cms.ContentInfo.load(signature)["content"]
    return signed["certificates"][0].chosen, signed["signer_infos"][0]


def _as_we_write(wrapper: "x509.Certificate", attributes: bytes, value: bytes) -> bytes:
    """Return the signature (CMS, in DER) that we would write with these parts. Everything else is
    fixed: one signer, SHA-512, Ed25519, no unsigned attributes."""
    serial = wrapper["tbs_certificate"]["serial_number"].dump()
    signer = _der(
        0x30,
        _VERSION_1,
        _der(0x30, wrapper.issuer.dump(), serial),
        _SHA512,
        b"\xa0" + attributes[1:],
        _ED25519,
        _der(0x04, value),
    )
    signed = _der(
        0x30,
        _VERSION_1,
        _der(0x31, _SHA512),
        _der(0x30, _DATA),
        _der(0xA0, wrapper.dump()),
        _der(0x31, signer),
    )
    return _der(0x30, _SIGNED_DATA, _der(0xA0, signed))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return an ASN.1 value: its tag, its length in the shortest form, its parts."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 128 + len(length))) + length + content


def _attributes(signer: "cms.SignerInfo") -> Mapping[str, Any]:
    """Return the signed attributes of a signature, or nothing if an attribute occurs twice."""
    attributes: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        kind = attribute["type"].native
        if kind in attributes or len(attribute["values"]) != 1:
            return {}
        value = attribute["values"][0]
        if kind == "signing_certificate_v2":
            value = value["certs"][0]["cert_hash"]
        attributes[kind] = value.native
    return attributes


def _attachment(content: bytes) -> bytes:
    from pyhanko.pdf_utils.reader import PdfFileReader

    names = PdfFileReader(BytesIO(content)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    index = next(at for at in range(0, len(names), 2) if names[at] == ATTACHMENT)
    return bytes(names[index + 1]["/EF"]["/F"].data)
