"""Bar 5: docs/production.md is typed block by block on a copy of this machine, with Debian's own nginx and
PostgreSQL, until the first admin signs in over https; then upgrade, way back and restore.

The manual itself lists what the test replaces: SOURCE, systemd, certbot's authority, two names, the
mail server. Nothing else differs.
"""

import itertools
import json
import re
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

import httpx2
import pytest

from app.kit.paths import ROOT
from tests.make import service_manager
from tests.make.machine import Machine, a_machine
from tests.make.mail_server import Authority, PlayedServer
from tests.make.manual import Block, blocks
from tests.make.patience import SECONDS, until
from tests.make.proxy_checks import Proxy
from tests.make.visitor import HOST, ORIGIN, Visitor

pytestmark = pytest.mark.deep
ADMIN = "you@example.org"
SOURCE = "/srv/preceptor"
PLAYED_BY_US = ("systemctl", "systemd-run", "journalctl")
CERTBOT = """#!/bin/sh -eu
# An authority that asks for the same proof as the real one.
while [ $# -gt 0 ]; do
    case $1 in -w) root=$2; shift ;; -d) name=$2; shift ;; esac
    shift
done
mkdir -p "$root/.well-known/acme-challenge"
head -c 12 /dev/urandom | base64 > "$root/.well-known/acme-challenge/proof"
curl -fsS "http://$name/.well-known/acme-challenge/proof" | cmp - "$root/.well-known/acme-challenge/proof"
mkdir -p "/etc/letsencrypt/live/$name"
cp /srv/fullchain.pem /srv/privkey.pem "/etc/letsencrypt/live/$name/"
"""


@dataclass
class Academy:
    """An academy that is being set up on a copy of this machine."""

    machine: Machine
    authority: Path
    mails: PlayedServer
    said: dict[str, str] = field(default_factory=dict)
    """The output of the blocks, by the heading above them."""
    secret: str = ""
    """Of the admin's app."""
    tokens: list[str] = field(default_factory=list)
    """The tokens of the links that were opened. No log may contain one."""

    def does(self, block: Block) -> None:
        text = re.sub(r"\bSOURCE\b", SOURCE, block.text)
        if block.path:
            self.machine.path(block.path).write_text(text)
            return
        began = time.monotonic()
        done = self.machine.type(text, is_online=block.fetches)
        print(f"{block.heading}: {time.monotonic() - began:.1f} s", flush=True)
        self.said[block.heading] = self.said.get(block.heading, "") + done.stdout
        if "systemctl restart preceptor" in block.text:
            until(self.is_ready, "the server")

    def is_ready(self) -> bool:
        with self.machine.network(), Visitor(self.authority) as visitor:
            return visitor.get("/readyz").text.startswith(("ready", "degraded"))

    def log(self, unit: str) -> str:
        return self.machine.path(f"{service_manager.LOGS}/{unit}").read_text()


def prepare(machine: Machine, folder: Path) -> Authority:
    """Put the replacements of the manual's table in place."""
    authority = Authority(folder)
    with machine.path("/etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 {HOST} mail.example\n")
    programs = {name: Path(service_manager.__file__).read_text() for name in PLAYED_BY_US}
    for name, text in {**programs, "certbot": CERTBOT}.items():
        path = machine.path(f"/usr/local/sbin/{name}")
        path.write_text(text)
        path.chmod(0o755)
    authority.context_for(HOST)
    chain = (folder / f"{authority.name}-{HOST}-30.pem").read_bytes()
    for name in ("fullchain.pem", "privkey.pem"):
        machine.path(f"/srv/{name}").write_bytes(chain)
    trusted = "/usr/local/share/ca-certificates/of-the-test.crt"
    machine.path(trusted).parent.mkdir(parents=True, exist_ok=True)
    machine.path(trusted).write_bytes(authority.file.read_bytes())
    machine.type("update-ca-certificates")
    publish_releases(machine)
    return authority


