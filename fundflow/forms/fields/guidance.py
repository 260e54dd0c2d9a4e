"""Advice between questions."""

from __future__ import annotations

from fundflow.forms import definition as d
from fundflow.forms.fields.heading import UnaskedField


class GuidanceField(UnaskedField[d.Guidance]):
    """Opens below its title; asks nothing."""

    control = "guidance"
