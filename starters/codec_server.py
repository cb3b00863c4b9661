"""The codec server 解密服务: lets the Temporal UI and CLI show what cases hold, to those who have the token.

Temporal's remote codec protocol: ``POST /encode`` and ``/decode`` with a ``Payloads`` message as JSON. The CLI
sends the token as ``--codec-auth "Bearer …"``; for the UI, which has no place for it, a person signs in once at
``/`` and the browser keeps, for eight hours and not the token itself, a session in a cookie that no other site can use
("include cross-origin credentials"): the UI must be of the same site as this server, which Temporal Cloud's is not.
Whoever can decode sees every customer's name: bind it to loopback or put TLS in front.
"""

import hashlib
import hmac
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog
import uvicorn
from google.protobuf import json_format
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload, Payloads

from activities.connections.encryption import EncryptionError
from activities.connections.keys import KeyRing
from activities.connections.payload_encryption import EncryptingCodec
from activities.connections.settings import Settings
from starters.serving import serving_config
from starters.wrong_tokens import WrongTokens

_log = structlog.get_logger(__name__)
_LARGEST_BODY: Final = 8 * 1024 * 1024
"""A history's page of payloads; Temporal itself stops at 4 MB a message, and base64 makes it a third longer."""
_COOKIE: Final = "guanjia_codec"
_SESSION_SECONDS: Final = 8 * 60 * 60
_SIGN_IN_PAGE: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>管家 · 解密服务</title>
<style>body{font-family:sans-serif;max-width:32rem;margin:4rem auto;line-height:1.6}</style>
<h1>解密服务</h1><p>MESSAGE</p>
<form method="post" action="/"><label>令牌(密钥文件中的 codec_token)
<input type="password" name="token" autocomplete="off" autofocus required></label> <button>进入</button></form>
<p>登录后,在 Temporal UI 的 Codec Server 设置中填入本页地址,并勾选 Include cross-origin credentials。</p></html>"""

_Codec = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]


def create_codec_app(
    keyring: KeyRing,
    *,
    ui_origins: Sequence[str],
    wrong_tokens_per_minute: int = 30,
    now: Callable[[], float] = time.time,
) -> Starlette:
    """Return the application; only pages of ``ui_origins`` (``http://127.0.0.1:8233``) may call it from a browser."""
    desk = _CodecDesk(keyring, WrongTokens(wrong_tokens_per_minute), now)
    return Starlette(
        routes=[
            Route("/", desk.show_sign_in, methods=["GET"]),
            Route("/", desk.sign_in, methods=["POST"]),
            Route("/encode", desk.encode, methods=["POST"]),
            Route("/decode", desk.decode, methods=["POST"]),
            Route("/healthz", _tell_that_it_lives, methods=["GET"]),
        ],
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=list(ui_origins),
                allow_methods=["POST"],
                allow_headers=["*"],
                allow_credentials=True,
            )
        ],
        max_body_size=_LARGEST_BODY,
    )


async def serve_codec(settings: Settings, *, ui_origins: Sequence[str]) -> None:
    """Serve on ``api_host:codec_port`` until a signal comes; raises ``KeyFileError``."""
    app = create_codec_app(
        KeyRing.load(settings.keys_file),
        ui_origins=ui_origins,
        wrong_tokens_per_minute=settings.wrong_tokens_per_minute,
    )
    await uvicorn.Server(serving_config(app, settings.api_host, settings.codec_port)).serve()


