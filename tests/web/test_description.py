"""The API keeps to its description: the examples in it, and whatever is asked."""

from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings

from crawler.web import api
from crawler.web.app import DescribedApp, operations
from tests.support import small_archive as small
from tests.support.web import Web

if TYPE_CHECKING:  # it takes a second to import, which every worker of the test run would pay
    from schemathesis import Case, GenerationMode

CASES: Final = 6
"""Requests of each kind to each operation."""

KNOWN: Final = {
    "site": ("barada", "ugarit"),
    "article": (small.FIRST, small.HOSTILE, small.UNDATED),
    "story": (small.FIRST, small.HOSTILE),
}
"""What the small archive holds, by the name that it has in a path."""


@pytest.fixture(scope="module")
def schema(web: Web) -> Any:
    import schemathesis

    return schemathesis.openapi.from_url(f"{web.address}/api/openapi.json")


def test_every_operation_has_an_example_that_is_valid() -> None:
    from jsonschema_rs import validator_for

    app = DescribedApp()
    app.include_router(api.router)
    description = app.openapi()
    for path, operation in operations(description):
        content = operation["responses"]["200"]["content"]["application/json"]
        answer = content["schema"] | {"components": description["components"]}
        assert [str(error) for error in validator_for(answer).iter_errors(content["example"])] == [], path
        for parameter in operation.get("parameters", ()):
            shown = parameter["schema"].keys() | parameter.keys()
            assert shown & {"enum", "examples"} or parameter["name"] == "before", (path, parameter["name"])
        assert "422" not in operation["responses"]


def test_whatever_is_asked_is_answered_as_described(schema: Any) -> None:
    from schemathesis import GenerationMode

    for result in schema.exclude(path="/api/report").get_all_operations():  # a process renders each report
        operation = result.ok()
        _ask_anything(operation, GenerationMode.POSITIVE)
        if operation.query:
            _ask_anything(operation, GenerationMode.NEGATIVE)


def test_what_the_archive_holds_is_answered_as_described(schema: Any) -> None:
    for result in schema.get_all_operations():
        operation = result.ok()
        for parameter in operation.path_parameters:
            for value in KNOWN[parameter.name]:
                case = operation.Case(path_parameters={parameter.name: value})
                assert case.call_and_validate(checks=_checks()).status_code == 200


def _checks() -> list[Any]:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    return [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
        checks.negative_data_rejection,
    ]


def _ask_anything(operation: Any, mode: "GenerationMode") -> None:
    @settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,  # the same requests in every run
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def check(case: "Case[Any]") -> None:
        case.call_and_validate(checks=_checks())

    check()
