"""Amounts in characters that nobody can alter 大写金额, as a bank reads them."""

from decimal import Decimal

import pytest

from activities.documents.amount_in_words import amount_in_words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10.00", "壹拾元整"),
        ("10", "壹拾元整"),
        ("751.80", "柒佰伍拾壹元捌角"),
        ("1000.05", "壹仟元零伍分"),
        ("100010.10", "壹拾万零壹拾元壹角"),
        ("100000000.01", "壹亿元零壹分"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("1.500", "壹元伍角"),
        ("-0.00", "零元整"),
    ],
)
def test_an_amount_reads_as_it_is_written_on_a_receipt(amount: str, words: str):
    assert amount_in_words(Decimal(amount)) == words


@pytest.mark.parametrize("amount", ["-0.01", "-751.80", "1.005", "0.001", "1000000000000.00", "NaN", "Infinity"])
def test_what_is_no_amount_of_money_is_refused_and_not_cut_short(amount: str):
    with pytest.raises(ValueError, match=r"大写金额须在|最多两位小数"):
        amount_in_words(Decimal(amount))
