"""What is on record about a buyer that is not money owed: one row, each value found through an index."""

from __future__ import annotations

from core.queries.prepared import Prepared
from credit.queries.limits import IN_FORCE_SQL
from credit.queries.parties import PARTY_SQL
from credit.queries.rules import VERSIONS_SQL
from invoices.queries.open_items import BASE_ITEMS_SQL, of_stated_buyers


def _known(row: str, column: str = "recorded_at") -> str:
    return f"(%(known_at)s::timestamptz IS NULL OR {row}.{column} <= %(known_at)s)"


def _standing(kind: str) -> str:
    """The standing in force of the buyer."""
    return f"""
SELECT s.value, s.as_of FROM credit_buyerstanding s
WHERE s.buyer_id = %(buyer_id)s AND s.kind = {kind} AND s.as_of <= %(as_of)s AND {_known("s")}
ORDER BY s.as_of DESC, s.recorded_at DESC, s.id DESC LIMIT 1
"""


_SCORE_SQL = """
SELECT s.as_of FROM scoring_score s
WHERE s.buyer_id = %(buyer_id)s AND s.as_of <= %(as_of)s
  AND (%(known_at)s::timestamptz IS NULL OR s.recorded_at <= %(known_at)s)
ORDER BY s.as_of DESC, s.known_at DESC LIMIT 1
"""
_TERMS_SQL = f"""
SELECT t.kind, t.max_days, t.deposit_percent, t.version FROM credit_gradetermsversion t
WHERE t.grade = grade.value AND {_known("t")} ORDER BY t.version DESC LIMIT 1
"""


def _fact(table: str, columns: str) -> str:
    """The version in force over the buyer's records: latest date, then latest recorded."""
    return f"""
SELECT {columns} FROM {table} f
WHERE f.buyer_id = ANY(%(own_ids)s) AND f.valid_from <= %(as_of)s AND {_known("f")}
ORDER BY f.valid_from DESC, f.recorded_at DESC, f.id DESC LIMIT 1
"""


# A hit on any record of the buyer outweighs a clear screening of another one.
_SCREENING_SQL = f"""
SELECT latest.result, latest.valid_from FROM (
    SELECT DISTINCT ON (f.buyer_id) f.result, f.valid_from FROM buyers_screening f
    WHERE f.buyer_id = ANY(%(own_ids)s) AND f.valid_from <= %(as_of)s AND {_known("f")}
    ORDER BY f.buyer_id, f.valid_from DESC, f.recorded_at DESC, f.id DESC
) latest
ORDER BY CASE latest.result WHEN 'confirmed' THEN 0 WHEN 'potential' THEN 1 ELSE 2 END, latest.valid_from DESC LIMIT 1
"""
# Of the buyer as a whole, or of the order that is asked about. As known at a moment: opened by then, not yet closed.
_FORCED_SQL = """
SELECT FROM credit_hold h
WHERE h.buyer_id = ANY(%(own_ids)s) AND h.kind = 'forced' AND (h.order_id IS NULL OR h.order_id = %(asked_order_id)s)
  AND (h.state = 'open' AND (%(known_at)s::timestamptz IS NULL OR h.opened_at <= %(known_at)s)
       OR %(known_at)s::timestamptz IS NOT NULL AND h.opened_at <= %(known_at)s AND h.closed_at > %(known_at)s)
"""
_INSURED_SQL = f"""
SELECT FROM (
    SELECT DISTINCT ON (l.insurer) l.amount, l.valid_to FROM cover_insuredlimit l
    WHERE l.buyer_id = ANY(%(own_ids)s) AND l.valid_from <= %(as_of)s AND {_known("l")}
    ORDER BY l.insurer, l.valid_from DESC, l.recorded_at DESC, l.id DESC
) latest WHERE latest.amount > 0 AND (latest.valid_to IS NULL OR latest.valid_to >= %(as_of)s)
"""
# When the ledger last heard of money: a receipt or a file. Where there was none yet, since when it waits for one.
_HEARD_SQL = f"""
coalesce(
    greatest((SELECT r.recorded_at FROM invoices_receipt r WHERE {_known("r")} ORDER BY r.id DESC LIMIT 1),
             (SELECT b.finished_at FROM invoices_importbatch b
              WHERE b.state = 'done' AND {_known("b", "finished_at")} ORDER BY b.id DESC LIMIT 1)),
    (SELECT i.recorded_at FROM invoices_invoice i WHERE {_known("i")} ORDER BY i.id LIMIT 1))
"""

