"""A real TLS front before the test Temporal: ends TLS, may ask for certificates, and reads what key a client shows."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hpack
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

SERVER_NAME = "temporal.example.com"
_PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
_HEADERS, _CONTINUATION, _PADDED, _PRIORITY = 1, 9, 0x8, 0x20


class Authority:
    """Somebody who issues certificates; what he issues lies in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.certificate = folder / f"{name}.pem"
        own = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self.certificate.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def issue(self, name: str) -> tuple[Path, Path]:
        """Certificate and key for somebody of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), key)
        named = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        ends = named.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        public, private = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        public.write_bytes(ends.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return public, private

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now, serial = datetime.now(UTC), x509.random_serial_number()
        return x509.CertificateBuilder(
            self._name, subject, key.public_key(), serial, now - timedelta(minutes=1), now + timedelta(days=1)
        )


@dataclass
class TlsFront:
    """Where it listens, and what clients said of themselves."""

    address: str = ""
    certificates: list[str] = field(default_factory=list)
    authorizations: set[str] = field(default_factory=set)


@asynccontextmanager
async def tls_front(backend: str, authority: Authority, *, clients: Authority | None = None) -> AsyncIterator[TlsFront]:
    """Serve TLS for ``SERVER_NAME`` before ``backend``; with ``clients``, only those who have its certificate."""
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*authority.issue(SERVER_NAME))
    tls.set_alpn_protocols(["h2"])
    if clients:
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(clients.certificate)
    front = TlsFront()
    connections: set[asyncio.Task[None]] = set()
    host, _, port = backend.rpartition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if shown := writer.get_extra_info("peercert"):
            front.certificates += [value for ((_, value),) in shown["subject"]]
        behind_reader, behind_writer = await asyncio.open_connection(host, int(port))
        heard = _Headers(front)
        try:
            await asyncio.gather(_pass(reader, behind_writer, heard), _pass(behind_reader, writer))
        finally:
            writer.close()
            behind_writer.close()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=tls)
    front.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield front
    finally:
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter, heard: "_Headers | None" = None) -> None:
    with suppress(ConnectionError, ssl.SSLError):
        while data := await source.read(65536):
            if heard:
                heard.hear(data)
            target.write(data)
            await target.drain()
    target.close()


class _Headers:
    """Reads the headers of HTTP/2 requests as they pass."""

    def __init__(self, front: TlsFront) -> None:
        self._front = front
        self._decoder = hpack.Decoder()
        self._waiting = b""
        self._to_skip = _PREFACE

    def hear(self, data: bytes) -> None:
        self._waiting += data
        if self._to_skip:
            if len(self._waiting) < self._to_skip:
                return
            self._waiting, self._to_skip = self._waiting[self._to_skip :], 0
        while len(self._waiting) >= 9:
            length = int.from_bytes(self._waiting[:3], "big")
            if len(self._waiting) < 9 + length:
                return
            kind, flags, body = self._waiting[3], self._waiting[4], self._waiting[9 : 9 + length]
            self._waiting = self._waiting[9 + length :]
            assert kind != _CONTINUATION, "requests of this size have none"
            if kind == _HEADERS:
                assert not flags & _PADDED
                self._note(body[5:] if flags & _PRIORITY else body)

    def _note(self, block: bytes) -> None:
        told = {str(name): str(value) for name, value in self._decoder.decode(block)}
        if "authorization" in told:
            self._front.authorizations.add(told["authorization"])
