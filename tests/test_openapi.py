"""The description of the interface is valid OpenAPI, and says what the server does."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from failuregraph.build import build
from failuregraph.names import BASE
from failuregraph.project import Project
from failuregraph.query import Parameter, QueryFile
from failuregraph.serve.app import Service
from failuregraph.serve.asking import Reply, ask
from failuregraph.serve.settings import Place, Settings

JSON_TYPES: dict[str, type] = {"boolean": bool, "integer": int, "number": float, "string": str}


@pytest.fixture(scope="module")
def service(corpus: Project, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return what serves a release of the corpus, without workers."""
    return Service(build(corpus, tmp_path_factory.mktemp("openapi")), corpus, Settings(), Place())


@pytest.fixture(scope="module")
def said(service: Service) -> dict[str, Any]:
    """Return the description as it is served."""
    reply = _get(service, "/openapi.json")
    assert (200, "application/vnd.oai.openapi+json") == (reply.status, reply.media_type)
    found: dict[str, Any] = json.loads(reply.text)
    return found


def _get(service: Service, path: str, accept: str = "*/*") -> Reply:
    place, _, query = path.partition("?")
    return asyncio.run(ask(service, place, accept, query=query))


def _questions(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    prefix = "/questions/"
    return {path.removeprefix(prefix): each["get"] for path, each in said["paths"].items() if path.startswith(prefix)}


def test_it_is_valid(said: dict[str, Any]) -> None:
    """The validator finds nothing, and finds something where an operation has no responses."""
    assert [] == list(OpenAPIV31SpecValidator(said).iter_errors())
    broken = json.loads(json.dumps(said))
    broken["paths"]["/sparql"]["get"]["responses"]["200"].pop("description")
    assert [] != list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_question_is_there_with_its_parameters(said: dict[str, Any], service: Service) -> None:
    """Names, defaults and what is required are those of the bank; a default has the type that is stated."""
    assert set(service.site.questions) == set(_questions(said))
    for name, operation in _questions(said).items():
        query = service.site.questions[name]
        given = {each["name"]: each for each in operation["parameters"]}
        assert {"format", *(each.name for each in query.parameters)} == set(given)
        for parameter in query.parameters:
            stated = given[parameter.name]
            assert stated["required"] == (parameter.default is None and not parameter.optional)
            assert ("default" in stated["schema"]) == (parameter.default is not None)
            if parameter.default is not None:
                assert isinstance(stated["schema"]["default"], JSON_TYPES[stated["schema"]["type"]])
                assert parameter.term(_text(stated["schema"]["default"])) == parameter.term(parameter.default)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_each_type_has_a_schema(tmp_path: Path) -> None:
    """What the bank may grow to have is described too, and a default is what JSON has for it."""
    from failuregraph.pages.published import openapi

    path = tmp_path / "q.rq"
    header = {"title": "T", "question": "Q?"}
    types = {
        "boolean": "true",
        "date": "2020-01-02",
        "decimal": "0.5",
        "integer": "3",
        "iri": "mode:bias",
        "string": "",
    }
    parameters = tuple(Parameter(kind, kind, f"The {kind}", value) for kind, value in types.items())
    operation = openapi._question(QueryFile(path, "", header, parameters))  # noqa: SLF001 - one operation
    defaults = {each["name"]: each["schema"].get("default") for each in operation["parameters"]}
    expected = {"boolean": True, "date": "2020-01-02", "decimal": 0.5, "integer": 3, "iri": "mode:bias"}
    assert expected | {"string": "", "format": None} == defaults


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_promised_is_answered(said: dict[str, Any], service: Service, form: str) -> None:
    """Each question that needs no parameter answers in a format of the list, with a media type that is stated."""
    asked = 0
    for name, operation in _questions(said).items():
        if any(each["required"] for each in operation["parameters"]):
            continue
        formats = next(each for each in operation["parameters"] if each["name"] == "format")["schema"]["enum"]
        assert form in formats
        reply = _get(service, f"/questions/{name}?{urlencode({'format': form})}")
        assert 200 == reply.status
        assert reply.media_type in operation["responses"]["200"]["content"]
        asked += 1
    assert asked > 60


def test_a_misspelt_parameter_is_refused_as_stated(said: dict[str, Any], service: Service) -> None:
    """400 as plain text."""
    reply = _get(service, "/questions/severity-by-mode?format=json&mod=x")
    assert 400 == reply.status
    assert reply.media_type in _questions(said)["severity-by-mode"]["responses"]["400"]["content"]


@pytest.mark.parametrize("kind", ["application/json", "text/csv", "text/turtle", "application/ld+json"])
def test_incidents_and_records_answer_as_stated(said: dict[str, Any], service: Service, kind: str) -> None:
    """Every parameter of the list narrows it or is one of the order; a record is there in the formats of a graph."""
    listed = said["paths"]["/incidents"]["get"]
    assert kind in listed["responses"]["200"]["content"]
    reply = _get(service, "/incidents?q=chatbot&sort=oldest", kind)
    assert (200, kind) == (reply.status, reply.media_type)
    for each in listed["parameters"]:
        narrowed = _get(service, "/incidents.csv?" + urlencode({each["name"]: "no-such-value"}))
        rows = len(narrowed.text.splitlines()) - 1
        assert (rows == 0) == (each["name"] != "sort")


def test_the_address_of_the_server_is_the_public_one(service: Service, corpus: Project) -> None:
    """Without one it is the permanent address; never that of the request."""
    assert BASE.rstrip("/") == json.loads(_get(service, "/openapi.json").text)["servers"][0]["url"]
    placed = Service(service.release, corpus, Settings(), Place("https://example.org/graph"))
    assert "https://example.org/graph" == json.loads(_get(placed, "/openapi.json").text)["servers"][0]["url"]
