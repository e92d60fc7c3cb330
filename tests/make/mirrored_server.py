"""`preceptor serve` under the language that is written from right to left (`tests.make.pseudo_languages`):
`python -m tests.make.mirrored_server serve --port 8000 --prepare`."""

import argparse
from datetime import UTC, datetime

import uvicorn

from app import key_files
from app.academy_file import load_academy
from app.cli.running import _prepare
from app.main import create_app
from app.settings import Settings
from app.web.protocol import BoundedProtocol
from tests.make.pseudo_languages import mirrored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("serve")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args()
    settings = Settings()
    if options.prepare:
        key_files.make_missing(settings, on=datetime.now(UTC).date())
        _prepare(settings)
    languages = mirrored(load_academy(settings))
    application = create_app(settings, with_worker=True, languages=languages)
    uvicorn.run(
        application,
        port=options.port,
        log_config=None,
        access_log=False,
        http=BoundedProtocol,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
