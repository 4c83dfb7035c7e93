"""The registry of buyers: who they are in our sources' words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import connection, transaction

from core.copying import copy_rows
from core.planning import joins_for


class BuyerRow(NamedTuple):
    """What a source says about one buyer. ``external_id`` is text as the source writes it: leading zeros matter.

    ``code`` is our own code where the source knows it: it joins the row to the buyer who already has that code.
    """

    external_id: str
    name: str
    name_zh: str = ""
    country: str = ""
    currency: str = ""
    code: str = ""
    sales_owner_id: int | None = None
    founded_on: date | None = None
    website: str = ""


@transaction.atomic
def upsert_buyers(rows: Iterable[BuyerRow], source: str) -> dict[str, int]:
    """Create the buyers that ``source`` names and we do not know; return buyer ids by external id.

    Master data on record is only filled where it is empty; a name that only repeats the code counts as empty.
    Where rows repeat an external id, the first one counts and other spellings of the name are kept as aliases. External
    ids of one ``code`` are one buyer. A new buyer's code is ``code`` or the external id; if another buyer has that,
    ``source:external_id``.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_SQL)
        copy_rows(cursor, "given_buyer", BuyerRow._fields, rows)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('buyers.upsert'))")
        cursor.execute("SELECT count(*) FROM given_buyer")
        with joins_for(cursor, cursor.fetchone()[0]):
            for statement in _UPSERT_SQL:
                cursor.execute(statement, {"source": source})
        cursor.execute("SELECT external_id, buyer_id FROM first_buyer")
        ids = dict(cursor.fetchall())
        cursor.execute("DROP TABLE given_buyer, first_buyer")
    return ids


_STAGE_SQL = """
CREATE TEMP TABLE given_buyer (
    seq bigint GENERATED ALWAYS AS IDENTITY, external_id text, name text, name_zh text, country text, currency text,
    code text, sales_owner_id bigint, founded_on date, website text
) ON COMMIT DROP
"""

# Whom each external id means: known by this source, known by our own code, or new with an id of its own.
_FIRST_SQL = """
CREATE TEMP TABLE first_buyer ON COMMIT DROP AS
SELECT f.*, coalesce(b.id, nextval(pg_get_serial_sequence('buyers_buyer', 'id'))) AS buyer_id, b.id IS NULL AS is_new,
    CASE WHEN b.name NOT IN (b.code, f.external_id) THEN b.name ELSE f.name END AS shown_name,
    coalesce(nullif(b.name_zh, ''), f.name_zh) AS shown_name_zh,
    coalesce(nullif(f.code, ''), f.external_id) AS wanted_code
FROM (SELECT DISTINCT ON (external_id) * FROM given_buyer ORDER BY external_id, seq) f
LEFT JOIN buyers_buyercode c ON c.source = %(source)s AND c.external_id = f.external_id
LEFT JOIN buyers_buyer j ON j.code = f.code
LEFT JOIN buyers_buyer b ON b.id = coalesce(c.buyer_id, j.id)
ORDER BY f.seq
"""

# External ids that are new and share one of our codes: the first makes the buyer, the others mean the same.
_JOIN_SQL = """
UPDATE first_buyer f
SET buyer_id = maker.buyer_id, is_new = false, shown_name = maker.shown_name, shown_name_zh = maker.shown_name_zh
FROM (
    SELECT DISTINCT ON (code) code, seq, buyer_id, shown_name, shown_name_zh
    FROM first_buyer WHERE is_new AND code <> '' ORDER BY code, seq
) maker
WHERE f.is_new AND f.code = maker.code AND f.seq > maker.seq
"""