def publish_releases(machine: Machine) -> None:
    """Make a repository of the present state of the files, with two releases."""
    listed = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, check=True).stdout
    packed = subprocess.run(
        ["tar", "-C", str(ROOT), "--null", "--ignore-failed-read", "-cf", "-", "-T", "-"],
        input=names,
        capture_output=True,
        check=True,
    ).stdout
    machine.path("/srv/source.tar").write_bytes(packed)
    machine.type(f"""
        mkdir {SOURCE} && cd {SOURCE} && tar -xf ../source.tar && rm ../source.tar
        git init -q -b main && git add -A
        git -c user.name=Test -c user.email=test@example.org commit -qm "A release"
        git tag 0.1.0 && git tag 0.2.0
    """)


def after_the_installation(academy: Academy) -> None:
    start_what_debian_starts(academy.machine, "nginx")


def start_what_debian_starts(machine: Machine, *others: str) -> None:
    """A new Debian has an empty cluster of PostgreSQL, and starts what it installs."""
    machine.type("""
        pg_lsclusters -h | while read -r version name rest; do
            pg_dropcluster --stop "$version" "$name"
            pg_createcluster "$version" "$name" >/dev/null
        done
        service postgresql start
    """)
    for other in others:
        machine.type(f"service {other} start")


def the_first_admin_signs_in(academy: Academy) -> None:
    """With a password by the printed link, and a second factor, as production demands."""
    link = academy.said["6. The first admin"].strip()
    assert link.startswith(f"{ORIGIN}/invitation?token=")
    academy.tokens.append(link.partition("token=")[2])
    until(academy.is_ready, "the server")
    with academy.machine.network(), Visitor(academy.authority) as admin:
        plain = httpx2.get("http://127.0.0.1/courses?x=1", headers={"host": HOST}, trust_env=False)
        assert (plain.status_code, plain.headers["location"]) == (301, f"{ORIGIN}/courses?x=1")
        home = admin.get("/")
        assert home.status_code == 200
        assert home.headers["strict-transport-security"].startswith("max-age=31536000")
        admin.takes_the_link(link)
        admin.signs_in(ADMIN)
        # Without a second factor only the page that sets one up can be opened.
        assert admin.goes(admin.get("/admin/people")) == "/me/second-factor"
        academy.secret, codes = admin.enrols()
        assert len(codes) == 10
        person = {"name": "Sam Student", "email": "sam@example.org", "roles": "student"}
        where = admin.goes(admin.post("/admin/people/invite", data=person))
        assert "Sam Student" in admin.get(where).text
    until(lambda: b"sam@example.org" in academy.mails.in_secret, "the mail to the new person")
    until(lambda: academy.mails.mails, "the end of the mail")
    assert not re.search(b"(?i)auth|mail from|rcpt", academy.mails.in_clear)


def wait_for_the_first_sweep(academy: Academy) -> None:
    """The first sweep runs a minute after the worker's start; until then the doctor reports that
    there was none."""
    until(
        lambda: (
            "attention last sweep"
            not in academy.machine.type("preceptor doctor", may_fail=True).stdout
        ),
        "the first sweep",
        within=3 * SECONDS,
    )


def it_runs(academy: Academy) -> None:
    """The commands under “Does it run?” print what the manual promises."""
    said = academy.said["7. Does it run?"]
    assert said.startswith("ok\n")
    assert "\npreceptor_processes 3.0\n" in said
    assert "mail.example took the mail." in said
    assert "It can be restored." in said
    for words in DOCTOR_SAYS:
        assert words in said
    for unit in ("preceptor", "preceptor-work"):
        (started,) = events(academy.log(unit), "started")
        assert started["database"] == "postgresql"
    nightly = academy.log("preceptor-nightly")
    assert "/var/backups/preceptor/preceptor-" in nightly
    assert "Every invariant holds." in nightly
    sees_only_its_own(academy)


