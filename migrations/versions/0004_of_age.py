"""Coming of age, codes of the second step that are taken once.

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("announced_at", "ended_at", "consented_at"):
        op.add_column("guardianship", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_guardianship_open",
        "guardianship",
        ["ends_on"],
        postgresql_where=sa.text("consented_at is null"),
    )
    op.add_column("user_account", sa.Column("tf_last_counter", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "tf_last_counter")
    op.drop_index("ix_guardianship_open", table_name="guardianship")
    for name in ("announced_at", "ended_at", "consented_at"):
        op.drop_column("guardianship", name)
