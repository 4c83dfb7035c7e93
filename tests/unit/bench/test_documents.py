"""What the benchmark of documents reads is a valid invoice."""

from __future__ import annotations

from decimal import Decimal

from bench.documents import Ratio, _invoice, _per_file
from invoices.intake.documents import read_document


def test_the_generated_invoice_is_valid() -> None:
    invoice = read_document(_invoice(25)).invoice
    assert invoice is not None
    assert (len(invoice.parts.lines), invoice.totals.payable) == (25, Decimal(25))


def test_the_note_names_the_cheapest_and_the_dearest_file() -> None:
    note = _per_file([Ratio("a.xml", 0.001, 0.003), Ratio("b.xml", 0.001, 0.009), Ratio("c.xml", 0.001, 0.005)])
    assert "least 3.0 x (3.00 ms, a.xml)" in note
    assert "most 9.0 x (9.00 ms, b.xml)" in note
