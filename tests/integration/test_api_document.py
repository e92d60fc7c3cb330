"""The document of the API is true: a client generated from it alone can do a student's work."""

import re
from copy import deepcopy
from types import SimpleNamespace

import pytest

from app.kit.errors import Refused
from app.web.openapi import pointer_of
from app.web.system import problem_types
from tests.make.api_document import DeclaredAnswers, demand_declared
from tests.make.generated_client import BadDocument, GeneratedClient, Refusal
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_user
from tests.make.places import an_intake
from tests.make.practicals import a_practical, a_ready_student, the_course


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json()


def operations_of(document):
    return [
        (method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]


# The document by itself


def test_names_of_schemas_and_operations_are_short_and_unique(document):
    ids = [operation["operationId"] for _, _, operation in operations_of(document)]
    assert len(ids) == len(set(ids)) > 30
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []
    titles = [name for name in schemas if "ValidationError" in name]
    assert titles == []


def test_every_operation_declares_the_errors_that_everybody_can_get(document):
    problem = {"$ref": "#/components/schemas/Problem"}
    for _, path, operation in operations_of(document):
        errors = {
            status: answer["content"]
            for status, answer in operation["responses"].items()
            if int(status) >= 400
        }
        assert {"429", "500", "503"} <= set(errors), path
        for content in errors.values():
            assert content == {"application/problem+json": {"schema": problem}}, path


def test_security_is_that_of_the_routes(app, document):
    schemes = document["components"]["securitySchemes"]
    assert (schemes["token"]["scheme"], schemes["browser"]["in"]) == ("bearer", "cookie")
    for method, path, operation in operations_of(document):
        access = app.state.policies[method.upper(), path]
        wanted = [{"token": []}, {"browser": []}] if access.signed_in else [{}]
        assert operation["security"] == wanted, path
        assert ("401" in operation["responses"]) == access.signed_in, path


def test_a_document_with_a_fault_makes_no_client(document):
    twice = deepcopy(document)
    for _, _, operation in operations_of(twice):
        operation["operationId"] = "twice"
    nowhere = deepcopy(document)
    del nowhere["components"]["schemas"]["Problem"]
    for broken in (twice, nowhere):
        with pytest.raises(BadDocument):
            GeneratedClient(broken, lambda *_, **__: None)


# Every answer is held against it


def test_an_answer_that_is_not_declared_fails_the_test_that_got_it(app, client):
    declared = DeclaredAnswers(app)
    answer = client.get("/api/v1/intakes")
    assert declared.problem_with("GET", "/api/v1/intakes", answer) is None
    teapot = SimpleNamespace(status_code=418, headers={}, content=b"", json=dict)
    assert declared.problem_with("GET", "/api/v1/intakes", teapot) == (
        "enrolments_intakes 418 is not declared."
    )
    shape = SimpleNamespace(
        status_code=200,
        headers={"content-type": "application/json"},
        content=b"{}",
        json=dict,
    )
    assert "required" in declared.problem_with("GET", "/api/v1/intakes", shape)
    headless = SimpleNamespace(
        status_code=503,
        headers={"content-type": "application/problem+json", "content-language": "en-GB"},
        content=b"{}",
        json=dict,
    )
    assert declared.problem_with("GET", "/api/v1/intakes", headless) == (
        "enrolments_intakes 503 has no header Retry-After."
    )
    demand_declared(app, answer)


# A student's work by the generated client


def test_a_generated_client_learns_and_takes_a_quiz(document, database, as_person):
    with database.write() as db:
        student = a_user(db, "Sam Student")
        a_learner_place(db, student, a_published_course(db))
    client = GeneratedClient(document, as_person(student).request)
    assert client.accounts_me()["roles"] == ["student"]
    steps = client.learning_map(course_key="small-course")
    assert steps["next"]["kind"] == "lesson"
    for module in steps["modules"][:1]:
        for lesson in module["lessons"]:
            client.learning_done(course_key="small-course", lesson_key=lesson["key"])
    started = client.quizzes_start(course="small-course", quiz="skin-quiz")
    attempt = client.quizzes_attempt(attempt_id=started["attempt"])
    for question in attempt["questions"]:
        response = right_response(question)
        saved = client.quizzes_answer(
            attempt_id=attempt["id"],
            position=question["position"],
            body={"sequence": 1, "response": response},
        )
        assert saved["sequence"] == 1
    result = client.quizzes_submit(attempt_id=attempt["id"])
    assert result["possible"] == sum(question["points"] for question in attempt["questions"])
    after = client.learning_map(course_key="small-course")
    assert after["modules"][0]["lessons_done"] == len(after["modules"][0]["lessons"])
    with pytest.raises(Refusal) as refused:
        client.quizzes_attempt(attempt_id="01a22819-0445-7c16-8799-a0f3a2a5f6f1")
    assert (refused.value.status, refused.value.problem["type"]) == (404, "/problems/not-found")


def right_response(question):
    if question["type"] == "numeric":
        return {"text": "1"}
    return {"options": [question["options"][0]["token"]]}


def test_a_generated_client_books_a_practical_and_gives_it_back(document, database, as_person):
    with database.write() as db:
        the_course(db)
        student = a_ready_student(db, "Nia Novak")
        practical = a_practical(db)
    client = GeneratedClient(document, as_person(student).request)
    listed = client.practicals_list()
    assert [day["id"] for day in listed["practicals"]] == [str(practical)]
    booked = client.practicals_book(practical_id=practical, **{"Idempotency-Key": "k1"})
    again = client.practicals_book(practical_id=practical, **{"Idempotency-Key": "k1"})
    assert again == booked
    with pytest.raises(Refusal) as refused:
        client.practicals_book(practical_id=practical)
    assert (refused.value.status, refused.value.problem["reason"]) == (409, "already_booked")
    assert client.practicals_cancel_seat(practical_id=practical) is None
    assert client.practicals_show(practical_id=practical)["booked"] is False


def test_a_page_past_the_end_knows_how_many_there_are(document, database, as_person):
    with database.write() as db:
        the_course(db)
        student = a_ready_student(db, "Nia Novak")
        a_practical(db)
    client = GeneratedClient(document, as_person(student).request)
    with pytest.raises(Refusal, match="422") as refused:
        client.practicals_list(page="2")
    assert refused.value.problem["reason"] == "past_the_end"
    assert refused.value.problem["detail"] == "This list has 1 page."


def test_an_unknown_kind_of_practical_is_refused(document, database, as_person):
    with database.write() as db:
        the_course(db)
        student = a_ready_student(db, "Nia Novak")
        a_practical(db)
    client = GeneratedClient(document, as_person(student).request)
    with pytest.raises(Refusal) as refused:
        client.practicals_list(kind="practice-dya")
    (place,) = refused.value.problem["errors"]
    assert (refused.value.status, place["parameter"]) == (422, "kind")
    assert "small-course/practice-day" in place["message"]


def test_staff_are_told_that_only_students_ask_for_places(document, database, as_person):
    with database.write() as db:
        a_published_course(db)
        an_intake(db)
        admin = a_user(db, "Ada Admin", roles=("admin",))
    client = GeneratedClient(document, as_person(admin).request)
    (intake,) = client.enrolments_intakes()["intakes"]
    assert intake["refusal"] == "students_only"
    with pytest.raises(Refusal) as refused:
        client.enrolments_request(intake_id=intake["intake_id"])
    assert refused.value.status == 403


# Problems


def test_who_is_not_signed_in_is_told_how(client):
    answer = client.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="preceptor"'


def kinds(base):
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_type_of_problem_is_explained(app, client):
    """Also those of refusals that a later feature adds: the types are found by walking the classes."""
    slugs = {kind.slug for kind in kinds(Refused)} | {"status-405", "status-408", "status-413"}
    assert len(slugs) > 20
    assert slugs <= set(problem_types())
    for slug in sorted(problem_types()):
        page = client.get(f"/problems/{slug}")
        assert page.status_code == 200, slug
        assert str(problem_types()[slug][0]) in page.text.replace("&#39;", "'"), slug
    assert client.get("/problems/no-such-thing").status_code == 404


@pytest.mark.parametrize(
    ("location", "body", "pointer"),
    [
        (("sequence",), {"sequence": 0}, "/sequence"),
        (("sequence",), {}, "/sequence"),
        (("response", "Choice", "options", 1), {"response": {"options": ["a", 7]}}, "/response/options/1"),
        (("response", "TypedNumber", "text"), {"response": {"options": []}}, "/response/text"),
        (("a/b~c",), {"a/b~c": 1}, "/a~1b~0c"),
        ((17,), "{not json", ""),
        (("x",), [1], ""),
    ],
)  # fmt: skip
def test_pointers_lead_to_places_of_the_body(location, body, pointer):
    assert pointer_of(location, body) == pointer


def test_wrong_values_are_named_where_they_stand(database, as_person):
    with database.write() as db:
        student = a_user(db, "Sam Student")
        a_learner_place(db, student, a_published_course(db))
    browser = as_person(student)
    started = browser.post("/api/v1/courses/small-course/quizzes/skin-quiz/attempts").json()
    address = f"/api/v1/attempts/{started['attempt']}"
    positions = [
        question["position"]
        for question in browser.get(address).json()["questions"]
        if question["type"] == "numeric"
    ]
    answer = f"{address}/answers/{positions[0]}"
    unknown = browser.put(answer, json={"sequence": 1, "response": {"text": "1"}, "more": 1})
    assert [place["pointer"] for place in unknown.json()["errors"]] == ["/more"]
    deep = browser.put(answer, json={"sequence": 1, "response": {"options": [7]}})
    assert "/response/options/0" in [place["pointer"] for place in deep.json()["errors"]]
    unreadable = browser.put(answer, json={"sequence": 1, "response": {"text": "many"}})
    assert unreadable.status_code == 422
    assert [place["pointer"] for place in unreadable.json()["errors"]] == ["/response"]
