"""Yes or no."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Q
from fundflow.forms.fields.choice import OneOf, Option
from fundflow.forms.speech import said

YES, NO = _l("Yes"), _l("No")


class FixedAnswers(OneOf[Q]):
    """Answers whose words are the product's own."""

    answers: tuple[tuple[str, object], ...] = ()

    def options(self, language: str) -> list[Option]:
        return [(option, said(language, words), "") for option, words in self.answers]

    def ids(self) -> list[str]:
        return [option for option, _words in self.answers]


class YesNoField(FixedAnswers[d.YesNo]):
    """Stored as `yes` or `no`, so that no answer differs from no."""

    answers = (("yes", YES), ("no", NO))
