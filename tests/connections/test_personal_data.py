"""Sealed columns and the index of telephone numbers."""

import pytest

from activities.connections.encryption import TamperedError
from activities.connections.personal_data import PersonalDataCipher


@pytest.fixture
def cipher(keyring):
    return PersonalDataCipher(keyring)


def test_what_is_sealed_opens_again_in_its_own_column_only(cipher):
    sealed = cipher.seal("王小明", "contacts.name")

    assert cipher.open(sealed, "contacts.name") == "王小明"
    assert "王小明".encode() not in sealed
    with pytest.raises(TamperedError, match=r"staff\.name"):
        cipher.open(sealed, "staff.name")


def test_the_same_name_is_sealed_differently_each_time(cipher):
    assert cipher.seal("王小明", "contacts.name") != cipher.seal("王小明", "contacts.name")


@pytest.mark.parametrize(
    "written", ["13800138000", "+86 138 0013 8000", "0086-138-0013-8000", " 138-0013-8000 ", "１３８００１３８０００"]
)
def test_a_telephone_number_is_found_however_it_is_written(cipher, written):
    assert cipher.phone_index(written) == cipher.phone_index("+8613800138000")


@pytest.mark.parametrize("other", ["13800138001", "+1 650 253 0000", "8012", "", "分机8012"])
def test_other_numbers_and_text_that_is_no_number_have_other_indexes(cipher, other):
    assert cipher.phone_index(other) != cipher.phone_index("13800138000")
    assert len(cipher.phone_index(other)) == 32


def test_an_index_of_another_installation_finds_nothing(cipher, keyring):
    elsewhere = PersonalDataCipher(type(keyring).generate())

    assert elsewhere.phone_index("13800138000") != cipher.phone_index("13800138000")
