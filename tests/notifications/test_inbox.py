"""Inbox 站内消息: what staff read, in their own communities only."""

from activities.connections.database import Database
from activities.notifications.inbox import list_inbox, mark_read
from tests.notifications.peers import CASE, COMMUNITY, OTHER, add_case, notice, rows, telling
from workflows.messages.notices import NoticeEvent, to_role, to_staff
from workflows.messages.people import Role

HERE = (COMMUNITY,)


def offered(occurrence: int = 1, staff: str = "T001"):
    return notice(NoticeEvent.REPAIR_OFFERED, to_staff(staff), occurrence=occurrence)


def test_a_technician_reads_the_own_messages_newest_first(community: Database):
    notifications = telling(community)
    for told in (offered(1), offered(2), offered(1, staff="T002")):
        notifications.notify(told)
    page = list_inbox(community, HERE, "T001")
    assert [message.id for message in page.messages] == [2, 1]
    newest = page.messages[0]
    assert (newest.case, newest.event, newest.recipient, newest.read_at) == (CASE, "repair_offered", "staff:T001", None)
    assert "派给您" in newest.body
    assert page.next_cursor is None
    assert len(list_inbox(community, HERE).messages) == 3


def test_a_message_for_nobody_in_particular_is_read_by_whoever_looks(community: Database):
    add_case(community, "BX-AAAAA-AAAAA", community=OTHER, reporter_mail="")
    telling(community).notify(notice(case="BX-AAAAA-AAAAA", community=OTHER))
    assert [message.staff for message in list_inbox(community, (OTHER,), "T001").messages] == [""]


def test_another_communitys_messages_are_neither_listed_nor_marked(community: Database):
    telling(community).notify(offered())
    message = list_inbox(community, HERE).messages[0].id
    for others in ((OTHER,), ()):
        assert list_inbox(community, others).messages == ()
        assert not mark_read(community, others, "T001", message)
    for another in ("T002", ""):
        assert not mark_read(community, HERE, another, message)
    assert rows(community)[0]["read_at"] is None


def test_a_message_is_read_once_and_then_no_longer_unread(community: Database):
    telling(community).notify(offered())
    assert len(list_inbox(community, HERE, "T001", unread_only=True).messages) == 1
    assert mark_read(community, HERE, "T001", 1)
    first = rows(community)[0]
    assert (first["status"], first["read_at"] is not None) == ("delivered", True)
    assert mark_read(community, HERE, "T001", 1)
    assert rows(community)[0]["read_at"] == first["read_at"]
    assert list_inbox(community, HERE, "T001", unread_only=True).messages == ()
    assert telling(community).notify(offered()).status == "delivered"


def test_a_long_inbox_comes_page_by_page_without_gap_or_repeat(community: Database):
    notifications = telling(community)
    for occurrence in range(1, 8):
        notifications.notify(offered(occurrence))
    seen, cursor = [], None
    while True:
        page = list_inbox(community, HERE, "T001", cursor=cursor, limit=3)
        seen += [message.id for message in page.messages]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(range(7, 0, -1))


def test_a_mail_is_no_inbox_message(community: Database, smtp_peer):
    telling(community, smtp=smtp_peer).notify(
        notice(NoticeEvent.CUSTOMER_REPLIED, to_role(Role.STEWARD), facts={"state_label": ""})
    )
    assert list_inbox(community, HERE).messages == ()
    assert not mark_read(community, HERE, "", rows(community)[0]["id"])
