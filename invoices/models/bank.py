"""What banks say of our accounts: statements, one line for each payment, and the accounts that buyers pay from."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from invoices.domain.bank import LineState
from invoices.models.fields import money_field


class BankAccount(models.Model):
    """An account of our own, as statements name it."""

    number = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    bank = models.CharField(max_length=120, blank=True)
    owner = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number", "currency"], name="bank_account_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.currency}"


class BankStatement(models.Model):
    """A statement, report or notification as it was read; ``content`` is the hash of all that it says.

    ``credits`` and ``debits`` are the sums of its booked entries: the control totals that its lines add up to.
    """

    document = models.ForeignKey(
        "invoices.IncomingDocument", null=True, on_delete=models.PROTECT, related_name="statements"
    )
    account = models.ForeignKey("invoices.BankAccount", on_delete=models.PROTECT, related_name="statements")
    format = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, help_text="statement, report or notification")
    content = models.CharField(max_length=64, unique=True)
    identification = models.CharField(max_length=140, blank=True)
    number = models.CharField(max_length=40, blank=True)
    sequence = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    opening_amount = money_field(null=True)
    opening_date = models.DateField(null=True)
    closing_amount = money_field(null=True)
    closing_date = models.DateField(null=True)
    credits = money_field()
    debits = money_field()
    entries = models.PositiveIntegerField()
    booked = models.PositiveIntegerField()
    warnings = models.JSONField(default=list, help_text="code and params of what does not fit to statements before")
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["account", "-closing_date", "-id"], name="bank_statement_latest")]


class BankLine(models.Model):
    """One payment of a statement, or a whole entry where the bank does not list its payments.

    ``amount`` is signed, credits positive. ``proposal`` is what the rules make of it: ``buyer``, ``allocations``
    (``invoice``, ``number``, ``buyer``, ``amount``, ``kind``), ``unapplied``, ``reasons`` (``code``, ``params``) and
    ``alternatives`` of the same shape with their ``confidence``; for money that was taken back, ``returns``: the line
    that it returns. ``refuted`` keeps what a person undid: it is not proposed again. ``version`` grows with each
    decision: whoever decides names the one that was seen.
    """

    statement = models.ForeignKey("invoices.BankStatement", on_delete=models.PROTECT, related_name="lines")
    account = models.ForeignKey("invoices.BankAccount", on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField(help_text="1 is the statement's first line")
    entry = models.PositiveIntegerField(help_text="which entry of the statement it is of")
    amount = money_field()
    currency = models.CharField(max_length=3)
    booking_date = models.DateField(null=True)
    value_date = models.DateField(null=True)
    day = models.DateField(help_text="value date, else booking date, else the statement's")
    status = models.CharField(max_length=12, help_text="booked, pending or information")
    payer_name = models.CharField(max_length=255, blank=True)
    payer_account = models.CharField(max_length=60, blank=True)
    payer_bank = models.CharField(max_length=140, blank=True)
    payer_ultimate = models.CharField(max_length=255, blank=True)
    remittance = models.TextField(blank=True)
    references = models.JSONField(default=list, help_text="kind and value")
    charges = models.JSONField(default=list, help_text="amount, currency, is_included")
    code = models.CharField(max_length=60, blank=True)
    is_reversal = models.BooleanField(default=False)
    fingerprint = models.CharField(max_length=64)
    occurrence = models.PositiveIntegerField(default=1, help_text="of the payments that look exactly alike")
    same_as = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated_by")
    state = models.CharField(max_length=14, choices=choices(LineState), default=LineState.OPEN)
    why_not = models.CharField(max_length=20, blank=True, help_text="why it is not a receipt")
    buyer = models.ForeignKey("buyers.Buyer", null=True, on_delete=models.PROTECT, related_name="bank_lines")
    receipt = models.ForeignKey("invoices.Receipt", null=True, on_delete=models.PROTECT, related_name="bank_lines")
    postings = models.PositiveSmallIntegerField(default=0, help_text="how often it was posted")
    adjustments = models.JSONField(default=list, help_text="ids of the charges and discounts posted with it")
    confidence = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    proposal = models.JSONField(null=True)
    refuted = models.JSONField(default=list)
    warnings = models.JSONField(default=list, help_text="code and params")
    matched_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    decided_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "position"], name="bank_line_once"),
            models.UniqueConstraint(
                fields=["fingerprint", "occurrence"], condition=Q(same_as__isnull=True), name="bank_payment_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(receipt__isnull=False), name="bank_line_posted_has_receipt"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="bank_confidence_0_to_1",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "day"], name="bank_line_by_day"),
            models.Index(fields=["id"], condition=Q(state="open", matched_at__isnull=True), name="bank_line_to_match"),
            models.Index(
                fields=["account", "id"],
                condition=Q(state__in=["open", "proposed", "undone"]),
                name="bank_line_waiting",
            ),
            models.Index(fields=["decided_at"], condition=Q(state="posted"), name="bank_line_posted"),
        ]


class PayerAccount(models.Model):
    """A buyer paid from this account; ``line`` told it first, ``confirmed_by`` is the person who decided on one."""

    account = models.CharField(max_length=60)
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="payer_accounts")
    name = models.CharField(max_length=255, blank=True, help_text="as the bank wrote it")
    line = models.ForeignKey("invoices.BankLine", null=True, on_delete=models.SET_NULL, related_name="+")
    first_seen_on = models.DateField()
    confirmed_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "buyer"], name="payer_account_once")]


class MatchingSetting(models.Model):
    """A version of the numbers of matching; the latest one counts, none means the defaults. Append-only."""

    version = models.PositiveIntegerField(unique=True)
    is_enabled = models.BooleanField(default=True, help_text="lines above the threshold post by themselves")
    numbers = models.JSONField(default=dict, help_text="by name, as text")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        triggers = [append_only()]
