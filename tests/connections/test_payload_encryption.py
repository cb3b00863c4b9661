"""What Temporal can read: open summaries, and nothing of a person. On the real server."""

import base64
import dataclasses
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from temporalio.api.common.v1 import Payload, WorkflowExecution
from temporalio.api.query.v1 import WorkflowQuery
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, QueryWorkflowRequest
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.connections.encryption import EncryptionKeys, TamperedError, UnknownKeyError
from activities.connections.payload_encryption import EncryptingCodec, data_converter
from tests.connections.probe import DETAILS, NAME, Person, Probe, echo, refuse
from tests.sandbox import sandboxed
from workflows.effects.open_text import OpenText

PERSON = Person(name=NAME)
OLD, NEW = b"o" * 32, b"n" * 32


def _holds_the_name(content: bytes) -> bool:
    spellings = (NAME.encode(), ascii(NAME)[1:-1].encode(), base64.b64encode(NAME.encode()))
    return any(spelling in content for spelling in spellings)


async def _metadata_as_the_ui_asks(client: Client, case: str) -> Payload:
    answer = await client.workflow_service.query_workflow(
        QueryWorkflowRequest(
            namespace=client.namespace,
            execution=WorkflowExecution(workflow_id=case),
            query=WorkflowQuery(query_type="__temporal_workflow_metadata"),
        )
    )
    return answer.query_result.payloads[0]


@pytest.fixture
async def lived(client: Client):
    """A probe that has gone through everything; with what the UI saw of it while it ran."""
    queue = f"probe-{uuid.uuid4()}"
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[Probe],
            activities=[echo, refuse],
            activity_executor=threads,
            max_concurrent_activities=2,
            workflow_runner=sandboxed(),
        ):
            handle = await client.start_workflow(
                Probe.run,
                PERSON,
                id=f"probe-{uuid.uuid4()}",
                task_queue=queue,
                memo={"person": PERSON},
                static_summary=OpenText("报修 3栋-2-1801"),
                static_details=OpenText("水 · 一般"),
            )
            with pytest.raises(WorkflowUpdateFailedError) as rejected:
                await handle.execute_update(Probe.act, Person(name="另一个人"))
            await handle.signal(Probe.tell, PERSON)
            assert await handle.query(Probe.told) == [PERSON]
            metadata = await _metadata_as_the_ui_asks(client, handle.id)
            assert await handle.execute_update(Probe.act, PERSON) == PERSON
            with pytest.raises(WorkflowFailureError) as ended:
                await handle.result()
            yield handle, metadata, ended.value.cause, rejected.value.cause


async def test_a_history_holds_no_personal_data_and_shows_the_open_summaries(client, lived):
    handle, *_ = lived
    history = [event async for event in handle.fetch_history_events()]
    raw = b"".join(event.SerializeToString() for event in history)

    assert len(history) > 30
    assert not _holds_the_name(raw)
    summaries = [event.user_metadata.summary for event in history if event.user_metadata.HasField("summary")]
    shown = {each.data.decode() for each in summaries if each.metadata["encoding"] == b"json/plain"}
    assert shown == {'"报修 3栋-2-1801"', '"登记报修"', '"拒绝报修"', '"等 5 分钟"', '"受理时限"'}
    assert len(summaries) > len(shown), "a summary that nobody declared open stays encrypted"
    assert history[0].user_metadata.details.data.decode() == '"水 · 一般"'


async def test_lists_memo_and_failures_hold_no_personal_data(client, lived):
    handle, *_ = lived
    described = await client.workflow_service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=client.namespace, execution=WorkflowExecution(workflow_id=handle.id))
    )

    assert set(described.workflow_execution_info.memo.fields) == {"person", "refused"}
    assert not _holds_the_name(described.SerializeToString())
    [last] = [
        event
        async for event in handle.fetch_history_events()
        if event.HasField("workflow_execution_failed_event_attributes")
    ]
    assert last.workflow_execution_failed_event_attributes.failure.message == "Encoded failure"


async def test_current_details_can_be_read_in_the_ui_without_a_key(lived):
    _, metadata, *_ = lived
    keyless = DataConverter.default.payload_converter

    assert keyless.from_payloads([metadata], [WorkflowMetadata])[0].current_details == DETAILS


async def test_whoever_has_the_keys_reads_everything(client, lived):
    handle, _, ended, rejected = lived
    described = await handle.describe()

    assert await described.memo_value("person", type_hint=Person) == PERSON
    assert await described.static_summary() == "报修 3栋-2-1801"
    assert isinstance(ended, ApplicationError)
    assert ended.type == "probe_ended"
    assert ended.message == f"ended for {NAME}"
    assert isinstance(rejected, ApplicationError)
    assert rejected.type == "probe_rejected"


async def test_after_a_change_of_keys_old_payloads_open_and_new_ones_use_the_new_key(keyring):
    before = data_converter(dataclasses.replace(keyring, payload=EncryptionKeys({"old": OLD}, "old")))
    after = data_converter(dataclasses.replace(keyring, payload=EncryptionKeys({"old": OLD, "new": NEW}, "new")))
    only_new = data_converter(dataclasses.replace(keyring, payload=EncryptionKeys({"new": NEW}, "new")))

    written_before, written_after = await before.encode([PERSON]), await after.encode([PERSON])

    assert await after.decode(written_before, [Person]) == [PERSON]
    assert await only_new.decode(written_after, [Person]) == [PERSON]
    with pytest.raises(UnknownKeyError, match="'old'"):
        await only_new.decode(written_before, [Person])


@pytest.mark.parametrize("position", [0, 1, 6, 20, -1])
async def test_a_payload_that_was_changed_in_one_byte_is_refused(position):
    codec = EncryptingCodec(EncryptionKeys({"key": NEW}, "key"))
    [payload] = await codec.encode([Payload(data=NAME.encode())])
    changed = bytearray(payload.data)
    changed[position] ^= 1
    payload.data = bytes(changed)

    with pytest.raises((TamperedError, UnknownKeyError)):
        await codec.decode([payload])


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x03key", b"\xff" * 40, b"\x03key" + b"0" * 11])
async def test_what_is_no_encrypted_payload_is_refused_with_a_clear_error(data):
    codec = EncryptingCodec(EncryptionKeys({"key": NEW}, "key"))

    with pytest.raises(TamperedError, match="不是本系统加密的内容"):
        await codec.decode([Payload(metadata={"encoding": b"binary/encrypted"}, data=data)])


async def test_only_declared_text_stays_readable_and_plain_payloads_pass(keyring):
    converter = data_converter(keyring)

    [declared, ordinary] = await converter.encode([OpenText("第1次派工"), "第1次派工"])

    assert declared.data == '"第1次派工"'.encode()
    assert "第1次派工".encode() not in ordinary.SerializeToString()
    assert await converter.decode([declared, ordinary]) == ["第1次派工", "第1次派工"]
    plain = await DataConverter.default.encode(["from the temporal command"])
    assert await converter.decode(plain) == ["from the temporal command"]
