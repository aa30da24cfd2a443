"""Creates the tables of decisions, keys, audit and repeated requests."""

import sqlalchemy as sa
from alembic import op

revision = "operation"
down_revision = "people"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(64)
ID = sa.String(36)
HASH = sa.LargeBinary(32)


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "decision",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("person_id", ID),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("policy", WORD),
        sa.Column("llr", sa.Double),
        sa.Column("distance", sa.Double),
        sa.Column("gap", sa.Double),
        sa.Column("space", WORD, nullable=False),
        sa.Column("model_version", WORD, nullable=False),
        sa.Column("details_cipher", sa.LargeBinary),
        sa.Column("image_cipher", sa.LargeBinary),
        sa.Column("media_type", WORD),
        sa.Column("status", WORD, nullable=False),
        sa.Column("reviewed_as", WORD),
        sa.Column("reviewed_by", ID),
        sa.Column("reviewed", MOMENT),
        sa.Column("note_cipher", sa.LargeBinary),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("number", name="uq_decision_number"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_decision_person_id", ondelete="SET NULL"
        ),
    )
    op.create_index("ix_decision_person_id", "decision", ["person_id"])
    op.create_index("ix_decision_created", "decision", ["created"])
    op.create_index("ix_decision_status_number", "decision", ["status", "number"])
    op.create_table(
        "api_key",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("prefix", WORD, nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("may_embed", sa.Boolean, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT),
        sa.Column("revoked", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("prefix", name="uq_api_key_prefix"),
        sa.UniqueConstraint("sha256", name="uq_api_key_sha256"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("key_id", ID),
        sa.Column("action", WORD, nullable=False),
        sa.Column("person_id", ID),
        sa.Column("outcome", WORD, nullable=False),
        sa.Column("request_id", WORD),
        sa.Column("model_version", WORD),
        sa.Column("previous", HASH, nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_person_id", "audit", ["person_id"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("lines", sa.BigInteger, nullable=False),
        sa.Column("hash", HASH, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "lines": 0, "hash": bytes(32)}])
    op.create_table(
        "idempotency",
        sa.Column("key_id", ID, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("request_hash", HASH, nullable=False),
        sa.Column("status", sa.BigInteger),
        sa.Column("body_cipher", sa.LargeBinary),
        sa.Column("person_id", ID),
        sa.Column("expires", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_id", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_person_id", "idempotency", ["person_id"])
    op.create_index("ix_idempotency_expires", "idempotency", ["expires"])


def downgrade() -> None:
    """Removes the tables and all that is in them."""
    for table in ("idempotency", "audit_head", "audit", "api_key", "decision"):
        op.drop_table(table)
