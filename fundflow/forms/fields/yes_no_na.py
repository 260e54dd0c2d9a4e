"""Yes, no or does not apply."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fundflow.forms import definition as d
from fundflow.forms.fields.yes_no import NO, YES, FixedAnswers


class YesNoNaField(FixedAnswers[d.YesNoNa]):
    """Stored as `yes`, `no` or `na`."""

    answers = (("yes", YES), ("no", NO), ("na", _l("Does not apply")))
