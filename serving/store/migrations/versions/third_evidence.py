"""Creates the table of counts of evidence."""

import sqlalchemy as sa
from alembic import op

revision = "evidence"
down_revision = "operation"
branch_labels = None
depends_on = None

WORD = sa.String(64)


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "evidence",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("model_version", WORD, nullable=False),
        sa.Column("answer", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("references", sa.BigInteger, nullable=False),
        sa.Column("bin", sa.BigInteger, nullable=False),
        sa.Column("space", WORD, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "day", "model_version", "answer", "kind", "references", "bin", name="pk_evidence"
        ),
    )


def downgrade() -> None:
    """Removes the table and all that is in it."""
    op.drop_table("evidence")
