"""The pages of this room: a referral, the register of providers, and the provider's link."""

from fundflow.referrals.views.link import area as link
from fundflow.referrals.views.office import area as office

AREAS = (office, link)
