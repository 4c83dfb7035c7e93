"""Invoices and what pays them. Entries, receipts and credit notes only grow; copies are kept by the services."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import append_only
from core.choices import choices
from invoices.domain.kinds import EntryKind, Terms
from invoices.models.fields import money_field, plain_number


class Invoice(models.Model):
    """A receivable. ``amount`` is what was first issued; ``open_amount``, ``due_date``, ``settled_on`` and
    ``disputed_amount`` are copies kept by the posting services and proved by ``verify_ledger``."""

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="invoices",
        db_index=False,
    )
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    number = models.CharField(_("number"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3)
    amount = money_field(verbose_name=_("amount"))
    invoice_date = models.DateField(_("invoice date"))
    original_due_date = models.DateField()
    due_date = models.DateField(_("due date"))
    terms = models.CharField(max_length=20, choices=choices(Terms), default=Terms.OPEN_ACCOUNT)
    order = models.ForeignKey("invoices.Order", null=True, on_delete=models.PROTECT, related_name="invoices")
    open_amount = money_field(default=0)
    disputed_amount = money_field(default=0)
    settled_on = models.DateField(null=True)
    batch = models.ForeignKey(
        "invoices.ImportBatch",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="invoice_once_per_source"),
            models.CheckConstraint(condition=~Q(external_id=""), name="invoice_id_not_empty"),
            models.CheckConstraint(condition=~Q(amount=0), name="invoice_amount_not_zero"),
            models.CheckConstraint(condition=Q(disputed_amount__gte=0), name="disputed_not_negative"),
        ]
        indexes = [
            # Today's questions read open items only, and those from this index alone.
            models.Index(
                fields=["buyer"],
                include=["id", "currency", "due_date", "invoice_date", "open_amount", "disputed_amount"],
                condition=~Q(open_amount=0),
                name="invoice_open_items",
            ),
            models.Index(fields=["buyer", "-invoice_date"], name="invoice_of_buyer"),
            models.Index(fields=["invoice_date"], name="invoice_by_date"),
            models.Index(fields=["number"], name="invoice_by_number"),
            # Bank statements name open invoices in their own spelling: found by letters and digits alone.
            models.Index(plain_number("number"), condition=~Q(open_amount=0), name="invoice_open_by_plain_number"),
        ]

    def __str__(self) -> str:
        return self.number


class Receipt(models.Model):
    """Money that arrived, in its own currency. A bounced receipt is a negative row that ``reverses`` the first.

    A receipt that names an ``order`` is a deposit for it; until it is allocated it stands in unapplied cash.
    """

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="receipts",
        db_index=False,
    )
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=140)
    currency = models.CharField(max_length=3)
    amount = money_field()
    received_on = models.DateField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    order = models.ForeignKey(
        "invoices.Order", null=True, on_delete=models.PROTECT, related_name="deposits", db_index=False
    )
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="receipt_once_per_source"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True) | Q(amount__lt=0, reverses__isnull=False),
                name="receipt_positive_unless_reversal",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-received_on"], name="receipt_of_buyer"),
            models.Index(fields=["received_on"], include=["buyer", "currency", "amount"], name="receipt_after_date"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="receipt_deposit_of_order"),
            BrinIndex(fields=["recorded_at"], name="receipt_by_recorded_at"),
        ]
        triggers = [append_only()]


class CreditNote(models.Model):
    """A credit that we granted; what is not yet set against an invoice stands as unapplied credit."""

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="credit_notes",
        db_index=False,
    )
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount = money_field()
    issued_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="credit_note_once_per_source"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_note_positive"),
        ]
        indexes = [models.Index(fields=["buyer", "-issued_on"], name="credit_note_of_buyer")]
        triggers = [append_only()]


class Entry(models.Model):
    """One dated line of an invoice's history, in invoice currency; never changed, never deleted.

    ``amount`` is signed: issue positive, what reduces the open amount negative. ``source_amount`` is the positive
    part of the receipt (in the receipt's currency) or credit note that this allocation uses up; a reversal gives it
    back as a negative one. Whose receipt it is, and in which currency, is written down where that is not the
    invoice's own: the books of any date are read from this table alone.
    """

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="entries")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16, choices=choices(EntryKind))
    currency = models.CharField(max_length=3)
    amount = money_field()
    effective_date = models.DateField()
    receipt = models.ForeignKey(
        "invoices.Receipt",
        null=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,
    )
    credit_note = models.ForeignKey(
        "invoices.CreditNote",
        null=True,
        on_delete=models.PROTECT,
        related_name="allocations",
        db_index=False,
    )
    source_amount = money_field(null=True)
    source_buyer = models.ForeignKey(
        "buyers.Buyer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    source_currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    reverses = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="reversed_by",
        db_index=False,
    )
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="entry_amount_not_zero"),
            models.CheckConstraint(
                condition=~Q(kind="receipt") | Q(receipt__isnull=False),
                name="entry_receipt_named",
            ),
            models.CheckConstraint(
                condition=~Q(kind="credit_note") | Q(credit_note__isnull=False),
                name="entry_credit_note_named",
            ),
            models.CheckConstraint(
                condition=~Q(kind="reversal") | Q(reverses__isnull=False),
                name="entry_reversed_named",
            ),
        ]
        indexes = [
            # What counts after a date: open amounts, unapplied amounts and balances are unwound from here alone.
            models.Index(
                fields=["effective_date"],
                include=[
                    "invoice",
                    "buyer",
                    "currency",
                    "amount",
                    "receipt",
                    "source_amount",
                    "source_buyer",
                    "source_currency",
                ],
                name="entry_after_date",
            ),
            models.Index(fields=["buyer", "effective_date"], name="entry_of_buyer"),
            models.Index(
                fields=["source_buyer", "effective_date"],
                condition=Q(source_buyer__isnull=False),
                name="entry_of_source_buyer",
            ),
            BrinIndex(fields=["recorded_at"], name="entry_by_recorded_at"),
            models.Index(
                fields=["receipt"],
                condition=Q(receipt__isnull=False),
                name="entry_of_receipt",
            ),
            models.Index(
                fields=["credit_note"],
                condition=Q(credit_note__isnull=False),
                name="entry_of_credit_note",
            ),
        ]
        triggers = [append_only()]


class ControlBalance(models.Model):
    """Ledger balance per buyer and currency: receivable − unapplied cash − unapplied credits, kept by postings."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="balances")
    currency = models.CharField(max_length=3)
    receivable = money_field(default=0)
    unapplied_cash = money_field(default=0)
    unapplied_credit = money_field(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["buyer", "currency"], name="balance_once")]
