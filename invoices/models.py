"""The receivables ledger. Entries, receipts, credit notes and facts only grow; copies are kept by the services."""

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import append_only
from core.choices import choices
from invoices.domain.kinds import BatchState, EntryKind, QuarantineState, Terms


def money_field(**kwargs: Any) -> Any:
    """An amount of money: up to 16 digits before and 4 after the point (KWD has 3)."""
    return models.DecimalField(max_digits=20, decimal_places=4, **kwargs)


class Order(models.Model):
    """A customer order, as a simple record."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="orders", db_index=False)
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    order_date = models.DateField()
    currency = models.CharField(max_length=3)
    amount = money_field()
    terms = models.CharField(max_length=20, choices=choices(Terms), default=Terms.OPEN_ACCOUNT)
    planned_ship_date = models.DateField(null=True)
    status = models.CharField(max_length=20, default="open")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="order_once_per_source"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_amount_positive"),
        ]
        indexes = [models.Index(fields=["buyer", "-order_date"], name="order_of_buyer")]


class Shipment(models.Model):
    """A version of what is known about one shipment; the latest version of (source, external_id) counts."""

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="shipments",
        db_index=False,
    )
    order = models.ForeignKey("invoices.Order", null=True, on_delete=models.PROTECT, related_name="shipments")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    incoterm = models.CharField(max_length=3, blank=True)
    shipped_on = models.DateField(null=True)
    promised_on = models.DateField()
    handed_over_on = models.DateField(null=True, help_text="handover to the carrier: what counts for FOB and EXW")
    delivered_on = models.DateField(null=True)
    delay_by_seller = models.BooleanField(default=False)
    is_refused = models.BooleanField(default=False, help_text="refused or returned")
    has_discrepancies = models.BooleanField(default=False, help_text="documents did not agree")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["buyer", "-promised_on"], name="shipment_of_buyer"),
            models.Index(fields=["source", "external_id", "-recorded_at"], name="shipment_latest"),
        ]
        triggers = [append_only()]


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
        ]

    def __str__(self) -> str:
        return self.number


class DueDateChange(models.Model):
    """From ``valid_from`` on the invoice is due on ``due_date``: a corrected or extended due date. Append-only."""

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.CASCADE, related_name="due_date_changes")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField()
    valid_from = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["invoice", "-valid_from", "-recorded_at"],
                name="due_date_latest",
            )
        ]
        triggers = [append_only()]


class Receipt(models.Model):
    """Money that arrived, in its own currency. A bounced receipt is a negative row that ``reverses`` the first."""

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


class DisputeVersion(models.Model):
    """From ``valid_from`` on ``amount`` of the invoice is contested under ``dispute_key``; 0 ends it. Append-only."""

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="disputes")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+")
    dispute_key = models.CharField(max_length=60)
    amount = money_field()
    reason = models.CharField(max_length=40)
    valid_from = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="dispute_not_negative")]
        indexes = [
            models.Index(
                fields=["invoice", "dispute_key", "-valid_from", "-recorded_at"],
                name="dispute_latest",
            )
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


class ImportProfile(models.Model):
    """A mapping that somebody saved: the same TOML text that a profile file holds."""

    name = models.CharField(max_length=60, unique=True)
    toml = models.TextField()
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One file that came in, with its control totals."""

    profile = models.CharField(max_length=60)
    profile_toml = models.TextField()
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    file_path = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=choices(BatchState), default=BatchState.PREVIEW)
    is_history = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    filtered = models.PositiveIntegerField(default=0)
    totals = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("core.Run", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="batch_recent")]


class QuarantinedRow(models.Model):
    """A row that was not applied, with the reason and the row itself, to be mended and replayed."""

    batch = models.ForeignKey("invoices.ImportBatch", on_delete=models.CASCADE, related_name="quarantine")
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=80)
    value = models.TextField(blank=True)
    reason = models.CharField(max_length=60)
    message = models.TextField()
    params = models.JSONField(default=dict, help_text="what the reason's words name beside field and value")
    raw = models.JSONField()
    state = models.CharField(max_length=10, choices=choices(QuarantineState), default=QuarantineState.OPEN)
    mended = models.JSONField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="quarantined_once_per_line")]


class AgingSnapshot(models.Model):
    """Aging of one buyer in one currency on a date, as pages read it; rebuilt when ledger or rates change.

    ``b0`` ... ``b5`` are the buckets of ``invoices.domain.aging`` in document currency, ``base_*`` the same in base
    currency (null where no usable rate exists).
    """

    set = models.ForeignKey("invoices.SnapshotSet", on_delete=models.CASCADE, related_name="rows")
    basis = models.CharField(max_length=8)
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    items = models.PositiveIntegerField()
    open_amount = money_field()
    disputed = money_field()
    unapplied_cash = money_field()
    unapplied_credit = money_field()
    b0 = money_field()
    b1 = money_field()
    b2 = money_field()
    b3 = money_field()
    b4 = money_field()
    b5 = money_field()
    base_open = money_field(null=True)
    base_disputed = money_field(null=True)
    base_unapplied_cash = money_field(null=True)
    base_unapplied_credit = money_field(null=True)
    base_b0 = money_field(null=True)
    base_b1 = money_field(null=True)
    base_b2 = money_field(null=True)
    base_b3 = money_field(null=True)
    base_b4 = money_field(null=True)
    base_b5 = money_field(null=True)
    oldest_days_past_due = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["set", "basis", "buyer", "currency"], name="snapshot_once")]
        indexes = [models.Index(fields=["set", "basis", "-base_open"], name="snapshot_largest")]


class SnapshotSet(models.Model):
    """A complete set of snapshots for a date, keyed by ledger and rates version; ``totals`` serve the Home page."""

    as_of = models.DateField()
    base_currency = models.CharField(max_length=3)
    ledger_version = models.BigIntegerField()
    rates_version = models.BigIntegerField()
    is_complete = models.BooleanField(default=False)
    totals = models.JSONField(default=dict)
    run = models.ForeignKey("core.Run", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "base_currency", "ledger_version", "rates_version"],
                name="snapshot_set_once",
            )
        ]
        indexes = [models.Index(fields=["as_of", "-created_at"], name="snapshot_set_latest")]
