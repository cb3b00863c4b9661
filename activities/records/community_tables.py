"""Tables of what the company configured: communities, areas, units, households, staff, duty, policies, tokens."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from activities.records.schema import Code, Digest, Row, Sealed, Serial, Small

Area_m2 = Numeric(10, 2)


class Community(Row):
    """A community 项目; every other row belongs to one."""

    __tablename__ = "communities"
    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str]
    preset: Mapped[Code]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Area(Row):
    """Responsibility area 责任区/片区 (S0 3.2; S1 1.4): every unit lies in exactly one."""

    __tablename__ = "areas"
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[str]


class Unit(Row):
    """Unit 房号, or a public place that a report can name. ``building_accepted_on`` starts the warranty."""

    __tablename__ = "units"
    community: Mapped[Code] = mapped_column(primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    area: Mapped[Code]
    building: Mapped[Code]
    kind: Mapped[Code]
    floor_area: Mapped[Decimal | None] = mapped_column(Area_m2)
    building_accepted_on: Mapped[date | None]
    __table_args__ = (ForeignKeyConstraint(["community", "area"], ["areas.community", "areas.code"]),)


class Household(Row):
    """Household 户, one file each (一户一档); ``until`` is set when it moves out."""

    __tablename__ = "households"
    id: Mapped[Serial]
    community: Mapped[Code]
    unit: Mapped[Code]
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "unit"], ["units.community", "units.code"]),
        UniqueConstraint("community", "id"),
        UniqueConstraint("community", "unit", "since"),
        Index("uq_households_current", "community", "unit", unique=True, postgresql_where=text("until IS NULL")),
    )


class Contact(Row):
    """A person of a household: owner, tenant or other contact. All that names the person is sealed."""

    __tablename__ = "contacts"
    id: Mapped[Serial]
    community: Mapped[Code]
    household: Mapped[int] = mapped_column(BigInteger())
    position: Mapped[Small]
    identity: Mapped[Code]
    name: Mapped[Sealed]
    phone: Mapped[Sealed | None]
    phone_index: Mapped[Digest | None]
    mail: Mapped[Sealed | None]
    language: Mapped[Code] = mapped_column(server_default="zh_CN")
    __table_args__ = (
        ForeignKeyConstraint(["community", "household"], ["households.community", "households.id"]),
        UniqueConstraint("household", "position"),
        Index(None, "community", "phone_index"),
    )


class Staff(Row):
    """A member of staff 员工, known everywhere else by ``code`` (工号)."""

    __tablename__ = "staff"
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Sealed]
    phone: Mapped[Sealed | None]
    phone_index: Mapped[Digest | None]
    mail: Mapped[Sealed | None]
    active: Mapped[bool] = mapped_column(server_default="true")


class Post(Row):
    """A post 岗位 that a person holds from a day on; ``area`` for stewards, ``deputy`` for the stand-in."""

    __tablename__ = "posts"
    id: Mapped[Serial]
    community: Mapped[Code]
    staff: Mapped[Code]
    role: Mapped[Code]
    area: Mapped[Code] = mapped_column(server_default="")
    deputy: Mapped[bool] = mapped_column(server_default="false")
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "staff"], ["staff.community", "staff.code"]),
        UniqueConstraint("community", "staff", "role", "area", "since"),
        Index(None, "community", "role"),
    )


class StaffTrade(Row):
    """A trade 工种 that a technician has."""

    __tablename__ = "staff_trades"
    community: Mapped[Code] = mapped_column(primary_key=True)
    staff: Mapped[Code] = mapped_column(primary_key=True)
    trade: Mapped[Code] = mapped_column(primary_key=True)
    __table_args__ = (ForeignKeyConstraint(["community", "staff"], ["staff.community", "staff.code"]),)


class DutyShift(Row):
    """A weekly duty 值班, local time; ``ends`` not after ``starts`` runs past midnight. Monday is 0.

    What a shift covers: ``workflows/rules/duty.py``.
    """

    __tablename__ = "duty_shifts"
    id: Mapped[Serial]
    community: Mapped[Code]
    staff: Mapped[Code]
    weekday: Mapped[Small]
    starts: Mapped[time]
    ends: Mapped[time]
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "staff"], ["staff.community", "staff.code"]),
        UniqueConstraint("community", "staff", "weekday", "starts", "since"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        Index(None, "community", "weekday"),
    )


class PriceItem(Row):
    """One item of the posted 《有偿服务项目及收费标准》: what a service costs from a day on, in CNY.

    ``agency`` marks money laid out for the customer 代办, which is not income.
    """

    __tablename__ = "price_items"
    id: Mapped[Serial]
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"))
    code: Mapped[Code]
    name: Mapped[str]
    unit: Mapped[str]
    unit_price: Mapped[Decimal]
    category: Mapped[Code]
    agency: Mapped[bool] = mapped_column(server_default="false")
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (
        UniqueConstraint("community", "code", "since"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
    )


class Absence(Row):
    """Leave 请假: a member of staff who is away from a day on; ``until`` is the first day back, None for not known."""

    __tablename__ = "absences"
    id: Mapped[Serial]
    community: Mapped[Code]
    staff: Mapped[Code]
    since: Mapped[date]
    until: Mapped[date | None]
    __table_args__ = (
        ForeignKeyConstraint(["community", "staff"], ["staff.community", "staff.code"]),
        UniqueConstraint("community", "staff", "since"),
    )


class PolicyVersion(Row):
    """One version of a community's policy; append-only. ``body`` is a ``workflows.messages.policy.Policy``."""

    __tablename__ = "policies"
    community: Mapped[Code] = mapped_column(ForeignKey("communities.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    author: Mapped[Code]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CalendarOverride(Row):
    """A day whose working or free nature was announced after the calendar was published."""

    __tablename__ = "calendar_overrides"
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str]


class ApiToken(Row):
    """A bearer token: only its SHA-256 is kept. ``role`` and ``communities`` bound what it may do."""

    __tablename__ = "api_tokens"
    digest: Mapped[Digest] = mapped_column(primary_key=True)
    caller: Mapped[Code]
    role: Mapped[Code]
    staff: Mapped[Code] = mapped_column(server_default="")
    communities: Mapped[list[str]]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