_PROFILE_SQL = f"""
SELECT grade.value AS grade, coalesce(score.as_of, grade.as_of) AS scored_on, terms.kind AS terms_kind,
    terms.max_days AS terms_days, terms.deposit_percent AS terms_deposit, terms.version AS terms_version,
    kyc.status AS kyc_status, kyc.expires_on AS kyc_expires_on, kyc.valid_from AS kyc_since,
    screening.result AS screening_result, screening.valid_from AS screened_on, dunning.value AS dunning_level,
    EXISTS ({_FORCED_SQL}) OR buyer.status IN ('blocked', 'closed') AS is_forced, EXISTS ({_INSURED_SQL}) AS is_insured,
    {_HEARD_SQL} AS heard_at
FROM buyers_buyer buyer
LEFT JOIN LATERAL ({_standing("'grade'")}) grade ON true
LEFT JOIN LATERAL ({_standing("'dunning_level'")}) dunning ON true
LEFT JOIN LATERAL ({_SCORE_SQL}) score ON true
LEFT JOIN LATERAL ({_TERMS_SQL}) terms ON true
LEFT JOIN LATERAL ({_fact("buyers_kycrecord", "f.status, f.expires_on, f.valid_from")}) kyc ON true
LEFT JOIN LATERAL ({_SCREENING_SQL}) screening ON true
WHERE buyer.id = %(buyer_id)s
"""

# All of it at once: whose debts are looked at together, the profile, and the versions of rules and limits.
_ME = {"buyer_id": "me.buyer_id", "own_ids": "me.own_ids"}
_KEPT = {name: f"%({name})s" for name in ("as_of", "known_at", "asked_order_id")}
_RULES_SQL = VERSIONS_SQL % {**_KEPT, "everything": "false", "group": "me.group_id::text", "buyer": "me.buyer_id::text"}
_LIMITS_SQL = IN_FORCE_SQL % {**_KEPT, "buyer_ids": "ARRAY[me.buyer_id]", "group_ids": "ARRAY[me.group_id]"}
_KNOWN_SQL = f"""
WITH party(buyer_id, group_id, record_id, account_id) AS MATERIALIZED ({PARTY_SQL}), me AS MATERIALIZED (
    SELECT buyer_id, group_id, array_agg(record_id ORDER BY record_id) AS record_ids,
        array_agg(account_id ORDER BY record_id) AS account_ids,
        array_agg(record_id ORDER BY record_id) FILTER (WHERE account_id = buyer_id) AS own_ids
    FROM party GROUP BY buyer_id, group_id
)
SELECT me.buyer_id, me.group_id, me.record_ids, me.account_ids,
    (SELECT json_agg(json_build_array(r.rule, r.level, r.subject, r.version, r.is_removed, r.is_enabled, r.effect,
        r.numbers))::text FROM ({_RULES_SQL}) r) AS rules,
    (SELECT json_agg(json_build_array(l.id, l.buyer_id, l.group_id, l.kind, l.currency, l.amount::text,
        l.valid_to))::text FROM ({_LIMITS_SQL}) l) AS limits, profile.*
FROM me CROSS JOIN LATERAL ({_PROFILE_SQL % {**_ME, **_KEPT}}) profile
"""
KNOWN = Prepared(
    "check_known",
    _KNOWN_SQL,
    {"buyer_id": "bigint", "as_of": "date", "known_at": "timestamptz", "asked_order_id": "bigint"},
)
PROFILE_COLUMNS = (
    "grade",
    "scored_on",
    "terms_kind",
    "terms_days",
    "terms_deposit",
    "terms_version",
    "kyc_status",
    "kyc_expires_on",
    "kyc_since",
    "screening_result",
    "screened_on",
    "dunning_level",
    "is_forced",
    "is_insured",
    "heard_at",
)

OVERDUE = Prepared(
    "check_overdue",
    f"""
SELECT coalesce(max(i.days_past_due), 0), coalesce(sum(i.base_open - i.base_disputed), 0)
FROM ({of_stated_buyers(BASE_ITEMS_SQL)}) i WHERE i.is_material_overdue
""",
    {
        "buyer_ids": "bigint[]",
        "record_ids": "bigint[]",
        "as_of": "date",
        "known_at": "timestamptz",
        "rate_currencies": "text[]",
        "rate_values": "numeric[]",
        "base_digits": "int",
        "material_share": "numeric",
        "material_floor": "numeric",
        "material_cap_share": "numeric",
        "item_currency": "text",
        "shards": "int",
        "shard": "int",
        "sales_owner_id": "bigint",
    },
)
