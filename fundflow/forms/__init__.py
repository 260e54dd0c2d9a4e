"""Forms from data: definitions, the fields of a page, checks of answers, and answers for readers."""

from fundflow.forms.builder import apply_row_action, build
from fundflow.forms.checks import Finding, check
from fundflow.forms.definition import AnyQuestion, Form, Section
from fundflow.forms.fields import BadInput, Context, Line, Table, of
from fundflow.forms.page import PageForm
from fundflow.forms.reading import cel_answers
from fundflow.forms.summary import Item, SummarySection, csv_columns, csv_values, pdf_rows, summary
from fundflow.forms.validation import Problems, normalise_submission, sum_names, validate

__all__ = [
    "AnyQuestion", "BadInput", "Context", "Finding", "Form", "Item", "Line", "PageForm", "Problems",
    "Section", "SummarySection", "Table", "apply_row_action", "build", "cel_answers", "check",
    "csv_columns", "csv_values", "normalise_submission", "of", "pdf_rows", "sum_names", "summary",
    "validate",
]  # fmt: skip
