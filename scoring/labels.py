"""Dimensions, reasons and caps of the scorecard in words: what happened and what is short."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

DIMENSIONS: dict[str, Any] = {
    "buyer_credit": _("buyer credit"),
    "payment_history": _("payment history"),
    "fx_tolerance": _("FX tolerance"),
    "logistics": _("logistics"),
    "compliance": _("compliance"),
}

REASONS: dict[str, Any] = {
    # buyer credit
    "rating_weak": _("agency rating is not at the top"),
    "rating_stale": _("agency rating is older than 180 days"),
    "rating_missing": _("no agency rating on file"),
    "altman_z_weak": _("Altman Z″ shows financial strain"),
    "liabilities_high": _("liabilities are high against assets"),
    "liquidity_low": _("current ratio is low"),
    "financials_stale": _("financial statements are older than 18 months"),
    "financials_missing": _("no financial statements on file"),
    "country_risk": _("country/region risk class"),
    "country_stale": _("country/region risk class is older than 12 months"),
    "country_missing": _("country/region unknown or not on the risk list"),
    "tenure_short": _("trading for less than ten years"),
    "tenure_missing": _("year of founding unknown"),
    "litigation": _("litigation"),
    "key_manager_left": _("key manager left"),
    "insurer_cut": _("insurer cut or refused cover"),
    "bank_line_cut": _("bank line cut"),
    "related_party_default": _("related party in default"),
    "event_limit": _("event penalties are limited to 60 points"),
    "insolvency": _("insolvency"),
    # payment history
    "paid_late": _("paid late"),
    "paid_very_late": _("paid very late"),
    "overdue_now": _("overdue now"),
    "written_off": _("written off"),
    "thin_history": _("thin payment history"),
    "no_history": _("no payment history"),
    "trend_worsening": _("recent invoices are paid later than before"),
    "broken_promises": _("broken promises"),
    # FX tolerance
    "currency_swing": _("home currency swings against the invoice currency"),
    "currency_fall": _("home currency fell in the last 90 days"),
    "currency_limit": _("currency penalties stop at 100 points"),
    "fx_rates_missing": _("no exchange rates for the home currency"),
    "home_currency_unknown": _("home currency unknown"),
    "fx_no_positions": _("nothing invoiced in the last 12 months"),
    # logistics
    "shipments_late": _("shipments arrived late"),
    "shipments_refused": _("shipments refused or returned"),
    "document_discrepancies": _("documents with discrepancies"),
    "delay_spread": _("arrival is hard to predict"),
    "delay_spread_assumed": _("too few shipments to measure delays: 10 days assumed"),
    "no_shipments": _("no shipments on file"),
    # compliance
    "kyc_missing": _("identity not checked"),
    "kyc_incomplete": _("identity check incomplete"),
    "kyc_expired": _("identity check expired"),
    "never_screened": _("never screened against sanctions lists"),
    "screening_old": _("sanctions screening is older than 30 days"),
    "sanctions_potential": _("open potential match on a sanctions list"),
    "sanctions_hit": _("confirmed hit on a sanctions list"),
    "certificate_missing": _("required certificate missing"),
    "certificate_expired": _("required certificate expired"),
    "contract_missing": _("no signed contract in force"),
    "violations": _("violations on record"),
    "limited_at_zero": _("a dimension does not fall below 0"),
}

CAPS: dict[str, Any] = {
    "insolvency": _("insolvency: grade E"),
    "sanctions_hit": _("confirmed hit on a sanctions list: grade E"),
    "overdue_over_90": _("material item more than 90 days past due: grade E"),
    "overdue_over_60": _("material item more than 60 days past due: at best D"),
    "overdue_over_30": _("material item more than 30 days past due: at best C"),
    "insurer_cut": _("insurer cut or refused cover: at best C"),
    "kyc_incomplete": _("identity check incomplete: at best B"),
    "payment_history_thin": _("payment history covers less than 60 %: at best B"),
    "coverage_thin": _("fresh data for less than 60 percent of the score: at best B"),
}
