"""Acting on a case 办理 and the customer's replies: the case decides, the API says what it decided."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook
from structlog.testing import capture_logs
from temporalio.client import Client

from activities.opening.refused import CaseRefusedError
from activities.records.case_queries import get_case
from activities.records.case_tables import Refusal
from activities.records.community_tables import Staff
from activities.records.intake_snapshot import Caller
from starters.case_desk.cases import CaseStarter
from tests.intake_api.conftest import ELSEWHERE, HOME, Api, until
from tests.intake_api.signing import signed
from tests.intake_api.test_reporting import record_of_old
from workflows.messages.case import ActionRequest, CustomerReply
from workflows.messages.identifiers import CaseKind
from workflows.messages.people import Actor, Role
from workflows.messages.records import RepairRecord
from workflows.rules.case_numbers import case_number

NOBODYS_NUMBER = "BX-22222-22222"


def refusals(api: Api) -> list[tuple[str, str, str, str, str]]:
    with api.database.begin() as connection:
        columns = (Refusal.case, Refusal.actor_role, Refusal.actor_code, Refusal.action, Refusal.code)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(Refusal.id))]


async def recorded(api: Api, number: str, event: str, times: int = 1):
    """The record, as soon as it holds the event so often."""

    async def read():
        record = await asyncio.to_thread(get_case, api.database, HOME, number)
        return record if record and [line.event for line in record.lines].count(event) >= times else None

    return await until(read)


async def offered(api: Api, number: str) -> str:
    """The technician who has been offered the case, as soon as there is one."""

    async def assignee():
        return (await api.get(f"/v1/communities/{HOME}/cases/{number}/live", Role.SITE_MANAGER)).json()["assignee"]

    return await until(assignee)


async def test_a_repair_from_the_phone_call_to_the_closed_form(api: Api, workers):
    number = (await api.report(channel="phone", reporter={"name": "王测试", "phone": "13900001111"})).json()["number"]
    technician = await offered(api, number)

    steps = (
        ("take", {}),
        ("arrive", {}),
        ("quote", {"lines": [{"code": "WX-01"}, {"name": "特殊阀芯", "quantity": "1", "unit_price": "35.50"}]}),
    )
    for action, details in steps:
        answer = await api.act(number, action, Role.TECHNICIAN, staff=technician, **details)
        assert answer.status_code == 200, answer.text
    nobody = await api.act(number, "approve_quote", Role.ENGINEERING_LEAD)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "not_allowed_for_role"), "it could be the quoter's own"
    assert (await api.act(number, "approve_quote", Role.ENGINEERING_LEAD, staff="E001")).status_code == 200
    replies = f"/v1/communities/{HOME}/cases/{number}/replies"
    await api.post(replies, {"intent": "confirm_quote", "text": "同意"})
    await recorded(api, number, "quote_confirmed")
    done = {"work_done": "换了阀芯", "work_minutes": 30}
    answer = await api.act(number, "complete", Role.TECHNICIAN, staff=technician, **done)
    assert answer.json()["state_label"] == "已完工", answer.text
    reply = await api.post(replies, {"intent": "confirm", "text": "好了"})
    assert reply.json() == {"number": number, "case_closed": False, "state_label": None}
    record = await recorded(api, number, "awaiting_revisit")
    await revisited(api, next(form.revisit for form in record.forms if isinstance(form, RepairRecord)))
    await recorded(api, number, "closed")

    record = (await api.get(f"/v1/communities/{HOME}/cases/{number}")).json()
    assert (record["state_label"], record["reporter"]["name"], record["assignee"]) == ("已关闭", "王测试", technician)
    forms = {form["form"]: form for form in record["forms"]}
    assert forms["work_order"]["work_done"] == "换了阀芯"
    assert [line["unit_price"] for line in forms["quote"]["lines"]] == ["30.00", "35.50"]
    assert forms["charge"]["billable"] == "65.50"
    own = await api.get(f"/v1/communities/{HOME}/cases", Role.TECHNICIAN, staff=technician)
    assert [case["number"] for case in own.json()["cases"]] == [number]


async def revisited(api: Api, revisit: str) -> None:
    """The visitor whom the rule has chosen asks the customer, and the supervisor gives an opinion."""
    visitor = await offered(api, revisit)
    acting = f"/v1/communities/{HOME}/revisits/{revisit}/actions"
    answers = {"solved": "yes", "satisfaction": "very_satisfied", "suggestions": "无"}
    incomplete = await api.post(
        acting, {"action": "record", "method": "onsite", **answers}, Role.STEWARD, staff=visitor
    )
    assert (incomplete.status_code, incomplete.json()["code"]) == (422, "signature_required")
    visit = await api.post(acting, {"action": "record", "method": "phone", **answers}, Role.STEWARD, staff=visitor)
    assert visit.json()["state_label"] == "已回访·满意", visit.text
    opinion = await api.post(acting, {"action": "give_opinion", "opinion": "属实"}, Role.CS_SUPERVISOR, staff="S001")
    assert opinion.status_code == 200, opinion.text
    await recorded(api, revisit, "closed")


async def test_a_technician_reads_the_records_of_his_own_jobs_only(api: Api, workers):
    number = (await api.report(channel="phone")).json()["number"]
    technician = await offered(api, number)
    await recorded(api, number, "offered")
    record, cases = f"/v1/communities/{HOME}/cases/{number}", f"/v1/communities/{HOME}/cases"

    own = await api.get(record, Role.TECHNICIAN, staff=technician)
    anothers = await api.get(record, Role.TECHNICIAN, staff=_other_than(technician))
    listed = await api.get(f"{cases}?assignee={technician}", Role.TECHNICIAN, staff=_other_than(technician))
    nobodys = await api.get(cases, Role.TECHNICIAN)

    assert own.status_code == 200
    assert (anothers.status_code, anothers.json()["code"]) == (404, "unknown_case")
    assert listed.json()["cases"] == []
    assert (nobodys.status_code, nobodys.json()["code"]) == (403, "not_allowed_for_role")


def _other_than(technician: str) -> str:
    return next(code for code in ("T001", "T002") if code != technician)


async def test_a_resent_action_returns_the_first_answer(api: Api, workers):
    number, key = (await api.report()).json()["number"], uuid.uuid4().hex

    first = await api.act(number, "accept", key=key)
    again = await api.act(number, "accept", key=key)

    assert (first.status_code, first.json()["state_label"]) == (200, "已受理")
    assert again.json() == first.json()
    assert refusals(api) == []


async def test_another_action_under_a_used_key_is_refused_and_not_done(api: Api, workers):
    number, key = (await api.report()).json()["number"], uuid.uuid4().hex
    await api.act(number, "accept", key=key)

    answer = await api.act(number, "cancel", key=key, reason="不修了")

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    live = await api.get(f"/v1/communities/{HOME}/cases/{number}/live")
    assert live.json()["state_label"] != "已关闭"


@pytest.mark.parametrize(
    ("role", "staff", "action", "details", "status", "code"),
    [
        (Role.FINANCE, "F001", "accept", {}, 403, "not_allowed_for_role"),
        (Role.TECHNICIAN, "T008", "take", {}, 403, "not_the_assignee"),
        (Role.CS_ASSISTANT, "K001", "complete", {"work_done": "修好"}, 403, "not_allowed_for_role"),
        (
            Role.CS_SUPERVISOR,
            "S001",
            "move_deadline",
            {"clock": "finish", "due_at": "2026-12-01T10:00:00+08:00", "reason": "等配件"},
            422,
            "unknown_clock",
        ),
    ],
)
async def test_a_refused_action_is_told_with_its_code_and_kept_for_the_audit(  # noqa: PLR0917 - a row of the table
    api: Api, workers, role, staff, action, details, status, code
):
    number = (await api.report()).json()["number"]

    answer = await api.act(number, action, role, staff=staff, **details)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert refusals(api) == [(number, role, staff, action, code)]


async def test_a_job_is_dispatched_by_code_with_a_reason_and_not_to_somebody_who_has_left(api: Api, workers):
    number = (await api.report()).json()["number"]
    await api.act(number, "accept")
    first = await offered(api, number)
    named = _other_than(first)
    with api.database.begin() as connection:
        left = (Staff.community == HOME, Staff.code == "T003")
        connection.execute(update(Staff).where(*left).values(active=False))
    await api.intake.snapshots.refresh()

    refused = await api.act(number, "dispatch", technician="T003", reason="就近")
    done = await api.act(number, "dispatch", technician=f" {named.lower()} ", reason="就近")

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_technician")
    assert done.status_code == 200, done.text
    assert refusals(api) == []

    async def taken_over():
        live = await api.get(f"/v1/communities/{HOME}/cases/{number}/live", Role.SITE_MANAGER)
        return live.json()["assignee"] == named

    await until(taken_over)
    record = await recorded(api, number, "dispatch_ordered")
    assert [line.reason for line in record.lines if line.event == "dispatch_ordered"] == ["就近"]


async def test_a_class_that_the_hazard_words_gave_is_not_lowered(api: Api, workers):
    number = (await api.report(description="厨房停水")).json()["number"]

    answer = await api.act(number, "accept", repair_class="general")

    assert (answer.status_code, answer.json()["code"]) == (409, "hazard_outranks")


async def test_an_action_in_the_wrong_state_says_which_state_it_is(api: Api, workers):
    number = (await api.report()).json()["number"]
    await api.act(number, "accept")

    answer = await api.act(number, "accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_allowed_in_state")
    assert "受理" in answer.json()["detail"]


async def test_a_case_of_another_community_does_not_exist(api: Api, workers):
    number = (await api.report()).json()["number"]
    whose = {"community": ELSEWHERE}
    cases = f"/v1/communities/{ELSEWHERE}/cases/{number}"

    answers = [
        await api.act(number, "accept", **whose),
        await api.post(f"{cases}/replies", {"intent": "cancel"}, **whose),
        await api.get(f"{cases}/live", **whose),
        await api.get(cases, **whose),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "unknown_case")] * 4
    unknown = await api.act(NOBODYS_NUMBER, "accept", **whose)
    assert unknown.json() == answers[0].json()
    live = await api.get(f"/v1/communities/{HOME}/cases/{number}/live")
    assert live.json()["state_label"] == "待受理"


async def test_what_stood_in_place_of_a_case_number_is_neither_logged_nor_stored(api: Api):
    with capture_logs() as logs:
        answer = await api.act("张三13800138000", "accept")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_case")
    assert refusals(api) == [("?", "cs_assistant", "", "accept", "unknown_case")]
    assert [line["case"] for line in logs if line["event"] == "action_refused"] == ["?"]
    assert "13800138000" not in str(logs)


@pytest.mark.parametrize(
    "number", [NOBODYS_NUMBER, "temporal-sys-scheduler", "BX-00000-00000", "报修1", "%00", "bx-22222-22222"]
)
async def test_what_is_not_a_case_number_reaches_no_workflow(api: Api, number):
    answers = [
        await api.act(number, "accept"),
        await api.post(f"/v1/communities/{HOME}/cases/{number}/replies", {"intent": "comment", "text": "在吗"}),
        await api.get(f"/v1/communities/{HOME}/cases/{number}/live"),
        await api.get(f"/v1/communities/{HOME}/cases/{number}"),
    ]

    assert {answer.json()["code"] for answer in answers} == {"unknown_case"}


async def test_a_late_message_is_kept_with_the_closed_case_and_answered_closed(api: Api, keyring):
    number = case_number(CaseKind.REPAIR, keyring.case_number_key, "somebody", "long-ago")
    record_of_old(api.database, number)
    key = uuid.uuid4().hex
    replies = f"/v1/communities/{HOME}/cases/{number}/replies"

    for _ in range(3):
        reply = await api.post(replies, {"intent": "reopen", "text": "又漏了"}, key=key)
        action = await api.act(number, "accept", key=key)

    assert (reply.status_code, reply.json()) == (200, {"number": number, "case_closed": True, "state_label": "已关闭"})
    assert (action.status_code, action.json()["code"], action.json()["state_label"]) == (409, "case_closed", "已关闭")
    late = get_case(api.database, HOME, number).late_messages
    assert sorted((word.intent, word.text) for word in late) == [("accept", ""), ("reopen", "又漏了")]


async def test_a_message_to_a_closed_case_whose_workflow_has_ended_is_kept_too(api: Api, client, workers):
    number = (await api.report()).json()["number"]
    await api.act(number, "cancel", reason="不修了")
    await recorded(api, number, "cancelled")
    await client.get_workflow_handle(number).terminate("as at the end of its reopen window")

    reply = await api.post(f"/v1/communities/{HOME}/cases/{number}/replies", {"intent": "comment", "text": "谢谢"})
    action = await api.act(number, "accept")

    assert reply.json()["case_closed"]
    assert action.json()["code"] == "case_closed"
    assert len(get_case(api.database, HOME, number).late_messages) == 2


async def test_a_message_to_a_case_that_was_lost_is_kept_and_not_answered_closed(api: Api, client, keyring, workers):
    """Terminated, not there at all, or looked for in a namespace that is misspelt: its record never closed."""
    terminated = (await api.report()).json()["number"]
    await recorded(api, terminated, "reported")
    await client.get_workflow_handle(terminated).terminate("by mistake")
    lost = case_number(CaseKind.REPAIR, keyring.case_number_key, "somebody", "lost")
    record_of_old(api.database, lost, closed=False)

    for number in (terminated, lost):
        replies = f"/v1/communities/{HOME}/cases/{number}/replies"
        with capture_logs() as logs:
            reply = await api.post(replies, {"intent": "comment", "text": "还没来"})
            action = await api.act(number, "accept")
        for answer in (reply, action):
            assert (answer.status_code, answer.json()["code"]) == (503, "case_not_running")
            assert "来件已留存" in answer.json()["detail"]
        late = get_case(api.database, HOME, number).late_messages
        assert {(word.intent, word.text) for word in late} == {("comment", "还没来"), ("accept", "")}
        errors = [line for line in logs if line["event"] == "case_not_running"]
        assert [(line["log_level"], line["case"]) for line in errors] == [("error", number)] * 2


async def test_a_case_in_a_namespace_that_is_misspelt_is_not_answered_closed(api: Api, client, keyring, workers):
    number = (await api.report()).json()["number"]
    await recorded(api, number, "reported")
    astray = CaseStarter(Client(client.service_client, namespace="defualt"), keyring, api.intake.archive)

    with pytest.raises(CaseRefusedError) as refused:
        await astray.reply(number, CustomerReply(message_id="m1", community=HOME, intent="comment", text="在吗"))

    assert refused.value.code == "case_not_running"
    assert [word.text for word in get_case(api.database, HOME, number).late_messages] == ["在吗"]


async def test_what_a_technician_wrote_into_a_late_action_is_kept(api: Api, keyring):
    number = case_number(CaseKind.REPAIR, keyring.case_number_key, "somebody", "done-late")
    record_of_old(api.database, number)

    answer = await api.act(
        number, "complete", Role.TECHNICIAN, staff="T001", work_done="换了阀芯", materials="阀芯1只", work_minutes=30
    )

    assert answer.json()["code"] == "case_closed"
    (late,) = get_case(api.database, HOME, number).late_messages
    assert json.loads(late.text) == {"work_done": "换了阀芯", "materials": "阀芯1只", "work_minutes": 30}
    assert "换了阀芯" in late.text


async def test_a_late_action_that_the_role_can_never_take_is_refused_and_not_kept(api: Api, keyring):
    number = case_number(CaseKind.REPAIR, keyring.case_number_key, "somebody", "not-his")
    record_of_old(api.database, number)

    answer = await api.act(number, "accept", Role.FINANCE, staff="F001")
    nobodys = await api.act(NOBODYS_NUMBER, "accept", Role.FINANCE, staff="F001")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed_for_role")
    assert get_case(api.database, HOME, number).late_messages == ()
    assert nobodys.json()["code"] == "unknown_case"


async def test_other_words_under_the_same_key_are_another_reply(api: Api, workers):
    """A signal has no answer that could refuse them, and no word of a customer may be lost."""
    number, key = (await api.report()).json()["number"], uuid.uuid4().hex
    replies = f"/v1/communities/{HOME}/cases/{number}/replies"

    for text in ("明天来", "明天来", "后天来"):
        assert (await api.post(replies, {"intent": "comment", "text": text}, key=key)).status_code == 200

    record = await recorded(api, number, "customer_replied", times=2)
    said = [line for line in record.lines if line.event == "customer_replied"]
    assert len(said) == 2


async def test_an_action_that_nobody_answers_in_time_is_unknown_and_not_refused(api: Api, client, keyring):
    """No worker runs. The same request with the same key tells later."""
    number = (await api.report()).json()["number"]
    impatient = CaseStarter(client, keyring, api.intake.archive, patience=timedelta(seconds=0.5))
    caller = Caller("c", Role.CS_ASSISTANT, "K001", frozenset({HOME}), None)
    actor = Actor(role=caller.role, code=caller.staff)
    request = ActionRequest(action="accept", community=HOME, actor=actor, message_id="m1", digest="d")

    with pytest.raises(CaseRefusedError) as refused:
        await impatient.act(number, request, caller)
    assert refused.value.code == "outcome_unknown"
    with pytest.raises(CaseRefusedError) as unseen:
        await impatient.view(number, HOME)
    assert unseen.value.code == "live_view_unavailable"
    assert refusals(api) == []


# The webhook by which a messaging platform hands over a customer's own message


async def test_a_customers_own_reply_counts_once(api: Api, workers, keyring):
    number = (await api.report(channel="phone")).json()["number"]
    body = {"community": HOME, "number": number, "intent": "comment", "text": "谢谢", "message_id": "wx-1"}

    for delivery in ("msg_1", "msg_2", "msg_2"):
        request = signed(keyring.reply_webhook_secret, body, message=delivery)
        answer = await api.http.post("/v1/webhooks/customer-replies", **request)
        assert answer.json() == {"number": number, "case_closed": False, "state_label": None}
    await api.act(number, "cancel", reason="不修了")

    record = await recorded(api, number, "cancelled")
    assert [line.event for line in record.lines].count("customer_replied") == 1


async def test_the_number_that_a_customers_reply_came_from_is_passed_on(api: Api, client, keyring):
    """The case waits for its worker; the reply is what Temporal holds for it."""
    number = (await api.report(channel="phone")).json()["number"]
    body = {"community": HOME, "number": number, "intent": "confirm", "message_id": "wx-2"}

    for sent in ({"sender_phone": "+86 139 0000 1111"}, {"message_id": "wx-3"}):
        request = signed(keyring.reply_webhook_secret, {**body, **sent})
        assert (await api.http.post("/v1/webhooks/customer-replies", **request)).status_code == 200

    history = await client.get_workflow_handle(number).fetch_history()
    signals = [event.workflow_execution_signaled_event_attributes for event in history.events]
    said = [
        (await client.data_converter.decode(signal.input.payloads, [CustomerReply]))[0]
        for signal in signals
        if signal.signal_name == "reply"
    ]
    assert [reply.sender_phone for reply in said] == ["+86 139 0000 1111", ""]


async def test_the_number_of_a_late_reply_is_kept_with_it(api: Api, keyring):
    number = case_number(CaseKind.REPAIR, keyring.case_number_key, "somebody", "last-year")
    record_of_old(api.database, number)
    body = {"community": HOME, "number": number, "intent": "reopen", "text": "又漏了", "message_id": "wx-4"}

    request = signed(keyring.reply_webhook_secret, {**body, "sender_phone": "13900001111"})
    answer = await api.http.post("/v1/webhooks/customer-replies", **request)

    assert answer.json()["case_closed"]
    assert [late.sender_phone for late in get_case(api.database, HOME, number).late_messages] == ["13900001111"]


@pytest.mark.parametrize("phone", ["call me", "1" * 33, 13900001111, "139\n00001111"])
async def test_a_reply_from_what_is_no_telephone_number_is_refused_by_field(api: Api, keyring, phone):
    body = {"community": HOME, "number": NOBODYS_NUMBER, "intent": "comment", "message_id": "wx-5"}

    request = signed(keyring.reply_webhook_secret, {**body, "sender_phone": phone})
    answer = await api.http.post("/v1/webhooks/customer-replies", **request)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["field"] for error in answer.json()["errors"]] == ["body.sender_phone"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-signature", "v1,AAAA"),
        ("webhook-signature", "nonsense"),
        ("webhook-signature", ""),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "1700000000"),
        ("webhook-id", "another"),
    ],
)
async def test_a_reply_that_is_not_signed_rightly_is_refused(api: Api, keyring, name, value):
    request = signed(keyring.reply_webhook_secret, {"community": HOME})
    request["headers"][name] = value

    answer = await api.http.post("/v1/webhooks/customer-replies", **request)

    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_signature")


@pytest.mark.parametrize("content", [b"{", b'{"text": 1}', b"\xff\xfe", b"[]", b"null"])
async def test_a_signed_reply_that_is_no_reply_is_refused(api: Api, keyring, content):
    at = datetime.now(UTC)
    headers = {
        "webhook-id": "m",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(keyring.reply_webhook_secret).sign("m", at, content.decode("utf-8", "replace")),
    }

    answer = await api.http.post("/v1/webhooks/customer-replies", content=content, headers=headers)

    assert answer.json()["code"] in ("malformed_json", "invalid_request", "invalid_signature")
