"""Why a record of a bulk was not taken, where that has to do with its form: codes that never change, and the words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RECORD_REASONS: dict[str, str | Promise] = {
    "record_invalid": _("The record is not one JSON object: %(value)s."),
    "record_too_long": _("The record has more than %(limit)s characters."),
    "name_repeated": _("The record has the field %(value)s twice; nobody can tell which one is meant."),
    "name_unknown": _("A record has no field %(value)s."),
    "text_expected": _("%(value)s must be text in quotation marks: leading zeros matter."),
    "type_invalid": _("%(value)s is not a single value."),
    "half_character": _("%(value)s holds half a character (a lone surrogate)."),
    "amount_not_positive": _("%(field)s must be greater than 0."),
    "amount_below_zero": _("%(field)s must be 0 or more."),
    "invoice_unknown": _(
        "There is no invoice %(value)s yet: in a bulk the record waits for it, alone it is sent again after it."
    ),
    "dispute_of_another_invoice": _("The dispute is on record for another invoice than %(value)s."),
    "dispute_too_large": _("%(value)s is more than the invoice has."),
    "buyer_code_contradicts": _("This number means another of our buyers than %(value)s already."),
    "allocation_invalid": _(
        'An allocation is {"invoice": "F-1", "amount": "100.00"}, both greater than 0, with "source_amount" where the '
        "currencies differ."
    ),
    "allocation_repeated": _("One invoice is named twice in the allocations; give it once with the whole amount."),
    "allocated_more": _("The allocations come to more than the record has (%(expected)s)."),
    "allocation_made": _("%(ledger)s were allocated to %(value)s already; that is undone by a reversal only."),
    "date_in_future": _("%(field)s: %(value)s has not come yet."),
    "currency_differs": _("The invoice is in %(ledger)s, the record in %(value)s."),
    "write_off_contradicts": _(
        "The write-off is on record with another %(field)s (%(ledger)s), which no correction can change."
    ),
    "nothing_written_off": _("There is nothing to take back: no write-off has this number."),
    "buyer_unknown": _(
        "This source has no buyer %(value)s yet: in a bulk the record waits for it, alone it is sent again after it."
    ),
    "order_unknown": _(
        "There is no order %(value)s yet: in a bulk the record waits for it, alone it is sent again after it."
    ),
    "members_invalid": _(
        'A member is {"buyer": "0042", "valid_from": "2026-01-01"}, with "parent" and "share" where it is owned, or '
        'with "left": true where it leaves.'
    ),
    "member_repeated": _("The member %(member)s is named twice with one day."),
    "source_reserved": _("Rates of %(value)s come from its own files; use another name for this system."),
    "rate_of_euro": _("Rates are units for one euro: the euro itself has none."),
    "rate_precision": _("%(value)s has more than %(expected)s decimals, or is too large."),
    "rate_was_corrected": _(
        "%(value)s was on record for this day and was corrected since; a rate does not go back to a former value."
    ),
    "source_of_another": _("The record is of the source %(value)s; this caller speaks for another one only."),
}

BULK_REFUSALS: dict[str, str | Promise] = {
    "json_broken": _("Record %(line)s of the array is not JSON near %(value)s. Nothing of the body was taken."),
    "no_records": _("The body has no record."),
    "control_totals_invalid": _(
        'Control totals are one object of their own, given once: {"control_totals": {"rows": 2, "sums": '
        '{"USD": "300.00"}}}.'
    ),
}

# Why the ledger did not take an allocation although the invoice is there.
ALLOCATION_REFUSALS: dict[str, str | Promise] = {
    "over_allocation": _("The invoice has less open than that."),
    "nothing_left": _("The receipt or credit note has less left than that."),
    "other_party": _("The invoice is of another buyer outside the group."),
    "source_amount_needed": _("The currencies differ: give source_amount."),
    "amount_invalid": _("The amount has more decimals than the currency, or does not fit source_amount."),
    "date_too_early": _("It counts before the invoice exists."),
}
