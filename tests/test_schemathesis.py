"""The API does what its description says: schemathesis asks every operation what is right, what is at the
edge and what is wrong, with all its checks."""

import csv
from io import BytesIO, StringIO

import openpyxl
import pytest
import rdflib
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, StopReason, from_schema
from schemathesis.engine.events import EngineFinished, FatalError, NonFatalError, ScenarioFinished

from ripess_hub.api import LISTS
from ripess_hub.wsgi import application
from tests.api import grow

# The engine asks from a thread of its own, so records must be committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("fresh_pages")]

# The same requests at every run: a time limit would make of the rest of it a race. The engine reads answers
# as they come, so they must not be compressed.
HOW = {
    "seed": 20261124,
    "headers": {"Accept-Encoding": "identity"},
    "generation": {
        "mode": "all",
        "max-examples": 8,
        "deterministic": True,
        "database": "none",
        "no-shrink": True,
    },
    # Nothing can be created or changed here, so there are no states to walk through.
    "phases": {"stateful": {"enabled": False}},
}


# All there are but `max_response_time`, since how fast the hub is depends on the machine: `./run bench` tells.
CHECKS = {
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "missing_required_header",
    "negative_data_rejection",
    "not_a_server_error",
    "object_level_authorization",
    "positive_data_acceptance",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
}


@schemathesis.deserializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def workbook(context, response):
    return ", ".join(openpyxl.load_workbook(BytesIO(response.content), read_only=True).sheetnames)


@schemathesis.deserializer("text/csv")
def rows(context, response):
    list(csv.reader(StringIO(response.content.decode()), strict=True))
    return response.content.decode()


@schemathesis.deserializer("text/turtle")
def triples(context, response):
    rdflib.Graph().parse(data=response.content, format="turtle")
    return response.content.decode()


@pytest.fixture
def described():
    grow(1)
    return schemathesis.openapi.from_wsgi(
        "/api/v1/schema/", application, config=SchemathesisConfig.from_dict(HOW)
    )


def refutations(recorder):
    """What a scenario found to be other than described, each with a command that shows it."""
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info:
                yield f"{check.name}, {recorder.label}\n{check.failure_info.failure}\n{check.failure_info.code_sample}"


def test_every_operation_does_what_is_described(described):
    asked, checked, refuted, ended = dict.fromkeys(described_operations(described), 0), set(), [], False
    for event in from_schema(described).execute():
        match event:
            case ScenarioFinished():
                asked[event.recorder.label] += len(event.recorder.cases)
                checked |= {check.name for checks in event.recorder.checks.values() for check in checks}
                refuted += refutations(event.recorder)
                if event.status is Status.ERROR:
                    refuted.append(f"{event.recorder.label} could not be asked")
            case FatalError() | NonFatalError():
                refuted.append(str(event))
            case EngineFinished():
                ended = event.stop_reason is StopReason.COMPLETED
    assert not refuted, "\n\n".join(refuted)
    assert ended
    assert checked == CHECKS
    assert min(asked.values()) >= 50


def described_operations(described):
    return [operation.ok().label for operation in described.get_all_operations()]


def test_every_list_and_record_is_described(described):
    assert set(described_operations(described)) == {
        f"GET {path}"
        for view in LISTS
        for path in (f"/api/v1/{view.dataset}/", f"/api/v1/{view.dataset}/{{key}}/")
    }
