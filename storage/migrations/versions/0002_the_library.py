"""The library: more of each image, indexes for every sort, full text, counts, stars and removals

Revision 0002, after 0001.

Searches stand on what is kept here by triggers, in the transaction of whoever writes:

    image_search   SQLite only: FTS5 over `images.document`. Contentless (the text stands in the row
                   already), without positions or sizes (nothing is ranked, nothing is a phrase),
                   with an index for beginnings of up to three letters after the six digits of the
                   business. A token is what stands between two spaces: core cuts `document`.
    image_words    SQLite only: every word that ever stood in a document, for longer beginnings
    image_counts   how many documents hold each facet, a token with a "/"
    post_images    which posts show which images
"""

from types import SimpleNamespace

import sqlalchemy as sa
from alembic import op

from core.library.search import document_of, name_key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """To this revision."""
    _widen_images()
    _make_tables()
    _index_images()
    _describe_images()
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _widen_images() -> None:
    for name, type_, default in (
        ("source", sa.String(8), "generate"),
        ("provider", sa.String(32), ""),
        ("thumbnail_key", sa.Text(), ""),
        ("placeholder", sa.Text(), ""),
        ("favourites", sa.Integer(), "0"),
        ("approved", sa.Boolean(), sa.false()),
        ("name_key", PLAIN, ""),
        ("document", sa.Text(), ""),
    ):
        op.add_column("images", sa.Column(name, type_, nullable=False, server_default=default))


