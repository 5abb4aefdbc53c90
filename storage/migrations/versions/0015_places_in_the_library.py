"""On SQLite, where in the library a numbered page begins, and what answers are sorted by

    image_blocks        of each facet without a value, how many images hold it in each block of
                        16,384 ids: a page deep in the library is found by adding some numbers
    ix_images_sorting   from an id to what lists are sorted by, without the row

Kept by triggers, as all beside the images (revision 0002). PostgreSQL has neither: its units would
wait for each other's blocks, and it sorts what it finds by itself.

Revision 0015, after 0014.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Tokens are letters, digits and /%-._~ only, so they may be pasted into JSON as they stand.
FACETS = """SELECT value FROM json_each('["' || replace({}.document, ' ', '","') || '"]')
        WHERE value LIKE '%/%' AND value NOT LIKE '%/%/%'"""
COUNT_UP = f"""INSERT INTO image_blocks (facet, block, n)
        SELECT value, new.id >> 14, 1 FROM ({FACETS.format("new")}) WHERE true
        ON CONFLICT (facet, block) DO UPDATE SET n = n + 1"""
COUNT_DOWN = f"""UPDATE image_blocks SET n = n - 1
        WHERE block = old.id >> 14 AND facet IN ({FACETS.format("old")})"""

STATEMENTS = (
    "CREATE INDEX ix_images_sorting ON images (business_id, id, usage_count, name_key)",
    """CREATE TABLE image_blocks (
    facet TEXT NOT NULL, block INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (facet, block)
) WITHOUT ROWID""",
    """INSERT INTO image_blocks (facet, block, n)
    SELECT facet, block, count(*) FROM (
        SELECT token.value AS facet, images.id >> 14 AS block
        FROM images, json_each('["' || replace(images.document, ' ', '","') || '"]') AS token
        WHERE token.value LIKE '%/%' AND token.value NOT LIKE '%/%/%'
    ) GROUP BY facet, block""",
    f"""CREATE TRIGGER image_placed AFTER INSERT ON images BEGIN
    {COUNT_UP};
END""",
    f"""CREATE TRIGGER image_placed_no_more AFTER DELETE ON images BEGIN
    {COUNT_DOWN};
END""",
    f"""CREATE TRIGGER image_placed_otherwise AFTER UPDATE OF document ON images
    WHEN old.document <> new.document BEGIN
    {COUNT_DOWN};
    {COUNT_UP};
END""",
)


def upgrade() -> None:
    """To this revision."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in STATEMENTS:
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Back to the one before."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("image_placed", "image_placed_no_more", "image_placed_otherwise"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE image_blocks")
        op.execute("DROP INDEX ix_images_sorting")
