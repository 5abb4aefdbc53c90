"""The names' index says too how often an image was used

A walk along the names passes those that were published, or never used, without fetching their rows:
a numbered page deep among them took some hundred milliseconds.

Revision 0017, after 0016.
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_images_name", ("business_id", "name_key", "id")
MARKS = ("favourites", "approved")


def upgrade() -> None:
    """To this revision."""
    op.drop_index(NAME, "images")
    op.create_index(NAME, "images", [*COLUMNS, *MARKS, "usage_count"])


def downgrade() -> None:
    """Back to the one before."""
    op.drop_index(NAME, "images")
    op.create_index(NAME, "images", [*COLUMNS, *MARKS])
