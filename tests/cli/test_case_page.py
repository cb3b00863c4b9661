"""The page of a case says what people can read, and no codes."""

import pytest

from starters.cli.case_page import print_record

REPORTED = {"channel": "platform", "class": "general"}
OFFERED = {"technician": "T001", "attempt": "1"}
BREACHED = {"clock": "acceptance", "clock_label": "受理", "limit_label": "30分钟", "due_at": "2026-05-12 10:25"}
MOVED = {"clock": "finish", "from": "2026-05-12T10:00:00+08:00", "to": "2026-05-12T07:30:00+00:00"}
UNDELIVERED = {"event": "repair_offered", "recipient": "staff:T001", "status": "failed"}


def said_of(capsys: pytest.CaptureFixture[str], facts: dict[str, str], reason: str = "") -> str:
    """The column 说明 of a line with these facts."""
    line = {"sequence": 1, "label": "某事", "facts": facts, "reason": reason}
    print_record({"number": "BX-22222-22222", "kind": "repair", "lines": [line]})
    (row,) = [row for row in capsys.readouterr().out.splitlines() if "某事" in row]
    return row.partition("某事")[2].strip()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (REPORTED, "一般 QQ/微信/网上平台"),
        (OFFERED, "技工 T001 第1次"),
        (BREACHED, "受理时限 限时30分钟 期限 2026-05-12 10:25"),
        (MOVED, "完工时限 原为 2026-05-12 10:00 改为 2026-05-12 15:30"),
        (UNDELIVERED, "派工 员工 T001 未送达"),
        ({"hazard": "gas"}, "燃气泄漏"),
        ({"technician": ""}, ""),
        ({"intent": "comment", "reporter": "no", "how": "default", "of_a_newer_release": "x"}, ""),
    ],
    ids=["reported", "offered", "breached", "moved", "undelivered", "hazard", "empty", "codes"],
)
def test_the_facts_of_a_line_are_said_in_chinese(capsys: pytest.CaptureFixture[str], facts, said):
    assert said_of(capsys, facts) == said


def test_the_reason_comes_before_the_facts(capsys: pytest.CaptureFixture[str]):
    assert said_of(capsys, {"technician": "T002"}, "就近") == "就近 技工 T002"


def test_a_fee_case_has_a_quarter_and_nobody_who_reported_it(capsys: pytest.CaptureFixture[str]):
    about = {"level_label": "2026年第二季度", "reporter": {"identity": "owner"}}
    print_record({"number": "SF-22222-22222", "kind": "fee_cycle", **about})
    fee = capsys.readouterr().out
    print_record({"number": "BX-22222-22222", "kind": "repair", **about})
    repair = capsys.readouterr().out
    assert "季度" in fee
    assert not {word for word in ("紧急程度", "身份") if word in fee}
    assert {word for word in ("紧急程度", "身份") if word in repair} == {"紧急程度", "身份"}
