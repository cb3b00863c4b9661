"""What one installation can set 设置: from ``GUANJIA_*`` variables, then from the TOML file of ``GUANJIA_CONFIG``.

Temporal's own address, namespace, TLS and keys are not here: ``temporalio.envconfig`` reads ``TEMPORAL_*``.
Numbers of the business are not here either: they are policy (``docs/domain/policy.md``).
"""

import base64
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableSettingError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from activities.connections.placeholder_secrets import check_key, check_password

Port = Annotated[int, Field(ge=1, le=65535)]
NotificationChannel = Literal["mail", "wecom", "webhook", "inbox"]
_WEBHOOK_PREFIX: Final = "whsec_"
_WEBHOOK_KEY_BYTES: Final = 24
"""The fewest that standardwebhooks allows."""


class SettingsError(Exception):
    """A setting is missing or wrong; the message names it and says what it should be, without its value."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _password(password: SecretStr) -> SecretStr:
    if password.get_secret_value():
        check_password(password.get_secret_value())
    return password


def _robot(address: SecretStr) -> SecretStr:
    for key in parse_qs(urlsplit(address.get_secret_value()).query).get("key", ()):
        check_password(key)
    return address


class Smtp(_Section):
    """The mail server 邮件服务器 that customers' mail is handed to."""

    host: str
    port: Port = 587
    sender: str
    username: str = ""
    password: Annotated[SecretStr, AfterValidator(_password)] = SecretStr("")
    starttls: bool = True


class Webhook(_Section):
    """Where a community's notices are posted, signed with ``secret`` (standardwebhooks, ``whsec_…``)."""

    url: str
    secret: SecretStr

    @field_validator("secret")
    @classmethod
    def _is_a_key(cls, secret: SecretStr) -> SecretStr:
        """The library would take any text; a mistyped secret would sign what nobody can check."""
        check_key(_webhook_key(secret))
        return secret

    @property
    def key(self) -> bytes:
        """The bytes that sign."""
        return _webhook_key(self.secret)


