"""《业主收费台账》 on paper 台账打印 (S4 篇4.2; §9.11): set by typst from the statement's own data, on A4 across."""

from datetime import datetime

import typst

from activities.documents.fonts import chinese_font
from activities.documents.typesetting import typeset
from activities.documents.wording import amount, moment, text
from activities.ledger.statement import Statement, StatementLine


def statement_pdf(statement: Statement, community_name: str, at: datetime, fonts: typst.Fonts) -> bytes:
    """Return the statement as a PDF that says when it was printed; ``at`` is on the community's clock.

    Raises ``FontMissingError`` where no Chinese font is installed.
    """
    content = {
        "font": chinese_font(fonts),
        "community": text(community_name),
        "payer": text(statement.payer_label),
        "unit": statement.unit,
        "account": statement.account,
        "period": f"{statement.first} 至 {statement.last}",
        "printed": moment(at, str(at.tzinfo)),
        "before": [amount(statement.owed_before), amount(statement.prepaid_before)],
        "lines": [_line(line) for line in statement.lines],
        "after": [amount(statement.owed), amount(statement.prepaid), amount(statement.deposit)],
    }
    return typeset("statement", content, at, fonts)


def _line(line: StatementLine) -> list[str]:
    amounts = (line.charged, line.paid, line.late_fee, line.prepaid, line.deposit, line.owed, line.prepaid_balance)
    said = [line.day.isoformat(), line.kind_label, text("、".join(line.bills))]
    return [*said, "、".join(line.receipts), *("" if value == 0 else amount(value) for value in amounts)]
