"""E-invoices file by file, beside bare lxml parse of the same bytes; and one of many lines, to see how it grows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.figures import Figure, times
from bench.measure import Processes, best_of
from bench.servers import BASE_DIR

TOPIC = "documents"
FOLDER = BASE_DIR.parent / "shared" / "data" / "einvoices"
ROUNDS = 7
LINES = (1_000, 10_000)


@dataclass(frozen=True)
class Ratio:
    """One file: seconds bare and in full, the fastest of several rounds each."""

    name: str
    bare_s: float
    full_s: float

    @property
    def ratio(self) -> float:
        """How many times the bare parse."""
        return self.full_s / self.bare_s


def run(processes: Processes) -> list[Figure]:
    """All public files, file by file, then invoices of many lines. No limit is set: the note says the ratio."""
    files = [(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.xml"))]
    return [*_public(files, processes), *(figure for lines in LINES for figure in _long(lines, processes))]


def _public(files: list[tuple[str, bytes]], processes: Processes) -> Iterator[Figure]:
    if not files:
        return
    bare, full = _bare(), _full()
    _found, bare_cost = best_of(ROUNDS, lambda: [bare(data) for _name, data in files], processes)
    _found, full_cost = best_of(ROUNDS, lambda: [full(data) for _name, data in files], processes)
    ratios = [Ratio(name, _fastest(bare, data), _fastest(full, data)) for name, data in files]
    size = f"{len(files)} files"
    yield Figure(TOPIC, size, "bare lxml parse of the public e-invoices", bare_cost, len(files))
    note = f"{times(full_cost, bare_cost)}; {_per_file(ratios)}"
    yield Figure(TOPIC, size, "the same read, totals checked, attachments sealed", full_cost, len(files), note=note)


def _per_file(ratios: list[Ratio]) -> str:
    """The middle, and the files where reading costs least and most beside parsing."""
    ratios = sorted(ratios, key=lambda one: one.ratio)
    middle = statistics.median(one.full_s for one in ratios) * 1000
    ends = "; ".join(
        f"{name} {one.ratio:.1f} x ({one.full_s * 1000:.2f} ms, {one.name})"
        for name, one in (("least", ratios[0]), ("median", ratios[len(ratios) // 2]), ("most", ratios[-1]))
    )
    return f"a file {middle:.2f} ms (median); {ends}"


def _long(lines: int, processes: Processes) -> Iterator[Figure]:
    data = _invoice(lines)
    bare, full = _bare(), _full()
    _found, bare_cost = best_of(ROUNDS, lambda: bare(data), processes)
    _found, full_cost = best_of(ROUNDS, lambda: full(data), processes)
    size = f"{lines // 1000}k lines"
    yield Figure(TOPIC, size, "bare lxml parse of a UBL invoice of many lines", bare_cost, lines)
    note = times(full_cost, bare_cost)
    yield Figure(TOPIC, size, "the same read and checked", full_cost, lines, note=note)


def _fastest(work: Callable[[bytes], object], data: bytes) -> float:
    found = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work(data)
        found.append(time.perf_counter() - started)
    return min(found)


def _bare() -> Callable[[bytes], object]:
    """What any reader must do: text to a tree."""
    from lxml import etree

    return lambda data: etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def _full() -> Callable[[bytes], object]:
    from invoices.intake.documents import read_document

    return read_document


def _invoice(lines: int) -> bytes:
    """A valid invoice of so many lines of 1.00, each with the elements that invoices have."""
    line = (
        "<cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode='C62'>1</cbc:InvoicedQuantity>"
        "<cbc:LineExtensionAmount currencyID='EUR'>1.00</cbc:LineExtensionAmount><cac:Item><cbc:Name>Part</cbc:Name>"
        "<cac:ClassifiedTaxCategory><cbc:ID>Z</cbc:ID><cbc:Percent>0</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"
        "</cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID='EUR'>1"
        "</cbc:PriceAmount></cac:Price></cac:InvoiceLine>"
    )
    return (_HEAD.format(total=f"{lines}.00") + line * lines + "</Invoice>").encode()


_HEAD = (
    "<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'"
    " xmlns:cbc='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2'"
    " xmlns:cac='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2'>"
    "<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>R-1</cbc:ID>"
    "<cbc:IssueDate>2026-01-31</cbc:IssueDate><cbc:DueDate>2026-03-02</cbc:DueDate>"
    "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
    "<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>S</cbc:Name></cac:PartyName></cac:Party>"
    "</cac:AccountingSupplierParty><cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>B</cbc:Name>"
    "</cac:PartyName></cac:Party></cac:AccountingCustomerParty>"
    "<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID='EUR'>{total}</cbc:LineExtensionAmount>"
    "<cbc:TaxExclusiveAmount currencyID='EUR'>{total}</cbc:TaxExclusiveAmount>"
    "<cbc:TaxInclusiveAmount currencyID='EUR'>{total}</cbc:TaxInclusiveAmount>"
    "<cbc:PayableAmount currencyID='EUR'>{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>"
)
