"""What is given for running Khabar (`compose.yaml`, `contrib/`) is readable, and speaks of what there is.

There is no Docker here: whether the images are built and the services start is not tested.
"""

import configparser
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from crawler.cli.main import application
from crawler.settings import Settings
from tests.support.paths import ROOT

CONTRIB = ROOT / "contrib"
METRICS = set(
    re.findall(
        r'"(khabar_\w+)"', (ROOT / "crawler/operations/crawling/metrics.py").read_text(encoding="utf-8")
    )
)
UNITS = sorted((CONTRIB / "systemd").glob("*.service"))


def _unknown_metrics(text: str) -> set[str]:
    return {name for name in re.findall(r"\bkhabar_\w+", text) if name.removesuffix("_total") not in METRICS}


def _check_command(words: list[str]) -> None:
    """Make sure that `khabar` has this command and these options."""
    command: Any = get_command(application([words[0]]))
    context = command.commands[words[0]].make_context(words[0], list(words[1:]), resilient_parsing=False)
    assert not context.args


def test_compose_starts_commands_that_there_are() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"schedule", "worker", "web", "mongodb", "valkey", "caddy"}
    for name in ("schedule", "worker", "web"):
        _check_command(services[name]["command"])
        assert services[name]["cap_drop"] == ["ALL"]
        fields = {variable.removeprefix("KHABAR_").lower() for variable in services[name]["environment"]}
        assert fields <= set(Settings.model_fields)
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    mounted = {
        str(volume).partition(":")[0] for service in services.values() for volume in service["volumes"]
    }
    assert {volume for volume in mounted if not volume.startswith("./")} == set(compose["volumes"])
    variables = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    example = (CONTRIB / "compose.env").read_text(encoding="utf-8")
    assert variables == set(re.findall(r"^(\w+)=", example, re.M))


def test_the_image_runs_without_root_and_copies_what_there_is() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER 10001" in lines
    copies = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    copied = {name for names in copies for name in names}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied == {name.removeprefix("!") for name in allowed if name.startswith("!")}


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_of_systemd_start_commands_that_there_are(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text(encoding="utf-8"))
    program, *words = parser["Service"]["ExecStart"].split()
    assert program == "/opt/khabar/bin/khabar"
    _check_command(words)
    assert parser["Service"]["NoNewPrivileges"] == "yes"


def test_the_dashboard_and_the_alert_rules_ask_for_metrics_that_there_are() -> None:
    dashboard = json.loads((CONTRIB / "grafana" / "khabar.json").read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(queries) == 11
    rules = yaml.safe_load((CONTRIB / "prometheus" / "khabar.rules.yml").read_text(encoding="utf-8"))
    queries += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert [_unknown_metrics(query) for query in queries if _unknown_metrics(query)] == []
