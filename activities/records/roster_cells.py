"""What one cell 单元格 of a roster may hold, and what to tell a person whose spreadsheet mangled it.

Readers return the value or raise :class:`CellError`; an empty cell never reaches them. Messages do not repeat
what was read, because it may be personal data.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

import phonenumbers

Cell = str | int | float | bool | date | time | datetime | timedelta
"""A value as the spreadsheet holds it; "" is an empty cell."""
Value = TypeVar("Value")

_UNIT_CODE: Final = re.compile(r"[0-9A-Za-z\u3400-\u9fff][0-9A-Za-z\u3400-\u9fff_.#-]{0,31}")
_STAFF_CODE: Final = re.compile(r"(?=[A-Z-]*[0-9])[A-Z0-9][A-Z0-9-]{0,19}")
_PHONE_OR_IDENTITY_NUMBER: Final = re.compile(r"[0-9]{11}")
_MAIL: Final = re.compile(r"[^@\s<>,;:\"()\[\]]{1,64}@[^@\s<>,;:\"()\[\]]+\.[^@\s<>,;:\"()\[\]]+")
_DAY: Final = re.compile(r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|年(\d{1,2})月)(\d{1,2})日?")
_CLOCK_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_SEPARATOR: Final = re.compile(r"[、,,;;/\s]+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_EXACT_DIGITS: Final = 10**15
"""A spreadsheet keeps 15 digits of a number and turns the rest into zeros."""


class CellError(Exception):
    """A cell that cannot be read: a stable code, and in zh-CN what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def text(cell: Cell, *, longest: int = 50) -> str:
    """Return the text as typed, without blanks around it; a whole number counts as the text of its digits."""
    if isinstance(cell, bool):
        raise CellError("wrong_type", "这里应填文字,不是 TRUE 或 FALSE")
    if isinstance(cell, date | time | timedelta):
        raise CellError("turned_into_date", "表格软件把内容变成了日期或时间,请把单元格格式设为“文本”后重新输入")
    if isinstance(cell, int | float):
        return _digits(cell)
    typed = cell.strip()
    unseen = next((letter for letter in typed if _is_unseen(letter)), None)
    if unseen is not None:
        message = f"含有看不见的字符(U+{ord(unseen):04X}),请清空单元格后手工重新输入"
        raise CellError("unseen_character", message)
    if len(typed) > longest:
        raise CellError("too_long", f"最多 {longest} 个字")
    return typed


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN or letter == "\ufffd" or ord(letter) & 0xFFFE == 0xFFFE


def _digits(number: float) -> str:
    if not abs(number) < _EXACT_DIGITS:
        message = "数字超过 15 位,表格软件已丢失末尾几位,请把单元格格式设为“文本”后重新输入"
        raise CellError("digits_lost", message)
    if number != int(number):
        raise CellError("not_whole", "表格软件把内容变成了小数,请把单元格格式设为“文本”后重新输入")
    return str(int(number))


def unit_code(cell: Cell) -> str:
    """Return the code of a unit, an area or a price: letters, digits, Chinese characters, and - _ . # between them."""
    code = unicodedata.normalize("NFKC", text(cell))
    if not _UNIT_CODE.fullmatch(code):
        message = "编码最多 32 个字,只能用汉字、字母、数字和 - _ . #,且不能以符号开头"
        raise CellError("bad_code", message)
    if _PHONE_OR_IDENTITY_NUMBER.search(code):
        raise CellError("personal_data_in_code", "编码不能是电话或证件号码:编码会公开显示")
    return code


def staff_code(cell: Cell) -> str:
    """Return a 工号, such as T003: capitals, digits and hyphens, with a digit, so that it is nobody's name."""
    code = unicodedata.normalize("NFKC", text(cell)).upper()
    if not _STAFF_CODE.fullmatch(code):
        message = "工号最多 20 位,由字母、数字和 - 组成并至少含一个数字,不能用姓名"
        raise CellError("bad_code", message)
    if _PHONE_OR_IDENTITY_NUMBER.search(code):
        raise CellError("personal_data_in_code", "工号不能是电话或证件号码:工号会公开显示")
    return code