class _CodecDesk:
    def __init__(self, keyring: KeyRing, wrong_tokens: WrongTokens, now: Callable[[], float]) -> None:
        self._sessions = _Sessions(keyring.codec_token, now)
        self._wrong_tokens = wrong_tokens
        self._codec = EncryptingCodec(keyring.payload)
        self._token_digest = keyring.codec_token_digest

    async def encode(self, request: Request) -> Response:
        return await self._run(request, self._codec.encode)

    async def decode(self, request: Request) -> Response:
        return await self._run(request, self._codec.decode)

    async def show_sign_in(self, _: Request) -> Response:
        return _page("请登录以查看加密内容。")

    async def sign_in(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=4)
        token = form.get("token")
        if not isinstance(token, str) or not self._is_right(token):
            _log.warning("codec_sign_in_refused")
            if wait := self._wait_after_a_wrong_token(request):
                return _page("令牌错误次数过多,请稍后再试。", 429, retry_after=wait)
            return _page("令牌不对,请重新输入。", 401)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            _COOKIE,
            self._sessions.begin(),
            max_age=_SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    async def _run(self, request: Request, codec: _Codec) -> Response:
        if not self._may_decode(request):
            # a session that has ended guesses nothing, and the UI presents it with every page
            if "authorization" in request.headers and (wait := self._wait_after_a_wrong_token(request)):
                return _refused(429, "too_many_failed_logins", "令牌错误次数过多:请稍后再试", retry_after=wait)
            return _refused(401, "token_required", "需要令牌:CLI 用 --codec-auth,浏览器请先打开本服务的首页登录")
        try:
            payloads = json_format.Parse(await request.body(), Payloads())
        except (json_format.ParseError, UnicodeDecodeError, RecursionError):
            return _refused(400, "malformed_json", "请求正文应为 JSON 形式的 temporal.api.common.v1.Payloads")
        try:
            answer = Payloads(payloads=await codec(payloads.payloads))
        except EncryptionError as error:
            _log.warning("payload_not_decoded", cause=type(error).__name__)
            return _refused(422, "not_decodable", "密文无法解开:密钥文件缺少该密钥,或内容已被改动")
        return Response(json_format.MessageToJson(answer), media_type="application/json", headers=_PRIVATE)

    def _may_decode(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._is_right(token)
        return self._sessions.holds(request.cookies.get(_COOKIE, ""))

    def _wait_after_a_wrong_token(self, request: Request) -> int:
        return self._wrong_tokens.count(request.client.host if request.client else "")

    def _is_right(self, token: str) -> bool:
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        return hmac.compare_digest(digest, self._token_digest)


class _Sessions:
    """Sessions 登录凭证: the second at which one ends, and a seal of it; another codec token ends all of them."""

    def __init__(self, codec_token: str, now: Callable[[], float]) -> None:
        self._key = hmac.digest(codec_token.encode(), b"guanjia codec session", "sha256")
        self._now = now

    def begin(self) -> str:
        ends = str(int(self._now()) + _SESSION_SECONDS)
        return f"{ends}.{self._seal(ends)}"

    def holds(self, session: str) -> bool:
        ends, _, seal = session.partition(".")
        # the seal first: what it covers is a number of our own writing
        sealed = hmac.compare_digest(seal.encode("utf-8", "surrogatepass"), self._seal(ends).encode())
        return sealed and self._now() < int(ends)

    def _seal(self, ends: str) -> str:
        return hmac.digest(self._key, ends.encode("utf-8", "surrogatepass"), "sha256").hex()


_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


def _page(message: str, status: int = 200, *, retry_after: int = 0) -> HTMLResponse:
    policy = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "frame-ancestors 'none'"
    }
    headers = {**_PRIVATE, **policy, **_later(retry_after)}
    return HTMLResponse(_SIGN_IN_PAGE.replace("MESSAGE", message), status, headers=headers)


def _refused(status: int, code: str, detail: str, *, retry_after: int = 0) -> JSONResponse:
    problem = {"type": f"urn:guanjia:problem:{code}", "status": status, "code": code, "detail": detail}
    headers = {**_PRIVATE, **_later(retry_after)}
    return JSONResponse(problem, status, headers=headers, media_type="application/problem+json")


def _later(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)} if seconds else {}


async def _tell_that_it_lives(_: Request) -> Response:
    return JSONResponse({"status": "alive"})
