"""Pages of the office: the queue, the list, the case, the trail, and what has to be looked after."""

from fundflow.reporting.views import case, funds, listing, office, programmes, trail, work
from fundflow.web import Area

AREAS: tuple[Area, ...] = (
    work.area,
    listing.area,
    case.area,
    trail.area,
    office.area,
    funds.area,
    programmes.area,
)

__all__ = ["AREAS"]
