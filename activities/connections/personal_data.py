"""Personal data in columns 个人信息: sealed so that a copy of the database names nobody."""

import hashlib
import hmac

import phonenumbers

from activities.connections.keys import KeyRing


class PersonalDataCipher:
    """Seals and opens personal columns, and makes telephone numbers findable without storing them."""

    def __init__(self, keyring: KeyRing) -> None:
        self._keys = keyring.personal
        self._index_key = keyring.index_key

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt ``text``; ``context`` is ``"table.column"``, so that a value moved elsewhere cannot be opened."""
        return self._keys.encrypt(text.encode(), context)

    def open(self, sealed: bytes, context: str) -> str:
        """Return the text; raises ``EncryptionError`` for an unknown key, a tampered or a misplaced value."""
        return self._keys.decrypt(sealed, context).decode()

    @property
    def key_id(self) -> str:
        """Id of the key that seals now."""
        return self._keys.current

    def reseal(self, sealed: bytes, context: str) -> bytes:
        """Return the same text under the key that seals now; raises ``EncryptionError`` as :meth:`open` does."""
        return self._keys.reseal(sealed, context)

    def phone_index(self, phone: str) -> bytes:
        """Return 32 bytes that are equal for equal numbers, however they are written (+86, spaces, full width).

        Text that is no telephone number (an extension, say) is indexed as it stands, trimmed.
        """
        return hmac.digest(self._index_key, f"phone:{_normalised(phone)}".encode(), hashlib.sha256)


def _normalised(phone: str) -> str:
    """Spell the number as E.164, taking one without a country code for a Chinese one."""
    try:
        number = phonenumbers.parse(phone, "CN")
    except phonenumbers.NumberParseException:
        return phone.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
