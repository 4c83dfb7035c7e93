"""Why an e-invoice that was read is not posted, or what is remarkable about one that was: codes that never change."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DOCUMENT_WAITS: dict[str, str | Promise] = {
    "seller_unknown": _(
        "The seller %(value)s (%(identifier)s) is none of our own companies on record. If it is one, add it to our own "
        "sellers; else discard the document."
    ),
    "seller_doubtful": _(
        "The seller is called %(value)s like one of our own companies, but its number %(identifier)s is not the one on "
        "record (%(known)s). Add the number to our own sellers if it is ours; else discard the document."
    ),
    "supplier_invoice": _("This is an invoice to ourselves (%(value)s): a payable of ours, and no receivable."),
    "kind_not_posted": _(
        "The document is of type %(value)s (UNTDID 1001): it informs, and claims no payment. Nothing is posted."
    ),
    "attachments_many": _("The document holds %(value)s files; at most %(limit)s are kept with an invoice."),
    "buyer_unmatched": _("No buyer on record is like %(value)s (%(identifier)s). Choose one, or make a new one."),
    "buyer_doubtful": _("%(value)s (%(identifier)s) may be a buyer on record. Say which one it is, or make a new one."),
    "due_missing": _("%(payable)s %(currency)s is to be paid, and the document does not say when. Give the due date."),
    "due_unclear": _("The due date is not clear from these words: %(value)s. Read them, and give the due date."),
    "due_before_issue": _(
        "The due date %(value)s is before the day of issue %(issued)s. Give the due date that was agreed."
    ),
    "instalments_differ": _(
        "The instalments add up to %(value)s, but %(expected)s is to be paid. Give one due date for the whole, or "
        "discard the document and ask for a right one."
    ),
    "instalments_many": _(
        "The document has %(value)s instalments; at most %(limit)s become invoices. Give one due date for the whole."
    ),
    "prepaid_negative": _(
        "The document asks for %(value)s %(currency)s more than it invoices (a negative prepaid amount, as where an "
        "earlier debt is carried forward). The earlier debt has a document of its own: enter this one by hand, or "
        "discard it."
    ),
    "prepaid_on_credit": _(
        "The credit says that %(value)s %(currency)s of it was settled already. Enter it by hand, or discard it."
    ),
    "number_known": _(
        "The ledger has number %(number)s of this buyer already (source %(source)s), with %(field)s %(known)s instead "
        "of %(value)s. A number is issued once: discard the document, or ask for a correction (384) or a credit note."
    ),
    "original_not_named": _(
        "The correction does not name the one invoice that it corrects (BG-3). Discard it, and ask for one that does."
    ),
    "original_unknown": _(
        "The document corrects invoice %(value)s, which has not come in from %(source)s yet. It is posted by itself "
        "once the invoice is there."
    ),
    "original_in_parts": _(
        "The corrected invoice %(value)s has several due dates. Reverse it by a credit note, and issue a new one."
    ),
    "ledger_refused": _("The ledger refused it: %(problem)s"),
    # remarks on what was posted
    "payee_differs": _(
        "The money goes to %(value)s instead of the seller: the receivable may be sold (factoring) or collected by "
        "somebody else."
    ),
    "due_from_words": _("The due date was read from these words: %(value)s."),
    "due_by_person": _("The due date %(value)s was given by a person."),
    "prepaid_posted": _(
        "%(value)s %(currency)s was paid before, says the document; no receipt of it was in the ledger, so one was "
        "posted under %(receipt)s. Discard the same money if a bank statement brings it again."
    ),
    "prepaid_found": _("%(value)s %(currency)s that was paid before was taken from receipt %(receipt)s."),
    "several_originals": _(
        "The credit names several invoices and not how much is for each: it stands as unapplied credit."
    ),
    "original_awaited": _("The credit waits in suspense for invoice %(value)s."),
    "original_settled": _("Invoice %(value)s has nothing open: the credit stands as unapplied credit."),
    "corrected": _(
        "Invoice %(value)s was corrected from %(known)s to %(amount)s %(currency)s by reversal and new issue."
    ),
    "statement_refused": _("Statement %(part)s was not taken: %(problem)s"),
}
