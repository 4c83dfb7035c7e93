"""The receivables ledger: one module for each kind of table, every table by its name from here."""

from invoices.models.bank import BankAccount, BankLine, BankStatement, MatchingSetting, PayerAccount
from invoices.models.bulks import Bulk, BulkRecord, EarlyRecord, MendedRecord
from invoices.models.documents import DocumentAttachment, IncomingDocument, OwnSeller
from invoices.models.facts import DisputeVersion, DueDateChange
from invoices.models.intake import ImportBatch, ImportProfile, QuarantinedRow
from invoices.models.ledger import ControlBalance, CreditNote, Entry, Invoice, Receipt
from invoices.models.snapshots import AgingSnapshot, SnapshotSet
from invoices.models.suspense import SuspendedAllocation
from invoices.models.trade import Order, Shipment
from invoices.models.write_offs import WriteOff

__all__ = [
    "AgingSnapshot",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "Bulk",
    "BulkRecord",
    "ControlBalance",
    "CreditNote",
    "DisputeVersion",
    "DocumentAttachment",
    "DueDateChange",
    "EarlyRecord",
    "Entry",
    "ImportBatch",
    "ImportProfile",
    "IncomingDocument",
    "Invoice",
    "MatchingSetting",
    "MendedRecord",
    "Order",
    "OwnSeller",
    "PayerAccount",
    "QuarantinedRow",
    "Receipt",
    "Shipment",
    "SnapshotSet",
    "SuspendedAllocation",
    "WriteOff",
]
