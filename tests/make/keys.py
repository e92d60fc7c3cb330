"""The keys of all tests: fixed, so that documents signed with them can be kept as examples."""

from pathlib import Path

from app.certificates.signing import Issuer
from app.kit.keys import Keys, SealingKeys, SigningKeys

FOLDER = Path(__file__).parent.parent / "fixtures" / "keys"
SIGNING_FILE = FOLDER / "signing.keys"
SEALING_FILE = FOLDER / "sealing.keys"
KEY_SETTINGS = {
    "PRECEPTOR_SIGNING_KEYS": str(SIGNING_FILE),
    "PRECEPTOR_SEALING_KEYS": str(SEALING_FILE),
}


def private_key_files(folder: Path) -> dict[str, Path]:
    """Return the settings of copies that only their owner may read, as production demands."""
    copies = {}
    for source in (SIGNING_FILE, SEALING_FILE):
        copy = folder / source.name
        copy.write_bytes(source.read_bytes())
        copy.chmod(0o600)
        copies[f"{source.stem}_keys"] = copy
    return copies


def signing_keys() -> SigningKeys:
    return SigningKeys.read(SIGNING_FILE.read_text())


def sealing_keys() -> SealingKeys:
    return SealingKeys.read(SEALING_FILE.read_text())


KEYS = Keys(signing_keys(), sealing_keys())
ISSUER = Issuer("Preceptor Academy", signing_keys())
"""The academy of all tests, as it signs certificates."""
