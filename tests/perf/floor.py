"""The floors that budgets are measured against: bare apps of the same stack, settled once.

*read*: the sign-in looked up by token hash with its user, one more select of ten rows, a 3 KB template.
*write*: the same sign-in, one durable insert of 200 bytes.
"""

import os
from hashlib import sha256

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    select,
)

from app.db.database import Database

TOKEN = "floor-token"
metadata = MetaData()
users = Table(
    "users", metadata, Column("id", Integer, primary_key=True), Column("name", String(100))
)
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("user_id", ForeignKey("users.id")),
)
things = Table(
    "things", metadata, Column("id", Integer, primary_key=True), Column("words", String(200))
)
TEMPLATE = Environment(autoescape=True).from_string(
    "<!DOCTYPE html><html lang=en><title>Floor</title><h1>{{ name }}</h1><ul>"
    "{% for words in rows %}<li>{{ words }}</li>{% endfor %}</ul><p>" + "x" * 1400 + "</p>"
)


def fill(database: Database) -> None:
    """Make the tables and the rows the two routes read."""
    metadata.create_all(database.engine)
    with database.write() as db:
        db.execute(insert(users), [{"id": 1, "name": "Floor"}])
        db.execute(
            insert(sign_ins), [{"token_hash": sha256(TOKEN.encode()).digest(), "user_id": 1}]
        )
        db.execute(insert(things), [{"id": n, "words": "w" * 150} for n in range(1, 1001)])


def create_app() -> FastAPI:
    """Return the bare app on the database that FLOOR_DATABASE_URL names."""
    database = Database(os.environ["FLOOR_DATABASE_URL"])
    app = FastAPI(openapi_url=None)

    def who(request: Request) -> tuple[int, str]:
        token_hash = sha256(request.cookies["sid"].encode()).digest()
        with database.read() as db:
            row = db.execute(
                select(users.c.id, users.c.name)
                .join(sign_ins, sign_ins.c.user_id == users.c.id)
                .where(sign_ins.c.token_hash == token_hash)
            ).one()
        return row.id, row.name

    @app.get("/read")
    def read(request: Request) -> Response:
        _, name = who(request)
        with database.read() as db:
            rows = db.scalars(select(things.c.words).where(things.c.id <= 10)).all()
        return HTMLResponse(TEMPLATE.render(name=name, rows=rows))

    @app.post("/write")
    def write(request: Request) -> Response:
        who(request)
        with database.write() as db:
            db.execute(insert(things).values(words="w" * 200))
        return Response(status_code=204)

    return app