_CREATE_SQL = """
INSERT INTO buyers_buyer
    (id, code, name, name_zh, country, currency, status, sales_owner_id, founded_on, website)
SELECT buyer_id,
    CASE WHEN NOT (is_taken OR copy_no > 1) THEN wanted_code
        WHEN length(named) <= 60 THEN named ELSE left(named, 27) || '~' || md5(named) END,
    name, name_zh, country, currency, 'active', sales_owner_id, founded_on, website
FROM (
    SELECT f.*, b.id IS NOT NULL AS is_taken, %(source)s || ':' || external_id AS named,
        row_number() OVER (PARTITION BY f.wanted_code ORDER BY f.seq) AS copy_no
    FROM first_buyer f LEFT JOIN buyers_buyer b ON b.code = f.wanted_code WHERE f.is_new
) n
ORDER BY seq
"""

_NAME_SQL = """
INSERT INTO buyers_buyercode (buyer_id, source, external_id)
SELECT buyer_id, %(source)s, external_id FROM first_buyer ORDER BY seq
ON CONFLICT (source, external_id) DO NOTHING
"""

# Where several external ids mean one buyer, the first that knows a field fills it.
_FILL_SQL = """
UPDATE buyers_buyer b SET
    name = CASE WHEN b.name = ANY (f.codes || b.code::text) AND f.name <> '' THEN f.name ELSE b.name END,
    name_zh = coalesce(nullif(b.name_zh, ''), f.name_zh), country = coalesce(nullif(b.country, ''), f.country),
    currency = coalesce(nullif(b.currency, ''), f.currency), website = coalesce(nullif(b.website, ''), f.website),
    sales_owner_id = coalesce(b.sales_owner_id, f.sales_owner_id), founded_on = coalesce(b.founded_on, f.founded_on)
FROM (
    SELECT buyer_id, array_agg(external_id) AS codes,
        coalesce((array_agg(name ORDER BY seq) FILTER (WHERE name <> ''))[1], '') AS name,
        coalesce((array_agg(name_zh ORDER BY seq) FILTER (WHERE name_zh <> ''))[1], '') AS name_zh,
        coalesce((array_agg(country ORDER BY seq) FILTER (WHERE country <> ''))[1], '') AS country,
        coalesce((array_agg(currency ORDER BY seq) FILTER (WHERE currency <> ''))[1], '') AS currency,
        coalesce((array_agg(website ORDER BY seq) FILTER (WHERE website <> ''))[1], '') AS website,
        (array_agg(sales_owner_id ORDER BY seq) FILTER (WHERE sales_owner_id IS NOT NULL))[1] AS sales_owner_id,
        (array_agg(founded_on ORDER BY seq) FILTER (WHERE founded_on IS NOT NULL))[1] AS founded_on
    FROM first_buyer WHERE NOT is_new GROUP BY buyer_id
) f
WHERE b.id = f.buyer_id AND (
    (b.name = ANY (f.codes || b.code::text) AND f.name NOT IN ('', b.name))
    OR (b.name_zh = '' AND f.name_zh <> '') OR (b.country = '' AND f.country <> '')
    OR (b.currency = '' AND f.currency <> '') OR (b.website = '' AND f.website <> '')
    OR (b.sales_owner_id IS NULL AND f.sales_owner_id IS NOT NULL)
    OR (b.founded_on IS NULL AND f.founded_on IS NOT NULL))
"""

_ALIAS_SQL = """
INSERT INTO buyers_buyeralias (buyer_id, name, source)
SELECT DISTINCT f.buyer_id, spelling.name, %(source)s
FROM given_buyer g JOIN first_buyer f USING (external_id)
CROSS JOIN LATERAL (VALUES (g.name), (g.name_zh)) AS spelling(name)
WHERE spelling.name NOT IN ('', f.external_id, f.shown_name, f.shown_name_zh)
ON CONFLICT (buyer_id, name) DO NOTHING
"""

# Without statistics the planner takes a staging table for a handful of rows.
_UPSERT_SQL = (
    "ANALYZE given_buyer",
    _FIRST_SQL,
    "ANALYZE first_buyer",
    _JOIN_SQL,
    _CREATE_SQL,
    _NAME_SQL,
    _FILL_SQL,
    _ALIAS_SQL,
)
