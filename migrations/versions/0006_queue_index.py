"""The queue finds what waits for a role by an index.

Revision: 0006, after 0005
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_application_waits", "application", ["waits_for"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_application_waits", table_name="application", postgresql_using="gin")
