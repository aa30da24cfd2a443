"""Creates the tables of people, references, embeddings and images."""

import sqlalchemy as sa
from alembic import op

revision = "people"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(64)
ID = sa.String(36)
HASH = sa.LargeBinary(32)


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "person",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("name_cipher", sa.LargeBinary, nullable=False),
        sa.Column("name_hmac", HASH, nullable=False),
        sa.Column("external_id_cipher", sa.LargeBinary),
        sa.Column("external_id_hmac", HASH),
        sa.Column("consent_cipher", sa.LargeBinary),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("number", name="uq_person_number"),
        sa.UniqueConstraint("name_hmac", name="uq_person_name_hmac"),
        sa.UniqueConstraint("external_id_hmac", name="uq_person_external_id_hmac"),
    )
    op.create_index("ix_person_changed", "person", ["changed"])
    op.create_table(
        "reference",
        sa.Column("id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("image_hmac", HASH, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reference"),
        sa.UniqueConstraint("image_hmac", name="uq_reference_image_hmac"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_reference_person_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_reference_person_id", "reference", ["person_id"])
    op.create_table(
        "space",
        sa.Column("id", WORD, nullable=False),
        sa.Column("model_version", WORD, nullable=False),
        sa.Column("dimension", sa.BigInteger, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_space"),
    )
    op.create_table(
        "embedding",
        sa.Column("reference_id", ID, nullable=False),
        sa.Column("space", WORD, nullable=False),
        sa.Column("vector_cipher", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("reference_id", "space", name="pk_embedding"),
        sa.ForeignKeyConstraint(
            ["reference_id"],
            ["reference.id"],
            name="fk_embedding_reference_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["space"], ["space.id"], name="fk_embedding_space"),
    )
    op.create_table(
        "image",
        sa.Column("reference_id", ID, nullable=False),
        sa.Column("bytes_cipher", sa.LargeBinary, nullable=False),
        sa.Column("media_type", WORD, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("reference_id", name="pk_image"),
        sa.ForeignKeyConstraint(
            ["reference_id"], ["reference.id"], name="fk_image_reference_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_image_created", "image", ["created"])
    op.create_table(
        "departed",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_departed"),
    )
    op.create_index("ix_departed_changed", "departed", ["changed"])
    gallery = op.create_table(
        "gallery",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gallery"),
    )
    op.bulk_insert(gallery, [{"id": 1, "revision": 0}])
    op.create_table(
        "vault",
        sa.Column("id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("is_encrypted", sa.Boolean, nullable=False),
        sa.Column("hash_key_cipher", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vault"),
    )


def downgrade() -> None:
    """Removes the tables and all that is in them."""
    for table in (
        "vault",
        "gallery",
        "departed",
        "image",
        "embedding",
        "space",
        "reference",
        "person",
    ):
        op.drop_table(table)
