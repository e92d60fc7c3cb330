"""Settings with which production starts."""

from pathlib import Path

from tests.make.keys import private_key_files


def production_settings(folder: Path, **changes: object) -> dict[str, object]:
    """Return settings that production takes; the key files are copies in `folder`."""
    return {
        "env": "production",
        "database_url": f"sqlite:///{folder}/academy.db",
        "secret_key": "Yk2vHq7Rz0Lw9Nc4Tj8Xb5Gm1Fd6Ps3Ue",
        "base_url": "https://academy.example",
        "mail_url": "smtp://localhost",
        "mail_from": "The Academy <office@academy.example>",
        "trusted_proxy": "127.0.0.1",
        "files_url": f"{folder}/files",
        **private_key_files(folder),
        **changes,
    }