def sees_only_its_own(academy: Academy) -> None:
    """The service runs as its user, may write to nothing but its folders, and the secrets are root's."""
    demand_user(academy.machine, "preceptor", 2)  # the supervisor and the worker
    modes = academy.machine.type("""
        cd /etc/preceptor && stat -c '%a %U' environment secret_key metrics_token keys/signing.keys
        cd /etc/systemd/system && systemd-analyze verify preceptor* 2>&1
    """).stdout
    assert modes == "600 root\n600 root\n600 root\n600 preceptor\n"


def events(log: str, words: str) -> list[dict]:
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if re.fullmatch(f"(server|worker) {words}", line["event"])]


def pages_of_before_stay_whole(academy: Academy) -> None:
    """After the upgrade and the way back the earlier release runs. The newer release had copied its
    assets, so pages that were still open kept their styles and scripts."""
    until(academy.is_ready, "the release of before")
    assert "Assets of the release before: 1 taken over." in academy.said["8. Upgrade"]
    assert "The database is ready for this version." in academy.said["8. Upgrade"]
    current = academy.machine.type("readlink /opt/preceptor/current").stdout
    assert current == "/opt/preceptor/0.1.0\n"
    until(lambda: len(events(academy.log("preceptor"), "started")) == 3, "the third start")
    Proxy(academy.machine, academy.authority).try_everything()


def lose_the_database(academy: Academy) -> None:
    """Replace the database by an empty one while the services run: the case that “Restore” is for."""
    academy.machine.type("""
        runuser -u postgres -- dropdb --force preceptor
        runuser -u postgres -- createdb --owner=preceptor --encoding=UTF8 --template=template0 preceptor
    """)


def everything_is_back(academy: Academy) -> None:
    assert "Every invariant holds." in academy.said["9. Restore"]
    until(academy.is_ready, "the restored academy")
    with academy.machine.network(), Visitor(academy.authority) as admin:
        assert admin.signs_in(ADMIN).startswith("/sign-in/second-factor")
        admin.types_the_code(academy.secret)
        assert "Sam Student" in admin.get("/admin/people").text
    everywhere = academy.machine.type("cat /var/log/nginx/* /var/log/service-manager/*").stdout
    assert " GET /invitation 200 " in everywhere
    for token in academy.tokens:
        assert token not in everywhere


BEFORE = {"7. Does it run?": wait_for_the_first_sweep, "9. Restore": lose_the_database}
DOCTOR_SAYS = (
    "http leads to https",
    "passes on the name of the academy and the client's address",
    "mail.example takes our mails over TLS",
)
AFTER = {
    "1. Install": after_the_installation,
    "6. The first admin": the_first_admin_signs_in,
    "7. Does it run?": it_runs,
    "8. Upgrade": pages_of_before_stay_whole,
    "9. Restore": everything_is_back,
}


@pytest.fixture
def academy(tmp_path: Path) -> Iterator[Academy]:
    with ExitStack() as open_things:
        machine = open_things.enter_context(a_machine())
        authority = prepare(machine, tmp_path)
        played = PlayedServer(
            features=("8BITMIME", "STARTTLS", "AUTH PLAIN LOGIN"),
            tls=authority.context_for("mail.example"),
            port=587,
        )
        with machine.network():
            open_things.enter_context(played.running())
        yield Academy(machine, authority.file, played)


def test_the_manual_as_it_is_typed(academy: Academy):
    for heading, group in itertools.groupby(blocks(), key=attrgetter("heading")):
        BEFORE.get(heading, nothing)(academy)
        for block in group:
            academy.does(block)
        AFTER.get(heading, nothing)(academy)


def nothing(_academy: Academy) -> None:
    """Do nothing at this step."""


