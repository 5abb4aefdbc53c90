"""The sorts' indexes say too which images are favourites, and which are approved

A walk along a sort looks for a business's favourites, or for a word among them, without fetching
the rows of all others.

Revision 0016, after 0015.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SORTS = (
    ("ix_images_used", ["business_id", "usage_count", "id"]),
    ("ix_images_name", ["business_id", "name_key", "id"]),
)
MARKS = ["favourites", "approved"]


def upgrade() -> None:
    """To this revision."""
    for name, columns in SORTS:
        op.drop_index(name, "images")
        op.create_index(name, "images", [*columns, *MARKS])


def downgrade() -> None:
    """Back to the one before."""
    for name, columns in SORTS:
        op.drop_index(name, "images")
        op.create_index(name, "images", columns)
