"""Static checks of a programme's machines: every fault with its place, before anyone is hurt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from fundflow.platform.strict_yaml import YamlFault, load_with_places
from fundflow.workflow.checks.chains import check_chains, check_set_off
from fundflow.workflow.checks.deadlines import check_deadlines
from fundflow.workflow.checks.moves import check_moves
from fundflow.workflow.checks.report import Known, MachineFile, Report
from fundflow.workflow.checks.stages import check_stages
from fundflow.workflow.definition import Machine
from fundflow.workflow.findings import Finding, nearest, shape_findings, yaml_finding
from fundflow.workflow.registry import Registry, default_registry

__all__ = ["Finding", "Known", "MachineFile", "check_machines", "nearest", "read_machine", "shape_findings"]


def read_machine(kind: str, file: str, text: str) -> tuple[MachineFile | None, list[Finding]]:
    """A machine file as a model with its places, or what keeps it from being one."""
    try:
        data, places = load_with_places(text, file)
    except YamlFault as fault:
        return None, [yaml_finding(fault)]
    try:
        return MachineFile(kind, file, Machine.model_validate(data), places), []
    except ValidationError as error:
        return None, shape_findings(error, Machine, file, places)


def check_machines(
    files: Sequence[MachineFile], known: Known, registry: Registry = default_registry
) -> list[Finding]:
    """What is wrong with a programme's machines and with what they name, in order of place."""
    machines: Mapping[str, Machine] = {each.kind: each.machine for each in files}
    reports = [Report(each, known, registry, machines) for each in files]
    for report in reports:
        check_stages(report)
        check_deadlines(report)
        check_moves(report)
        check_chains(report)
    if not any(report.findings for report in reports):
        for report in reports:
            check_set_off(report)
    findings = [found for report in reports for found in report.findings]
    return sorted(findings, key=lambda found: (found.file, found.line, found.column))
