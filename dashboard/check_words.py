"""The order check in words: its rules, what was measured, what would help, what would release the order."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

RULES: dict[str, Any] = {
    "sanctions": _("Sanctions"),
    "forced_hold": _("Forced hold"),
    "insurance_stop": _("Insurer stops shipment"),
    "static_use": _("Use of the limit, all orders"),
    "horizon_use": _("Use of the limit, orders inside the horizon"),
    "group_limit": _("Limit of the group"),
    "order_value": _("Value of the order"),
    "oldest_overdue": _("Oldest overdue item"),
    "overdue_amount_age": _("Overdue amount and age"),
    "dunning_level": _("Dunning level"),
    "broken_promises": _("Broken promises"),
    "score_grade": _("Grade"),
    "terms": _("Terms of payment"),
    "limit_expired": _("Limit expired"),
    "limit_missing": _("Limit missing"),
    "kyc": _("Identity of the buyer"),
    "screening_age": _("Age of the sanctions screening"),
    "stale_data": _("Age of the receipts"),
    "score_age": _("Age of the score"),
    "shipped_unapproved": _("Shipped without approval"),
}

RULE_HELP: dict[str, Any] = {
    "sanctions": _("A confirmed or possible match on a sanctions list. Nobody is delivered to until it is cleared."),
    "forced_hold": _("A person has stopped the order or the buyer; only a person lifts it."),
    "insurance_stop": _("An item is beyond the longest extension that the policy allows: the insurer stops shipment."),
    "static_use": _("Everything that could be lost, all orders whenever they ship, against the limit."),
    "horizon_use": _("What could be lost, with those orders only that ship inside the horizon, against the limit."),
    "group_limit": _("The exposure of all related parties together against the limit that they share."),
    "order_value": _("One order against the most that a single order may be worth."),
    "oldest_overdue": _("Days past due of the oldest material item that is not disputed."),
    "overdue_amount_age": _("Money overdue for longer than so many days, against the most that is tolerated."),
    "dunning_level": _("How far the reminders have gone."),
    "broken_promises": _("Promises to pay that were not kept."),
    "score_grade": _("Grade E: cash in advance and a manager's release only."),
    "terms": _("The terms of the order against the best that the grade allows."),
    "limit_expired": _("The limit had an end date and it has passed."),
    "limit_missing": _("Nobody has given the buyer a limit."),
    "kyc": _("The buyer's identity has to be established before goods go on credit."),
    "screening_age": _("The sanctions screening has to be recent."),
    "stale_data": _("Receipts have to be booked day by day, else a payment may be missing; the same for rates."),
    "score_age": _("The score has to be recent."),
}

PARTS: dict[str, Any] = {
    "receivables": _("open receivables"),
    "delivered_not_invoiced": _("delivered, not invoiced"),
    "orders": _("orders inside the horizon"),
    "orders_later": _("orders beyond the horizon"),
    "new": _("this order"),
    "bills": _("bills accepted, not matured"),
    "recourse": _("recourse on sold receivables"),
    "unapplied_cash": _("unapplied cash"),
    "deposits": _("deposits received"),
    "deposits_later": _("deposits for orders beyond the horizon"),
    "unapplied_credit": _("unapplied credit notes"),
    "secured": _("secured part"),
    "secured_later": _("secured part of orders beyond the horizon"),
}

CAUSES: dict[str, Any] = {
    "sanctions_match": _("a match that nobody has cleared"),
    "no_match": _("no match"),
    "never_screened": _("never screened"),
    "screening_old": _("screened too long ago"),
    "screening_fresh": _("screened lately"),
    "held_by_a_person": _("a person has stopped it"),
    "not_held": _("nobody has stopped it"),
    "insurance_stops_shipping": _("the insurer asks to stop shipping"),
    "no_insurance_stop": _("no stop by the insurer"),
    "rate_missing": _("an exchange rate is missing"),
    "receipts_never_loaded": _("receipts were never loaded"),
    "receipts_old": _("receipts are not up to date"),
    "receipts_fresh": _("receipts are up to date"),
    "not_identified": _("identity not complete"),
    "identified": _("identity complete"),
    "no_limit": _("no limit was given"),
    "limit_ended": _("the limit has ended"),
    "no_limit_ended": _("no limit has ended"),
    "limit_in_force": _("a limit is in force"),
    "over_limit": _("over the limit"),
    "within_limit": _("within the limit"),
    "no_group_limit": _("the group has no limit of its own"),
    "order_too_large": _("the order is too large"),
    "order_value_fits": _("the order is not too large"),
    "overdue_too_old": _("overdue for too long"),
    "nothing_too_old": _("nothing is overdue for too long"),
    "much_overdue_long": _("much is overdue for long"),
    "overdue_bearable": _("what is overdue can be borne"),
    "dunned": _("reminders have gone far"),
    "not_dunned_so_far": _("reminders have not gone that far"),
    "promises_broken": _("promises were broken"),
    "promises_kept": _("no promise is broken"),
    "grade_stops": _("the grade stops"),
    "grade_goes": _("the grade allows it"),
    "never_scored": _("never scored"),
    "score_old": _("scored too long ago"),
    "score_fresh": _("scored lately"),
    "terms_fit": _("the grade allows these terms"),
    "no_business": _("the grade allows no new business"),
    "terms_unknown": _("no terms are on record for the grade"),
    "prepayment_needed": _("the grade asks for money in advance"),
    "worse_than_open_account": _("consignment is never allowed"),
    "terms_too_long": _("more days than the grade allows"),
    "cover_or_deposit_needed": _("the grade asks for cover or a deposit"),
    "deposit_needed": _("the grade asks for a deposit"),
    "security_needed": _("the grade asks for a secured balance"),
}

WAIVED: dict[str, Any] = {
    "excluded": _("switched off for this buyer"),
    "prepaid": _("does not count: prepaid"),
    "warns_only": _("set to warn only"),
    "quotation": _("a quotation only warns"),
    "invoice": _("an invoice only warns: goods that left stay billable"),
}

# What a rule needs; {name} is filled with a parameter of the fix.
FIXES: dict[str, Any] = {
    "clear_match": _("Compliance clears the match."),
    "screen_buyer": _("Screen the buyer against the sanctions lists."),
    "lift_forced_hold": _("Who set the hold, or a manager, lifts it."),
    "collect_oldest_insured": _("Collect the oldest insured item, or ask the insurer for an extension."),
    "load_rates": _("Load exchange rates for %(currencies)s."),
    "load_receipts": _("Load the bank's receipts up to today."),
    "complete_kyc": _("Complete the buyer's identity record."),
    "request_limit": _("Ask for a limit."),
    "reduce_use": _("Bring the use down by %(over_by)s."),
    "smaller_order": _("Keep the order to %(max_base)s, or divide it with a manager's consent."),
    "collect_overdue": _("Collect what is overdue: %(overdue_base)s."),
    "keep_promises": _("Have the promises kept, or agree on a plan."),
    "score_buyer": _("Score the buyer: the nightly close does."),
    "cash_in_advance_and_release": _("Cash in advance and a manager's release."),
    "better_terms": _("Agree on the terms that the grade allows: %(wanted)s."),
}

# The same without figures, for who may not see limits.
COARSE_FIXES: dict[str, Any] = {
    "load_rates": _("Load newer exchange rates."),
    "better_terms": _("Agree on the terms that the grade allows."),
    "reduce_use": _("Less use of the limit: see what would release the order."),
    "collect_overdue": _("Collect what is overdue."),
    "smaller_order": _("A smaller order."),
    "collect_oldest_insured": _("Collect the oldest items."),
}

OPTIONS: dict[str, Any] = {
    "pay_now": _("The buyer pays %(amount_base)s now."),
    "pay_overdue": _("The buyer pays %(amount_base)s now, all that is overdue included."),
    "deposit": _("A deposit of %(percent)s %% is received: %(amount_base)s."),
    "ship_later": _("The order ships on %(from)s or later; it is checked again then."),
    "temporary_limit": _("A temporary limit of %(limit_base)s until %(until)s."),
    "temporary_group_limit": _("A temporary limit of the group of %(group_limit_base)s until %(until)s."),
    "temporary_limits": _(
        "Temporary limits of %(limit_base)s, and of the group of %(group_limit_base)s, until %(until)s."
    ),
    "confirmed_lc": _("A confirmed letter of credit for %(amount_base)s of the order."),
}

# The same with what everybody may see.
COARSE_OPTIONS: dict[str, Any] = {
    "pay_now": _("The buyer pays %(amount_base)s now."),
    "deposit": _("A deposit of %(percent)s %% is received."),
    "ship_later": _("The order ships on %(from)s or later; it is checked again then."),
    "temporary_limit": _("A temporary limit until %(until)s: ask for one."),
    "confirmed_lc": _("A confirmed letter of credit for the order."),
}

GRADE_TERMS: dict[str, Any] = {
    "open_account": _("open account up to %(max_days)s days"),
    "open_account_secured": _(
        "open account up to %(max_days)s days, insured or with a deposit of %(deposit_percent)s %%"
    ),
    "balance_secured": _("a deposit of %(deposit_percent)s %% and the balance by L/C, D/P or insured"),
    "prepaid": _("cash in advance, escrow or confirmed L/C"),
    "no_business": _("no new business"),
}

# Words that rules measure and compare.
FIGURES: dict[str, Any] = {
    "clear": _("clear"),
    "potential": _("potential match"),
    "confirmed": _("confirmed hit"),
    "complete": _("complete"),
    "incomplete": _("incomplete"),
    "in_force": _("in force"),
    "expired": _("expired"),
    "missing": _("missing"),
}

CHECK_CAUSES: dict[str, Any] = {
    "asked": _("asked"),
    "what_if": _("what-if"),
    "edited": _("the order was edited"),
    "limit_changed": _("a limit changed"),
    "receipt": _("money arrived"),
    "reopened": _("the order was opened again"),
    "cancelled": _("an order was cancelled"),
    "rules_changed": _("rules changed"),
    "cover_changed": _("cover changed"),
    "hold_changed": _("a hold changed"),
    "posted": _("the ledger moved"),
    "currency_changed": _("the currency changed"),
    "production": _("production begins"),
    "shipped": _("goods left"),
    "room": _("room became free"),
    "group_changed": _("the group changed"),
    "facts_changed": _("new facts"),
    "expired": _("a reservation expired"),
    "recheck": _("checked again"),
}