CONTAINER = """[Service]
User=preceptor
WorkingDirectory=/opt/preceptor/current
EnvironmentFile=/etc/preceptor/environment
EnvironmentFile=/etc/preceptor/container
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ReadWritePaths=/var/lib/preceptor
ExecStart={command}
"""


def test_the_container_file_makes_a_release_that_needs_nothing_but_its_volumes(tmp_path: Path):
    """Its steps are run in a folder, without a builder; then its command runs as an ordinary user who sees
    everything read-only but /tmp and the volume."""
    text = (ROOT / "docs" / "deploy" / "Containerfile").read_text()
    with a_machine() as machine:
        prepare(machine, tmp_path)
        machine.path("/opt/preceptor/current").mkdir(parents=True)
        for line in text.splitlines():
            if line.startswith("COPY"):
                machine.type("cp -r /srv/preceptor/. /opt/preceptor/current/")
            elif line.startswith("RUN"):
                step = line.removeprefix("RUN ")
                machine.type(f"cd /opt/preceptor/current && {step}", is_online=True)
        serve_as_the_container_does(machine, text)


def serve_as_the_container_does(machine: Machine, text: str) -> None:
    start_what_debian_starts(machine)
    typed = {block.heading: block for block in blocks() if not block.path}
    (settings,) = [block for block in blocks() if block.path]
    machine.type(typed["2. Database"].text)
    machine.type("""
        install -d -m 700 -o preceptor -g preceptor /etc/preceptor /var/lib/preceptor
        cd /etc/preceptor && umask 077
        /opt/preceptor/current/.venv/bin/preceptor keys new signing --file keys/signing.keys
        /opt/preceptor/current/.venv/bin/preceptor keys new sealing --file keys/sealing.keys
        openssl rand -hex 32 > secret_key
    """)
    machine.path(settings.path).write_text(settings.text)
    variables = dict(re.findall(r"^ENV (\S+)=(\S+)$", text, re.MULTILINE))
    variables |= {"PRECEPTOR_SECRET_KEY_FILE": "/etc/preceptor/secret_key"}
    lines = [f"{name}={value}" for name, value in variables.items()]
    machine.path("/etc/preceptor/container").write_text("\n".join(lines))
    machine.type("chown -R preceptor: /etc/preceptor")
    (entry,), (usual,) = (
        re.findall(rf"^{word} (\[.*\])$", text, re.MULTILINE) for word in ("ENTRYPOINT", "CMD")
    )
    for name, words in (("migrate", ["migrate"]), ("serve", json.loads(usual))):
        command = shlex.join([*json.loads(entry), *words])
        unit = CONTAINER.format(command=command)
        kind = "Type=oneshot\n" if name == "migrate" else ""
        machine.path(f"/etc/systemd/system/{name}.service").write_text(unit + kind)
        machine.type(f"systemctl start {name}")
    ready = "curl -fsS http://127.0.0.1:8000/readyz"
    until(lambda: machine.type(ready, may_fail=True).stdout.startswith(("ready", "degraded")))
    page = machine.type(f"curl -fsS -H 'Host: {HOST}' http://127.0.0.1:8000/courses").stdout
    (asset,) = set(re.findall(r'href="(/static/\w+/css/app.css)"', page))
    machine.type(f"curl -fsS -H 'Host: {HOST}' -o /dev/null http://127.0.0.1:8000{asset}")
    demand_user(machine, "preceptor", 1)


def demand_user(machine: Machine, user: str, processes: int) -> None:
    """Demand that so many commands run, each as this user and with a read-only release."""
    said = machine.type("""
        for pid in $(pgrep -f 'bin/preceptor (serve|work)'); do
            stat -c %U /proc/$pid
            nsenter --target $pid --mount --root --wd \\
                sh -c 'touch /opt/preceptor/current/x /etc/x /usr/x 2>&1 || true'
        done
    """).stdout
    assert len(re.findall(f"^{user}$", said, re.MULTILINE)) == processes, said
    assert said.count("Read-only file system") == 3 * processes
