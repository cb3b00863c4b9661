"""What Temporal may see 载荷加密: everything encrypted, except text that its writer declared open.

The payload converter marks :class:`workflows.effects.open_text.OpenText` and the answer of Temporal's own
metadata query (summaries, current details); the codec leaves marked payloads alone. Search attributes and
workflow ids are never payloads and stay plain: no personal data there.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

from activities.connections.encryption import EncryptionKeys
from activities.connections.keys import KeyRing
from workflows.effects.open_text import OpenText

_OPEN: Final = "guanjia-open"
"""Metadata name that marks a payload as readable by everybody."""
_ENCRYPTED: Final = b"binary/encrypted"
_CONTEXT: Final = "temporal payload"


class OpenTextPayloadConverter(PydanticPayloadConverter):
    """Pydantic's converter that marks what may be read without a key."""

    def to_payloads(self, values: Sequence[Any]) -> list[Payload]:
        """Convert as pydantic does, and mark open values."""
        payloads = super().to_payloads(values)
        for value, payload in zip(values, payloads, strict=True):
            if isinstance(value, OpenText | WorkflowMetadata):
                payload.metadata[_OPEN] = b"1"
        return payloads


class EncryptingCodec(PayloadCodec):
    """Encrypts payloads with AES-256-GCM; the whole payload, so that not even its type shows."""

    def __init__(self, keys: EncryptionKeys) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt every payload that is not marked open."""
        return [payload if _OPEN in payload.metadata else self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted and pass everything else through.

        Raises ``EncryptionError`` if the key is unknown or the payload was tampered with.
        """
        return [
            self._decrypted(payload) if payload.metadata.get("encoding") == _ENCRYPTED else payload
            for payload in payloads
        ]

    def _encrypted(self, payload: Payload) -> Payload:
        return Payload(
            metadata={"encoding": _ENCRYPTED},
            data=self._keys.encrypt(payload.SerializeToString(), _CONTEXT),
        )

    def _decrypted(self, payload: Payload) -> Payload:
        return Payload.FromString(self._keys.decrypt(payload.data, _CONTEXT))


def data_converter(keyring: KeyRing) -> DataConverter:
    """The converter that every client and worker of an installation shares."""
    return dataclasses.replace(
        DataConverter.default,
        payload_converter_class=OpenTextPayloadConverter,
        payload_codec=EncryptingCodec(keyring.payload),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
