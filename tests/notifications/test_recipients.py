"""Recipients 通知对象: from what the process says to a person with addresses."""

import pytest
from temporalio.exceptions import ApplicationError

from activities.connections.database import Database
from activities.notifications.channels import Addressee
from activities.notifications.directory import read_directory
from activities.notifications.recipients import addressee_of, surname, surname_of
from tests.notifications.peers import (
    COMMUNITY,
    CUSTOMER_MAIL,
    CUSTOMER_PHONE,
    OTHER,
    add_case,
    add_contact,
    mail_of,
    notice,
    phone_of,
)
from workflows.messages.notices import Notice, to_role, to_staff
from workflows.messages.people import Role


def found(db: Database, wanted: Notice) -> Addressee:
    return addressee_of(db, wanted, read_directory(db, wanted.community))


def test_the_customer_is_who_reported_the_case(community: Database):
    assert found(community, notice()) == Addressee(
        key="customer", is_customer=True, phone=CUSTOMER_PHONE, mail=CUSTOMER_MAIL, language="zh_CN"
    )


def test_a_customer_on_file_is_written_to_in_the_own_language_and_at_the_address_on_file(community: Database):
    spaced = "138 0000 0001"
    add_contact(
        community,
        phone=spaced,
        phone_index=community.personal.phone_index(spaced),
        mail="on.file@example.com",
        language="en",
    )
    add_case(community, "BX-AAAAA-AAAAA", reporter_mail="")
    customer = found(community, notice(case="BX-AAAAA-AAAAA"))
    assert (customer.language, customer.mail) == ("en", "on.file@example.com")
    assert found(community, notice()).mail == CUSTOMER_MAIL


def test_a_case_that_is_not_written_yet_is_waited_for(community: Database):
    with pytest.raises(ApplicationError) as raised:
        found(community, notice(case="BX-AAAAA-AAAAB"))
    assert raised.value.type == "record_not_yet_written"
    assert not raised.value.non_retryable


def test_a_customer_of_another_community_is_not_found(community: Database):
    with pytest.raises(ApplicationError):
        found(community, notice(community=OTHER))


def test_a_member_of_staff_is_found_by_code_in_the_own_community_only(community: Database):
    technician = found(community, notice(recipient=to_staff("T001")))
    assert (technician.staff, technician.mail, technician.phone) == ("T001", mail_of("T001"), phone_of("T001"))
    assert found(community, notice(recipient=to_staff("T001"), community=OTHER)) == Addressee(key="staff:T001")


def test_a_role_is_found_as_the_person_who_holds_it_for_the_area(community: Database):
    steward = found(community, notice(recipient=to_role(Role.STEWARD), area="A2"))
    assert (steward.key, steward.staff) == ("role:steward", "G003")


def test_addresses_do_not_show_where_an_addressee_is_printed(community: Database):
    assert CUSTOMER_PHONE not in repr(found(community, notice()))
    assert CUSTOMER_MAIL not in repr(found(community, notice()))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("张三", "张"), ("欧阳锋", "欧阳"), ("欧阳", "欧"), (" 李四 ", "李"), ("John Smith", "Smith"), ("", "")],
)
def test_a_technician_is_announced_by_surname(name: str, expected: str):
    assert surname(name) == expected


def test_a_code_that_nobody_has_has_no_surname(community: Database):
    directory = read_directory(community, COMMUNITY)
    assert surname_of(community.personal, "T001", directory) == "欧阳"
    assert surname_of(community.personal, "T999", directory) == ""
