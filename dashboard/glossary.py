"""The one bilingual glossary: terms of the field with their meaning here (words of the domain handbook)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Term:
    """A term in both languages and what it means in this product, in the language in use."""

    key: str
    english: str
    chinese: str
    meaning: Any

    @property
    def tip(self) -> str:
        """What the tooltip shows: both names, then the meaning."""
        return f"{self.english} · {self.chinese}\n{self.meaning}"


_TERMS = (
    Term("buyer", "buyer", "买方", _("A legal entity we sell to; belongs to at most one buyer group.")),
    Term(
        "group", "buyer group", "集团", _("Related parties that are looked at together; their exposure counts as one.")
    ),
    Term("open_account", "open account, O/A", "赊销", _("Goods first, money later.")),
    Term("receivable", "receivable, open item", "应收账款", _("What is unpaid of an invoice on the as-of date.")),
    Term(
        "aging",
        "aging",
        "账龄",
        _("Open items by days past due, or by days since the invoice date. Due today counts as not due."),
    ),
    Term(
        "dpd",
        "days past due, DPD",
        "逾期天数",
        _("As-of date minus due date while the item is open; negative means that it is not due yet."),
    ),
    Term("exposure", "exposure", "风险敞口", _("What we could lose on a buyer.")),
    Term("overdue", "overdue", "逾期", _("Open items whose due date lies before the as-of date.")),
    Term(
        "material_overdue",
        "material overdue",
        "重大逾期",
        _(
            "An undisputed overdue part above max(1 percent of the invoice, min(100 USD, 10 percent of the "
            "invoice)). Smaller rests, such as bank charges, count for no rule."
        ),
    ),
    Term(
        "disputed",
        "dispute",
        "贸易纠纷",
        _("Amount contested by the buyer, with a reason. It stays in its bucket and in exposure."),
    ),
    Term(
        "unapplied",
        "unapplied cash and credits",
        "未核销收款及贷项",
        _(
            "Money or credit notes that arrived but are not yet set against an invoice. Shown beside "
            "the items, never netted silently."
        ),
    ),
    Term(
        "control",
        "control total",
        "核对总额",
        _("Gross open items minus unapplied cash and credits must equal the ledger balance in every currency."),
    ),
    Term("credit_limit", "credit limit", "信用额度", _("Most exposure that we accept on a buyer or group.")),
    Term(
        "order_check",
        "order check, release",
        "订单信用审核，放行",
        _("May this order go on these terms? Every rule answers; a release lets a stopped order go, with a reason."),
    ),
    Term("hold", "hold", "冻结", _("An order that may not go on. A forced hold is set by a person and lifted by one.")),
    Term(
        "insured_limit",
        "insured limit",
        "保险限额",
        _("What a credit insurer covers of one buyer, up to an amount and a percentage. Never shown to sales."),
    ),
    Term(
        "uninsured",
        "uninsured exposure",
        "未投保敞口",
        _("Net exposure less what insurers pay of it. Deductible and first loss are not part of it."),
    ),
    Term(
        "horizon",
        "horizon",
        "展望期",
        _("Orders shipping within so many days count against the limit; later ones are checked again before they go."),
    ),
    Term("dso", "days sales outstanding, DSO", "应收账款周转天数", _("How many days of sales stand in receivables.")),
    Term(
        "dso_countback",
        "DSO, count-back",
        "倒推法周转天数",
        _("Sales of whole months are taken off receivables from the latest back; the last month counts in part."),
    ),
    Term(
        "dso_best",
        "best possible DSO",
        "最佳周转天数",
        _("DSO if every buyer paid on the due date: what is not yet due over sales."),
    ),
    Term(
        "add",
        "average days delinquent",
        "平均逾期天数",
        _("DSO minus best possible DSO: the days that late payment costs."),
    ),
    Term(
        "cei",
        "collection effectiveness index, CEI",
        "催收有效性指数",
        _("Share of what could be collected in the period that was collected; 100 is best."),
    ),
    Term(
        "wdbt",
        "weighted days beyond terms",
        "加权超期天数",
        _("Days paid after the due date, weighted by amount; negative is early."),
    ),
    Term(
        "hhi",
        "concentration index, HHI",
        "集中度指数",
        _("Sum of squared shares in percent, 0 to 10,000. Above 2,500 counts as concentrated."),
    ),
    Term("top5", "top 5 share", "前五大占比", _("Share of receivables that the five largest buyers owe.")),
    Term(
        "score",
        "credit score",
        "信用评分",
        _(
            "0-100 out of five weighted dimensions: buyer credit 30, payment history 25, FX tolerance"
            " 20, logistics 15, compliance 10."
        ),
    ),
    Term(
        "grade",
        "grade",
        "信用等级",
        _("A from 80, B from 65, C from 50, D from 35, E below. Caps can lower the grade; the score itself stays."),
    ),
    Term(
        "coverage",
        "coverage",
        "数据覆盖率",
        _("Share of the score that stands on fresh data. Below 60 % the grade cannot be better than B."),
    ),
    Term(
        "buyer_credit",
        "buyer credit",
        "海外买家信用",
        _("Ratings, financials, country and years trading, less adverse events."),
    ),
    Term(
        "payment_history",
        "payment history",
        "历史履约率",
        _("How late the buyer paid in the last two years, recent payments counting more."),
    ),
    Term(
        "fx_tolerance",
        "FX tolerance",
        "汇率波动承受力",
        _("Can the buyer bear a fall of its home currency against the invoice currency until it pays?"),
    ),
    Term("logistics", "logistics", "物流稳定性", _("Deliveries on time, refusals and document discrepancies.")),
    Term("compliance", "compliance", "合规记录", _("Identity, sanctions screening, certificates and contract.")),
    Term(
        "country_class",
        "country risk class",
        "国家风险等级",
        _("OECD class 0 to 7, 7 being worst. 0 and high-income countries without a class are not free of risk."),
    ),
    Term("kyc", "identity gate, KYC", "身份审查", _("Know your customer: the buyer's identity has been established.")),
    Term("as_of", "as of", "截至日期", _("Figures count what was effective in the books on or before this date.")),
    Term(
        "base_currency",
        "base currency",
        "本位币",
        _(
            "Currency into which amounts are translated at the latest rate on or before the as-of "
            "date; each open item is rounded once."
        ),
    ),
    Term("settled", "settled", "结清", _("Day of the last receipt that brought the open amount to zero.")),
    Term(
        "webhook",
        "webhook",
        "Webhook",
        _("A signed message that is posted to another system as soon as something happened here."),
    ),
    Term(
        "dead_letter",
        "dead letter",
        "死信",
        _("A message that did not arrive after its last attempt; it waits for a person to send it again."),
    ),
    Term("snooze", "snooze", "暂缓", _("Put an alert aside until a date, with a reason.")),
)

TERMS: dict[str, Term] = {term.key: term for term in _TERMS}