def _make_tables() -> None:
    op.create_table(
        "image_counts",
        sa.Column("facet", PLAIN, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("facet", name="pk_image_counts"),
    )
    op.create_table(
        "post_images",
        sa.Column("image_id", BIG, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("image_id", "post_id", name="pk_post_images"),
    )
    op.create_index("ix_post_images_post_id", "post_images", ["post_id"])
    op.create_table(
        "stars",
        sa.Column("image_id", BIG, autoincrement=False, nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("stars", "image_id", "images.id"),
        _refers("stars", "member_id", "members.id"),
        sa.PrimaryKeyConstraint("image_id", "member_id", name="pk_stars"),
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("business_id", BIG, nullable=False),
        sa.Column("image_id", BIG, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("member_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        _refers("removals", "business_id", "businesses.id"),
        sa.PrimaryKeyConstraint("id", name="pk_removals"),
    )
    op.create_index("ix_removals_ended_at", "removals", ["ended_at"])
    op.create_index("ix_removals_wake_at", "removals", ["wake_at"])
    op.create_index("ix_removals_sha256", "removals", ["business_id", "sha256"])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", initially="DEFERRED", deferrable=True
    )


def _index_images() -> None:
    op.drop_index("ix_images_business_newest", "images")
    for name, columns in (
        ("ix_images_newest", ["business_id", "id"]),
        ("ix_images_created", ["business_id", "created_at", "id"]),
        ("ix_images_used", ["business_id", "usage_count", "id"]),
        ("ix_images_name", ["business_id", "name_key", "id"]),
        ("ix_images_source_newest", ["business_id", "source", "id"]),
        ("ix_images_source_used", ["business_id", "source", "usage_count", "id"]),
        ("ix_images_source_name", ["business_id", "source", "name_key", "id"]),
        ("ix_images_source_sha256", ["business_id", "source_sha256"]),
    ):
        op.create_index(name, "images", columns)
    uploaded, parent = sa.text("source = 'upload'"), sa.text("parent_id IS NOT NULL")
    op.create_index(
        "uq_images_upload",
        "images",
        ["business_id", "source_sha256"],
        unique=True,
        sqlite_where=uploaded,
        postgresql_where=uploaded,
    )
    op.create_index(
        "ix_images_parent",
        "images",
        ["parent_id"],
        sqlite_where=parent,
        postgresql_where=parent,
    )
    for number in range(4):
        band = sa.text(f"substr(dhash, {number * 4 + 1}, 4)")
        op.create_index(f"ix_images_band_{number}", "images", ["business_id", band, "dhash"])
    op.create_index("ix_items_image_id", "items", ["image_id"])


def _describe_images() -> None:
    """Give the rows that were there their documents, as the program makes them now.

    They are derived and never read back, so it does no harm that a later program makes others.
    """
    plain = ("id", "business_id", "filename", "original_filename", "source", "provider")
    more = ("creator_id", "ai_prompt", "title", "description", "document", "name_key")
    images = sa.table(
        "images",
        *(sa.column(name) for name in (*plain, *more, "favourites", "approved", "usage_count")),
        sa.column("tags", sa.JSON()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(images)).all():
        image = SimpleNamespace(**row._mapping)
        found_by = {"document": document_of(image), "name_key": name_key(image.filename)}
        connection.execute(sa.update(images).where(images.c.id == image.id).values(found_by))


# Tokens are made of letters, digits and /%-._~ only, so they may be pasted into JSON as they stand.
CUT = """json_each('["' || replace({0}.document, ' ', '","') || '"]')"""
TOKENS_OF = f"SELECT value FROM {CUT} WHERE value {{1}} '%/%'"
KEEP_WORDS = f"INSERT OR IGNORE INTO image_words (token) {TOKENS_OF.format('new', 'NOT LIKE')}"
COUNT_UP = f"""INSERT INTO image_counts (facet, n)
        SELECT value, 1 FROM ({TOKENS_OF.format("new", "LIKE")}) WHERE true
        ON CONFLICT (facet) DO UPDATE SET n = n + 1"""
COUNT_DOWN = f"""UPDATE image_counts SET n = n - 1
        WHERE facet IN ({TOKENS_OF.format("old", "LIKE")})"""

SQLITE = (
    """CREATE VIRTUAL TABLE image_search USING fts5(
    document, content='', detail=none, columnsize=0, prefix='7 8 9',
    tokenize="ascii tokenchars '/%-._~'")""",
    "CREATE TABLE image_words (token TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID",
    "INSERT INTO image_search (rowid, document) SELECT id, document FROM images",
    f"""INSERT OR IGNORE INTO image_words (token)
    SELECT value FROM images, {CUT.format("images")} WHERE value NOT LIKE '%/%'""",
    f"""INSERT INTO image_counts (facet, n) SELECT value, count(*)
    FROM images, {CUT.format("images")} WHERE value LIKE '%/%' GROUP BY value""",
    f"""CREATE TRIGGER image_found AFTER INSERT ON images BEGIN
    INSERT INTO image_search (rowid, document) VALUES (new.id, new.document);
    {KEEP_WORDS};
    {COUNT_UP};
END""",
    f"""CREATE TRIGGER image_found_no_more AFTER DELETE ON images BEGIN
    INSERT INTO image_search (image_search, rowid, document)
        VALUES ('delete', old.id, old.document);
    {COUNT_DOWN};
END""",
    f"""CREATE TRIGGER image_found_otherwise AFTER UPDATE OF document ON images
    WHEN old.document <> new.document BEGIN
    INSERT INTO image_search (image_search, rowid, document)
        VALUES ('delete', old.id, old.document);
    INSERT INTO image_search (rowid, document) VALUES (new.id, new.document);
    {KEEP_WORDS};
    {COUNT_DOWN};
    {COUNT_UP};
END""",
    """CREATE TRIGGER post_shows AFTER INSERT ON posts BEGIN
    INSERT OR IGNORE INTO post_images (image_id, post_id)
        SELECT json_extract(value, '$.image_id'), new.id FROM json_each(new.images);
END""",
    """CREATE TRIGGER post_shows_otherwise AFTER UPDATE OF images ON posts
    WHEN old.images <> new.images BEGIN
    DELETE FROM post_images WHERE post_id = old.id;
    INSERT OR IGNORE INTO post_images (image_id, post_id)
        SELECT json_extract(value, '$.image_id'), new.id FROM json_each(new.images);
END""",
    """CREATE TRIGGER post_shows_no_more AFTER DELETE ON posts BEGIN
    DELETE FROM post_images WHERE post_id = old.id;
END""",
    """INSERT OR IGNORE INTO post_images (image_id, post_id)
    SELECT json_extract(value, '$.image_id'), posts.id FROM posts, json_each(posts.images)""",
)

POSTGRESQL = (
    """CREATE INDEX ix_images_document ON images
    USING gin (array_to_tsvector(string_to_array(document, ' ')))""",
    """INSERT INTO image_counts (facet, n)
    SELECT token, count(*) FROM images, unnest(string_to_array(document, ' ')) AS token
    WHERE token LIKE '%/%' GROUP BY token""",
    # Facets in one order, or two units might wait for each other.
    """CREATE FUNCTION count_image_facets(document text, step bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO image_counts AS kept (facet, n)
        SELECT token, step FROM unnest(string_to_array(document, ' ')) AS token
        WHERE token LIKE '%/%' ORDER BY token
    ON CONFLICT (facet) DO UPDATE SET n = kept.n + excluded.n
$$""",
    """CREATE FUNCTION image_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN PERFORM count_image_facets(old.document, -1); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM count_image_facets(new.document, 1); END IF;
    RETURN NULL;
END $$""",
    """CREATE TRIGGER image_counted AFTER INSERT OR DELETE ON images
    FOR EACH ROW EXECUTE FUNCTION image_written()""",
    """CREATE TRIGGER image_counted_otherwise AFTER UPDATE ON images
    FOR EACH ROW WHEN (old.document IS DISTINCT FROM new.document)
    EXECUTE FUNCTION image_written()""",
    """CREATE FUNCTION post_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN DELETE FROM post_images WHERE post_id = old.id; END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO post_images (image_id, post_id)
            SELECT DISTINCT (shown ->> 'image_id')::bigint, new.id
            FROM json_array_elements(new.images) AS shown;
    END IF;
    RETURN NULL;
END $$""",
    """CREATE TRIGGER post_shows AFTER INSERT OR DELETE ON posts
    FOR EACH ROW EXECUTE FUNCTION post_written()""",
    """CREATE TRIGGER post_shows_otherwise AFTER UPDATE ON posts
    FOR EACH ROW WHEN (old.images::text IS DISTINCT FROM new.images::text)
    EXECUTE FUNCTION post_written()""",
    """INSERT INTO post_images (image_id, post_id)
    SELECT DISTINCT (shown ->> 'image_id')::bigint, posts.id
    FROM posts, json_array_elements(posts.images) AS shown""",
)


def downgrade() -> None:
    """Back to the one before."""
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("image_found", "image_found_no_more", "image_found_otherwise"):
            op.execute(f"DROP TRIGGER {trigger}")
        for trigger in ("post_shows", "post_shows_otherwise", "post_shows_no_more"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE image_search")
        op.execute("DROP TABLE image_words")
    else:
        op.execute("DROP FUNCTION image_written() CASCADE")
        op.execute("DROP FUNCTION count_image_facets(text, bigint)")
        op.execute("DROP FUNCTION post_written() CASCADE")
        op.drop_index("ix_images_document", "images")
    op.drop_index("ix_items_image_id", "items")
    for number in range(4):
        op.drop_index(f"ix_images_band_{number}", "images")
    for name in (
        *("newest", "created", "used", "name", "parent"),
        *("source_newest", "source_used", "source_name", "source_sha256"),
    ):
        op.drop_index(f"ix_images_{name}", "images")
    op.drop_index("uq_images_upload", "images")
    for table in ("removals", "stars", "post_images", "image_counts"):
        op.drop_table(table)
    for name in (
        *("source", "provider", "thumbnail_key", "placeholder"),
        *("favourites", "approved", "name_key", "document"),
    ):
        op.drop_column("images", name)
    op.create_index("ix_images_business_newest", "images", ["business_id", "created_at", "id"])
