"""Pages of applicants and the pages that every role shares: calls, forms, moves, files."""

from fundflow.applications.views import caseloads, conflicts, drafts, files, forms, moves, public, saving
from fundflow.web import Area

AREAS: tuple[Area, ...] = (
    public.area, caseloads.area, drafts.area, forms.area, saving.area, conflicts.area, moves.area, files.area,
)  # fmt: skip

__all__ = ["AREAS"]
