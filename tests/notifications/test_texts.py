"""Texts 通知文本: every event in every language, with exactly the facts that the table names."""

import pytest
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment
from temporalio.exceptions import ApplicationError

from activities.notifications.texts import ALWAYS, FACTS, LANGUAGES, TEMPLATES, render
from tests.notifications.peers import notice
from workflows.messages.notices import NoticeEvent, to_customer, to_role, to_staff
from workflows.messages.people import Role

EVERY_TEXT = [(event, language) for event in NoticeEvent for language in LANGUAGES]


def facts_of(event: NoticeEvent, *, all_of_them: bool = True) -> dict[str, str]:
    names = FACTS[event].needed | (FACTS[event].used_if_given if all_of_them else frozenset())
    return {name: f"‹{name}›" for name in names}


@pytest.mark.parametrize(("event", "language"), EVERY_TEXT)
@pytest.mark.parametrize("recipient", [to_customer(), to_role(Role.CS_SUPERVISOR)], ids=["customer", "role"])
def test_every_event_has_a_text_in_every_language_from_its_facts(event, language, recipient):
    full = render(notice(event, recipient, facts=facts_of(event)), language, "阳光花园", "欧阳")
    assert full.subject
    assert "\n" not in full.subject
    assert len(full.body) > 20
    assert all(f"‹{name}›" in full.subject + full.body for name in FACTS[event].needed - {"cause", "hazard"})
    bare = render(notice(event, recipient, unit="", facts=facts_of(event, all_of_them=False)), language, "阳光花园")
    assert bare.body.strip()
    assert "None" not in bare.body


@pytest.mark.parametrize("event", NoticeEvent)
def test_a_text_uses_no_fact_that_the_table_does_not_name_and_the_table_names_none_in_vain(event: NoticeEvent):
    used, reader = set(), SandboxedEnvironment(autoescape=True)
    for path in (TEMPLATES / event).iterdir():
        used |= meta.find_undeclared_variables(reader.parse(path.read_text(encoding="utf-8")))
    named = FACTS[event].needed | FACTS[event].used_if_given
    assert used - ALWAYS == named


def test_there_is_a_folder_for_each_event_and_four_texts_in_each():
    assert {folder.name for folder in TEMPLATES.iterdir()} == set(NoticeEvent)
    for event in NoticeEvent:
        assert {path.name for path in (TEMPLATES / event).iterdir()} == {
            f"{language}.{part}.txt" for language in LANGUAGES for part in ("subject", "body")
        }


def test_the_customer_reads_what_the_domain_suggests():
    accepted = render(notice(NoticeEvent.CASE_ACCEPTED), "zh_CN", "阳光花园")
    assert "您好,A-1-101的报修已受理,单号BX-7K3QM-9TXAB,我们会尽快安排师傅上门。" in accepted.body
    coming = render(notice(NoticeEvent.REPAIR_DISPATCHED), "zh_CN", "阳光花园", "欧阳")
    assert "欧阳师傅(工号T001)预计 2026-04-15 14:35 前到达,请留人在家并查看工牌。" in coming.body
    done = render(notice(NoticeEvent.REPAIR_COMPLETED, facts={"limit_label": "7天"}), "zh_CN", "阳光花园")
    assert "维修已完成,请验收;如仍有问题,7天内可直接回复“返修”。" in done.body


def test_a_technician_who_loses_a_job_reads_not_to_go():
    lost = render(notice(NoticeEvent.REPAIR_WITHDRAWN, to_staff("T001")), "zh_CN", "阳光花园")
    assert lost.body == "A-1-101的报修(BX-7K3QM-9TXAB,一般)已改派或撤回,不再由您处理,请不必前往。\n"


def test_that_nobody_takes_a_job_is_true_whether_nobody_could_or_nobody_answered():
    nobody = render(notice(NoticeEvent.NOBODY_AVAILABLE, to_role(Role.ENGINEERING_LEAD)), "zh_CN", "阳光花园")
    assert nobody.subject.startswith("无人接单或无人可派")
    assert "无人接单或无人可派,请人工派工。" in nobody.body


@pytest.mark.parametrize("recipient", [to_role(Role.CS_SUPERVISOR), to_staff("T001")], ids=["supervisor", "technician"])
def test_a_case_whose_process_was_ended_asks_for_a_check_and_a_new_report(recipient):
    ended = render(notice(NoticeEvent.CASE_ABORTED, recipient, facts={"state_label": "已接单"}), "zh_CN", "阳光花园")
    assert "终止时的状态:已接单" in ended.body
    assert "请核实;仍需办理的,请重新登记" in ended.body
    assert "已派的技工请先向客服主管确认" in ended.body


def test_a_language_that_we_do_not_write_gets_chinese():
    assert "报修已受理" in render(notice(), "fr", "阳光花园").subject


def test_a_missing_fact_keeps_a_notice_back_and_is_named():
    with pytest.raises(ApplicationError, match="due_at") as raised:
        render(notice(NoticeEvent.CASE_RECEIVED, facts={}), "zh_CN", "阳光花园")
    assert raised.value.type == "facts_missing"
    assert not raised.value.non_retryable


def test_an_emergency_is_told_even_with_a_fact_missing():
    text = render(notice(NoticeEvent.EMERGENCY, to_role(Role.STEWARD), facts={}, emergency=True), "zh_CN", "阳光花园")
    assert text.subject == "紧急:— A-1-101 BX-7K3QM-9TXAB"
    conflict = notice(NoticeEvent.RECORD_CONFLICT, to_role(Role.CS_SUPERVISOR), facts={}, emergency=True)
    assert "已无法写入记录" in render(conflict, "zh_CN", "阳光花园").body


def test_a_fact_is_data_and_never_a_template_a_second_line_or_a_hidden_character():
    sly = "{{ 7*7 }}{% include 'x' %}\r\nBcc: all@example.com\u202e\u0007"
    text = render(
        notice(NoticeEvent.EMERGENCY, to_role(Role.STEWARD), facts={"hazard_label": sly}), "zh_CN", "阳光花园"
    )
    assert text.subject.startswith("紧急:{{ 7*7 }}{% include 'x' %} Bcc: all@example.com A-1-101")
    assert not {"\r", "\u202e", "\u0007"} & set(text.subject + text.body)


def test_facts_cannot_pretend_to_be_the_case_or_the_unit():
    facts = {"number": "BX-OTHER", "unit": "B-9-999", "for_customer": "", "community_name": "别处"}
    assert "BX-7K3QM-9TXAB" in render(notice(facts=facts), "zh_CN", "阳光花园").subject
    assert "A-1-101" in render(notice(facts=facts), "zh_CN", "阳光花园").body
