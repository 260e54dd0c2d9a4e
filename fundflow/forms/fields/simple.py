"""Which class stands behind each type that may also be a column of repeating rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import FieldType
from fundflow.forms.fields.choice import ChoiceField
from fundflow.forms.fields.chosen_money import money_type
from fundflow.forms.fields.code import CodeField
from fundflow.forms.fields.date import DateField
from fundflow.forms.fields.email import EmailField
from fundflow.forms.fields.iban import IbanField
from fundflow.forms.fields.long_text import LongTextField
from fundflow.forms.fields.number import NumberField
from fundflow.forms.fields.percentage import PercentageField
from fundflow.forms.fields.phone import PhoneField
from fundflow.forms.fields.tax_number import TaxNumberField
from fundflow.forms.fields.text import TextField
from fundflow.forms.fields.url import UrlField
from fundflow.forms.fields.yes_no import YesNoField
from fundflow.forms.fields.yes_no_na import YesNoNaField

SIMPLE: Mapping[type[d.Base], Callable[[Any], FieldType[Any]]] = {
    d.Text: TextField,
    d.LongText: LongTextField,
    d.Number: NumberField,
    d.Percentage: PercentageField,
    d.Money: money_type,
    d.Date: DateField,
    d.YesNo: YesNoField,
    d.YesNoNa: YesNoNaField,
    d.ChoiceOf: ChoiceField,
    d.Code: CodeField,
    d.Email: EmailField,
    d.Url: UrlField,
    d.Phone: PhoneField,
    d.Iban: IbanField,
    d.TaxNumber: TaxNumberField,
}


def simple(question: d.Base) -> FieldType[Any]:
    """The question with the behaviour of its type."""
    return SIMPLE[type(question)](question)
