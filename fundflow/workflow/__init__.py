"""The workflow engine: machines as data, named rules, one way to move; it knows nothing of applications."""

from fundflow.workflow.calendar import add_months, add_working_days, deadline_at, end_of_day, is_working_day
from fundflow.workflow.checks import Known, MachineFile, check_machines, read_machine
from fundflow.workflow.compiled import CompiledMachine, CompiledMove, MachineFault
from fundflow.workflow.conditions import Condition, ConditionFault
from fundflow.workflow.context import (
    Actor,
    Fired,
    Hooks,
    MoveContext,
    MoveState,
    move_condition,
    move_scope,
)
from fundflow.workflow.definition import Deadline, Duty, Machine, Move, Reminder, RuleRef, Stage
from fundflow.workflow.diagram import diagram
from fundflow.workflow.drawing import drawing
from fundflow.workflow.engine import available, begin, enter, fire, require_role
from fundflow.workflow.findings import Finding, nearest, shape_findings, yaml_finding
from fundflow.workflow.models import Staged, start_clock, stop_clock, store
from fundflow.workflow.parameters import (
    Cel,
    FormName,
    KindName,
    LetterName,
    MailName,
    MoveOf,
    RoleName,
    StageOf,
)
from fundflow.workflow.registry import (
    Decision,
    Facts,
    Registry,
    RuleFault,
    default_registry,
    effect,
    fact,
    guard,
    of_move,
)

__all__ = [
    "Actor",
    "Cel",
    "CompiledMachine",
    "CompiledMove",
    "Condition",
    "ConditionFault",
    "Deadline",
    "Decision",
    "Duty",
    "Facts",
    "Finding",
    "Fired",
    "FormName",
    "Hooks",
    "KindName",
    "Known",
    "LetterName",
    "Machine",
    "MachineFault",
    "MachineFile",
    "MailName",
    "Move",
    "MoveContext",
    "MoveOf",
    "MoveState",
    "Registry",
    "Reminder",
    "RoleName",
    "RuleFault",
    "RuleRef",
    "Stage",
    "StageOf",
    "Staged",
    "add_months",
    "add_working_days",
    "available",
    "begin",
    "check_machines",
    "deadline_at",
    "default_registry",
    "diagram",
    "drawing",
    "effect",
    "end_of_day",
    "enter",
    "fact",
    "fire",
    "guard",
    "is_working_day",
    "move_condition",
    "move_scope",
    "nearest",
    "of_move",
    "read_machine",
    "require_role",
    "shape_findings",
    "start_clock",
    "stop_clock",
    "store",
    "yaml_finding",
]