def phone(cell: Cell) -> str:
    """Return a telephone number as E.164; one without a country code is taken for a Chinese one."""
    digits = unicodedata.normalize("NFKC", text(cell))
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_valid_number(number):
        message = "电话号码不对,请填 11 位手机号或带区号的固定电话;以 0 开头的请把单元格格式设为“文本”"
        raise CellError("bad_phone", message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mail(cell: Cell) -> str:
    """Return a mail address."""
    address = text(cell, longest=254)
    if not address.isascii() or not _MAIL.fullmatch(address):
        raise CellError("bad_mail", "邮箱地址不对,例如 name@example.com")
    return address


def day(cell: Cell) -> date:
    """Return a date between 1950 and 2100: a date cell, or 2026-04-15, 2026/4/15, 2026年4月15日 as text."""
    if isinstance(cell, datetime) and cell.time() == time():
        found: date | None = cell.date()
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        found = cell
    else:
        found = _day_of_text(cell) if isinstance(cell, str) else None
    if found is None or not 1950 <= found.year <= 2100:
        raise CellError("bad_date", "日期不对,请按 2026-04-15 的格式填写,年份在 1950 至 2100 之间")
    return found


def _day_of_text(typed: str) -> date | None:
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", typed.strip()))
    if match is None:
        return None
    year, *months, day_of_month = match.groups()
    try:
        return date(int(year), int(next(month for month in months if month)), int(day_of_month))
    except ValueError:
        return None


def clock_time(cell: Cell) -> time:
    """Return a time of day to the minute: a time cell, or 8:30 as text; 24:00 is 00:00 of the next day."""
    found = None
    if isinstance(cell, time):
        found = cell
    elif isinstance(cell, timedelta):
        found = _time_of_minutes(cell / timedelta(minutes=1))
    elif isinstance(cell, str) and (match := _CLOCK_TIME.fullmatch(unicodedata.normalize("NFKC", cell.strip()))):
        found = _time_of_minutes(int(match[1]) * 60 + int(match[2])) if int(match[2]) < 60 else None
    if found is None or found.second or found.microsecond:
        raise CellError("bad_time", "时间不对,请按 08:30 的格式填写,精确到分钟")
    return found


def _time_of_minutes(minutes: float) -> time | None:
    if minutes != int(minutes) or not 0 <= minutes <= 24 * 60:
        return None
    return time(int(minutes) // 60 % 24, int(minutes) % 60)


def square_metres(cell: Cell) -> Decimal:
    """Return an area in m², above 0 and up to 1,000,000, with two places."""
    area = _two_places(cell, "面积不对,请填数字,例如 89.50")
    if area is None or not 0 < area <= 1_000_000:
        raise CellError("bad_number", "面积应大于 0,最多两位小数,例如 89.50")
    return area


def yuan(cell: Cell) -> Decimal:
    """Return a price in CNY, from 0 to 1,000,000, with two places."""
    price = _two_places(cell, "金额不对,请只填数字,例如 30.00")
    if price is None or not 0 <= price <= 1_000_000:
        raise CellError("bad_number", "金额不能小于 0,最多两位小数,例如 30.00")
    return price


def _two_places(cell: Cell, complaint: str) -> Decimal | None:
    """Return a number with two places, or None where it has more."""
    try:
        # a spreadsheet computes with binary fractions: 89.10000000000001 was 89.10
        exact = round(Decimal(repr(cell)), 6) if isinstance(cell, float) else Decimal(text(cell))
        number = exact.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise CellError("bad_number", complaint) from None
    return number if number == exact else None


def position(cell: Cell) -> int:
    """Return the place of a person in the household, 1 to 99; 1 is the first to be called."""
    digits = text(cell)
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits) <= 99):
        raise CellError("bad_number", "序号应为 1 至 99 的整数")
    return int(digits)


def one_of(known: Mapping[str, Value]) -> Callable[[Cell], Value]:
    """Return the reader of a cell that holds one of the known terms."""

    def read(cell: Cell) -> Value:
        term = text(cell)
        if term not in known:
            raise CellError("unknown_term", f"只能填:{'、'.join(known)}")
        return known[term]

    return read


def several_of(known: Mapping[str, Value]) -> Callable[[Cell], frozenset[Value]]:
    """Return the reader of a cell that holds some of the known terms, with 、 between them."""

    def read(cell: Cell) -> frozenset[Value]:
        terms = [term for term in _SEPARATOR.split(text(cell, longest=200)) if term]
        if any(term not in known for term in terms):
            raise CellError("unknown_term", f"只能填以下各项,用“、”隔开:{'、'.join(known)}")
        return frozenset(known[term] for term in terms)

    return read