def _webhook_key(secret: SecretStr) -> bytes:
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(_WEBHOOK_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(_WEBHOOK_PREFIX) or len(key) < _WEBHOOK_KEY_BYTES:
        raise ValueError(f"应为 {_WEBHOOK_PREFIX} 加 base64,不少于 {_WEBHOOK_KEY_BYTES} 字节")
    return key


class EmergencyContact(_Section):
    """Who is told of an emergency 紧急联系人 when PostgreSQL is down and the directory does not help."""

    phone: str = Field(default="", repr=False)
    mail: str = Field(default="", repr=False)


class WorkerLimits(_Section):
    """How much one worker process takes on. Seconds and counts."""

    cached_cases: int = Field(default=1000, ge=0)
    """Cases kept in memory, about 0.3 MB each; the others are replayed when something happens to them."""
    concurrent_activities: int = Field(default=20, ge=1)
    """Activities at once on each queue; each has a thread and, while it needs it, a connection to PostgreSQL."""
    stop_seconds: float = Field(default=5, gt=0)
    """How long a stop waits for running activities before it gives them up to another attempt."""
    patience_seconds: float = Field(default=30, ge=0)
    """How long a start waits for PostgreSQL and Temporal to answer."""
    stuck_seconds: float = Field(default=30, gt=0)
    """How long a case may not let itself be put out of memory before the process ends for another to go on with it."""


class Settings(BaseSettings):
    """All settings of one process; read them with :meth:`load`."""

    model_config = SettingsConfigDict(
        env_prefix="GUANJIA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: str = Field(repr=False)
    """``postgresql+psycopg2://…``; may hold a password."""
    keys_file: Path
    api_host: str = "127.0.0.1"
    api_port: Port = 8080
    codec_port: Port = 8081
    max_body_bytes: int = Field(default=1024 * 1024, gt=0)
    requests_per_minute: int = Field(default=600, gt=0)
    """For each bearer token."""
    wrong_tokens_per_minute: int = Field(default=30, gt=0)
    """For each address of a client; a right token is let in from there all the same."""
    smtp: Smtp | None = None
    wecom: dict[str, Annotated[SecretStr, AfterValidator(_robot)]] = {}
    """By community: address of its WeCom group robot 企业微信群机器人, which holds the robot's key.

    Names of variables lose their case, so in the environment it is JSON: ``GUANJIA_WECOM='{"XYDX": "https://…"}'``.
    """
    webhook: dict[str, Webhook] = {}
    """By community; in the environment as JSON too."""
    notification_order: tuple[NotificationChannel, ...] = ("wecom", "webhook", "mail", "inbox")
    """Channels in the order in which they are tried; one left out is not used, the inbox is always the last."""
    emergency_contacts: dict[str, tuple[EmergencyContact, ...]] = {}
    """By community: told of an emergency while PostgreSQL is down and the community's own staff cannot be reached."""
    attachments_url: str = ""
    """Where photographs and signatures are kept: ``file:///…`` or ``s3://bucket``; beside the key file if empty."""
    suppression_list: Path | None = None
    """Who was erased and which tokens were revoked: a file that no restore reaches; beside the key file if empty."""
    log_format: Literal["lines", "json"] = "lines"
    metrics_address: str = ""
    """``host:port`` on which a worker shows Temporal's metrics to Prometheus; none if empty."""
    workers: WorkerLimits = WorkerLimits()

    @field_validator("database_url")
    @classmethod
    def _names_the_driver(cls, url: str) -> str:
        if not url.startswith("postgresql+psycopg2://"):
            raise ValueError("应以 postgresql+psycopg2:// 开头")
        try:
            parts = make_url(url)
        except ArgumentError:
            raise ValueError("不是有效的数据库地址:密码中的特殊字符要写成 %xx") from None
        for password in (parts.password, parts.query.get("password")):
            if password:
                check_password(str(password), defaults=(parts.username or "", parts.database or ""))
        return url

    @property
    def attachment_store(self) -> str:
        """The address of the attachment store, the default filled in."""
        return self.attachments_url or (self.keys_file.absolute().parent / "attachments").as_uri()

    @property
    def suppression_file(self) -> Path:
        """The suppression list, the default filled in."""
        return self.suppression_list or self.keys_file.absolute().parent / "suppressed.jsonl"

    @field_validator("suppression_list", mode="before")
    @classmethod
    def _empty_is_the_default(cls, path: object) -> object:
        return None if path == "" else path

    @field_validator("suppression_list")
    @classmethod
    def _is_the_same_everywhere(cls, path: Path | None) -> Path | None:
        """One that depends on the working folder would be several lists, and a restore would read the wrong one."""
        if path is not None and not path.is_absolute():
            raise ValueError("应写成绝对路径")
        return path

    @field_validator("attachments_url")
    @classmethod
    def _is_a_store(cls, url: str) -> str:
        if url and not url.startswith(("file:///", "s3://")):
            raise ValueError("应写成 file:///文件夹 或 s3://存储桶")
        if url.startswith("s3://"):
            try:
                check_password(os.environ.get("AWS_SECRET_ACCESS_KEY", ""))
            except ValueError as error:
                raise ValueError(f"的 AWS_SECRET_ACCESS_KEY {error}") from None
        return url

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        file = os.environ.get("GUANJIA_CONFIG")
        of_file = (TomlConfigSettingsSource(settings_cls, toml_file=Path(file)),) if file else ()
        return init_settings, env_settings, *of_file

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the settings; raises ``SettingsError`` that lists every wrong or missing one."""
        file = os.environ.get("GUANJIA_CONFIG")
        if file and not Path(file).is_file():
            raise SettingsError(f"GUANJIA_CONFIG 指定的设置文件 {file} 不存在")
        try:
            return cls(**overrides)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"设置文件 {file} 不是有效的 TOML:{error}") from None
        except ValidationError as error:
            wrong = ";".join(f"{'.'.join(map(str, each['loc']))} {_said(each)}" for each in error.errors())
            raise SettingsError(f"设置有误({file or '环境变量 GUANJIA_*'}):{wrong}") from None
        except UnreadableSettingError as error:
            raise SettingsError(f"环境变量里的设置应写成 JSON:{error}") from None


def _said(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return "缺少"
        case "extra_forbidden":
            return "不认识,请检查拼写"
        case _:
            return error["msg"].removeprefix("Value error, ")
