"""E-invoices and bank statements that came in as files, and which sellers are ourselves."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.choices import choices
from invoices.domain.documents import DocumentKind, DocumentState


class OwnSeller(models.Model):
    """One of our own legal entities, by what e-invoices call the seller."""

    name = models.CharField(_("name"), max_length=255)
    vat_id = models.CharField(_("VAT number"), max_length=60, blank=True)
    registration = models.CharField(
        _("registration"), max_length=60, blank=True, help_text="commercial register, tax number, GLN or endpoint"
    )
    series = models.CharField(
        max_length=20,
        blank=True,
        help_text="put before document numbers where two of our companies use the same numbers",
    )
    is_active = models.BooleanField(default=True)
    updated_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "vat_id", "registration"], name="own_seller_once"),
            models.CheckConstraint(condition=~Q(name=""), name="own_seller_named"),
        ]

    def __str__(self) -> str:
        return self.name


class IncomingDocument(models.Model):
    """One file from one source: sealed, read, and posted, waiting or refused with the reason.

    ``problem`` is {code, params}; its words are :func:`invoices.intake.reasons.words`. ``warnings`` is a list of the
    same shape: posted all the same. ``reading`` is what was read, as ``read_documents`` lists it.
    """

    sealed = models.ForeignKey("core.SealedDocument", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)
    file_name = models.CharField(max_length=255)
    kind = models.CharField(max_length=12, choices=choices(DocumentKind), default=DocumentKind.UNKNOWN)
    state = models.CharField(max_length=10, choices=choices(DocumentState), default=DocumentState.WAITING)
    number = models.CharField(max_length=120, blank=True, help_text="of the e-invoice")
    problem = models.JSONField(null=True)
    warnings = models.JSONField(default=list)
    reading = models.JSONField(default=dict)
    candidates = models.JSONField(default=list, help_text="buyers that it may be: id, code, name, score, reason")
    buyer = models.ForeignKey("buyers.Buyer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_date = models.DateField(null=True, help_text="as a person read it")
    parts = models.PositiveSmallIntegerField(default=0, help_text="invoices that it became: one for each due date")
    invoice = models.ForeignKey("invoices.Invoice", null=True, on_delete=models.PROTECT, related_name="documents")
    credit_note = models.ForeignKey(
        "invoices.CreditNote", null=True, on_delete=models.PROTECT, related_name="documents"
    )
    receipt = models.ForeignKey(
        "invoices.Receipt",
        null=True,
        on_delete=models.PROTECT,
        related_name="documents",
        help_text="of what was prepaid",
    )
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.CharField(max_length=200, blank=True, help_text="why it was discarded")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "sealed"], name="document_once_per_source"),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "refused"]) | Q(problem__isnull=False), name="document_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="document_by_state"),
            models.Index(fields=["number"], name="document_by_number"),
        ]

    def __str__(self) -> str:
        return self.file_name


class DocumentAttachment(models.Model):
    """A file inside an e-invoice, sealed by itself; or a link to one, which is never followed."""

    document = models.ForeignKey("invoices.IncomingDocument", on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=255)
    sealed = models.ForeignKey("core.SealedDocument", null=True, on_delete=models.PROTECT, related_name="+")
    link = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "position"], name="attachment_once")]

    def __str__(self) -> str:
        return self.name
