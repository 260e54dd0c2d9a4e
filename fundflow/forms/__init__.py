"""Forms from data: definitions, the fields of a page, checks of answers, and answers for readers."""

from fundflow.forms.builder import ROW_BUTTONS, apply_row_action, build
from fundflow.forms.catalogue import Parameter, QuestionType, question_types
from fundflow.forms.checks import Finding, check
from fundflow.forms.currencies import chosen, is_chosen, misread, named
from fundflow.forms.definition import AnyQuestion, Form, Section
from fundflow.forms.fields import BadInput, Context, Line, Table, of, parts_of, read_parts
from fundflow.forms.page import PageForm
from fundflow.forms.reading import cel_answers
from fundflow.forms.summary import (
    Item,
    SummarySection,
    csv_columns,
    csv_values,
    part_names,
    pdf_rows,
    summary,
    with_parts,
)
from fundflow.forms.validation import Problems, normalise_submission, sum_names, validate

__all__ = [
    "ROW_BUTTONS", "AnyQuestion", "BadInput", "Context", "Finding", "Form", "Item", "Line", "PageForm",
    "Parameter", "Problems", "QuestionType", "Section", "SummarySection", "Table", "apply_row_action", "build",
    "cel_answers", "check", "chosen", "csv_columns", "csv_values", "is_chosen", "misread", "named",
    "normalise_submission", "of", "part_names", "parts_of", "pdf_rows", "question_types", "read_parts",
    "sum_names", "summary", "validate", "with_parts",
]  # fmt: skip
