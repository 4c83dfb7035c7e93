"""Facts about buyers as of a date and as known at a moment: set-based, one query a kind, merged records read as one.

Every frame has a column ``position``: the buyer's place in the accounts asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from buyers.queries.accounts import ACCOUNT_SQL, KNOWN_SQL, Accounts, Moment
from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.frames import fetch_frame

_LATEST = """
WITH account AS ({account})
SELECT DISTINCT ON ({key}) a.position, {columns}
FROM account a JOIN {table} f ON f.buyer_id = a.member_id
WHERE {known}
ORDER BY {key}, f.valid_from DESC, f.recorded_at DESC, f.id DESC
"""


def _latest(
    accounts: Accounts, moment: Moment, table: str, columns: Mapping[str, str], *, key: str = "a.position"
) -> pd.DataFrame:
    """The version in force of each buyer (and of what else ``key`` names): latest date, then latest recorded."""
    sql = _LATEST.format(
        account=ACCOUNT_SQL,
        key=key,
        columns=", ".join(f"f.{name}" for name in columns),
        table=table,
        known=KNOWN_SQL.format(t="f"),
    )
    return fetch_frame(sql, accounts.params() | moment.params(), {"position": "int64", **columns})


def latest_ratings(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """The latest agency rating of each buyer that has one."""
    columns = {"points": "float64", "agency": "str", "grade": "str", "valid_from": "date", "source": "str"}
    return _latest(accounts, moment, "buyers_agencyrating", columns)


STATEMENT_FIGURES = (
    "total_assets",
    "current_assets",
    "current_liabilities",
    "total_liabilities",
    "retained_earnings",
    "ebit",
)


def latest_statements(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """The statement of the latest balance date; ``valid_from`` is that date."""
    figures = dict.fromkeys(STATEMENT_FIGURES, "float64")
    columns = figures | {"currency": "str", "valid_from": "date", "source": "str"}
    return _latest(accounts, moment, "buyers_financialstatement", columns)


def latest_kyc(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """State of the identity gate."""
    columns = {"status": "str", "expires_on": "date", "valid_from": "date", "source": "str"}
    return _latest(accounts, moment, "buyers_kycrecord", columns)


def latest_screenings(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """The last sanctions screening; ``valid_from`` is the day it was done."""
    columns = {"result": "str", "valid_from": "date", "source": "str"}
    return _latest(accounts, moment, "buyers_screening", columns)


def latest_contracts(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """What is on record about a frame contract."""
    columns = {"is_signed": "bool", "number": "str", "expires_on": "date", "valid_from": "date", "source": "str"}
    return _latest(accounts, moment, "buyers_contract", columns)


def latest_certificates(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """The version in force of each kind of certificate of each buyer, in the order of their kinds."""
    columns = {
        "kind": "str",
        "number": "str",
        "is_required": "bool",
        "expires_on": "date",
        "valid_from": "date",
        "source": "str",
    }
    return _latest(accounts, moment, "buyers_certificate", columns, key="a.position, f.kind")


_EVENTS_SQL = """
WITH account AS ({account})
SELECT a.position, f.id, f.kind, f.valid_from, ended.valid_from AS ended_on, f.source
FROM account a JOIN buyers_riskevent f ON f.buyer_id = a.member_id
LEFT JOIN LATERAL (
    SELECT min(e.valid_from) AS valid_from FROM buyers_riskevent e WHERE e.ends_id = f.id AND {end_known}
) ended ON true
WHERE f.ends_id IS NULL AND {known}
ORDER BY a.position, f.valid_from, f.id
"""


def list_events(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """External events that began; ``ended_on`` is NaT while the condition lasts."""
    sql = _EVENTS_SQL.format(account=ACCOUNT_SQL, known=KNOWN_SQL.format(t="f"), end_known=KNOWN_SQL.format(t="e"))
    columns = {
        "position": "int64",
        "id": "int64",
        "kind": "str",
        "valid_from": "date",
        "ended_on": "date",
        "source": "str",
    }
    return fetch_frame(sql, accounts.params() | moment.params(), columns)


_COUNTRIES_SQL = """
SELECT DISTINCT ON (f.country) f.country, f.risk_class, f.is_high_income, f.valid_from, f.source
FROM buyers_countryrisk f WHERE {known}
ORDER BY f.country, f.valid_from DESC, f.recorded_at DESC, f.id DESC
"""


def list_country_risks(moment: Moment) -> pd.DataFrame:
    """The class in force of every country on record; ``risk_class`` NaN = not classified."""
    columns = {
        "country": "str",
        "risk_class": "float64",
        "is_high_income": "bool",
        "valid_from": "date",
        "source": "str",
    }
    return fetch_frame(_COUNTRIES_SQL.format(known=KNOWN_SQL.format(t="f")), moment.params(), columns)


# Master data changes in place; its history table says what we knew at the moment.
_MASTER_SQL = """
WITH account AS ({account})
SELECT a.position, h.country, h.currency, h.founded_on
FROM account a CROSS JOIN LATERAL (
    SELECT e.country, e.currency, e.founded_on FROM buyers_buyerevent e
    WHERE e.pgh_obj_id = a.member_id AND e.pgh_created_at <= coalesce(%(known_at)s::timestamptz, 'infinity')
    ORDER BY e.pgh_created_at DESC, e.pgh_id DESC LIMIT 1
) h
WHERE a.member_id = (%(buyer_ids)s::bigint[])[a.position + 1]
ORDER BY a.position
"""


def master_data(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """Country, home currency and founding date of each buyer as known at the moment (the surviving record's)."""
    sql = _MASTER_SQL.format(account=ACCOUNT_SQL)
    params = accounts.params() | moment.params() | {"buyer_ids": list(accounts.buyer_ids)}
    return fetch_frame(sql, params, {"position": "int64", "country": "str", "currency": "str", "founded_on": "date"})


_SIBLINGS_SQL = """
WITH account AS ({account}), merge_map AS ({merges}), member AS (
    SELECT DISTINCT ON (f.buyer_id) f.buyer_id, f.group_id FROM buyers_groupmembership f
    WHERE {known}
    ORDER BY f.buyer_id, f.valid_from DESC, f.recorded_at DESC, f.id DESC
), grouped AS (
    SELECT DISTINCT coalesce(m.survivor_id, member.buyer_id) AS buyer_id, member.group_id
    FROM member LEFT JOIN merge_map m ON m.duplicate_id = member.buyer_id WHERE member.group_id IS NOT NULL
)
SELECT DISTINCT a.position, sibling.buyer_id
FROM account a JOIN grouped own ON own.buyer_id = a.member_id
JOIN grouped sibling ON sibling.group_id = own.group_id AND sibling.buyer_id <> own.buyer_id
ORDER BY 1, 2
"""


def list_siblings(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """Related parties: (position, buyer_id) of every other buyer in the same group."""
    sql = _SIBLINGS_SQL.format(account=ACCOUNT_SQL, merges=MERGE_MAP_SQL, known=KNOWN_SQL.format(t="f"))
    return fetch_frame(sql, accounts.params() | moment.params(), {"position": "int64", "buyer_id": "int64"})
