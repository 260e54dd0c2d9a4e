"""What every page shares: guarded routes, the actor, error pages, headers, paging and navigation."""

from fundflow.web.access import PUBLIC, SIGNED_IN, Access, permission
from fundflow.web.actor import current_actor, signed_in_actor
from fundflow.web.area import Area
from fundflow.web.nav import nav
from fundflow.web.paging import Page, paginate, requested_page
from fundflow.web.setup import setup_web

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "Access",
    "Area",
    "Page",
    "current_actor",
    "nav",
    "paginate",
    "permission",
    "requested_page",
    "setup_web",
    "signed_in_actor",
]
