"""Who acts and who is told: roles and pseudonymous codes, never names or telephone numbers."""

from enum import StrEnum
from typing import Final

from workflows.messages.message import Message


class Role(StrEnum):
    """Post 岗位 (``docs/domain/roles.md``). Aliases of the sources map onto these by community data."""

    CUSTOMER = "customer"
    INTAKE = "intake"
    CS_ASSISTANT = "cs_assistant"
    STEWARD = "steward"
    CS_SUPERVISOR = "cs_supervisor"
    SITE_MANAGER = "site_manager"
    COMPANY_MANAGER = "company_manager"
    CASHIER = "cashier"
    FINANCE = "finance"
    ENGINEERING_LEAD = "engineering_lead"
    TECHNICIAN = "technician"
    CONTROL_ROOM = "control_room"
    GUARD = "guard"
    PARKING_ATTENDANT = "parking_attendant"
    CULTURE_CLERK = "culture_clerk"
    NETWORK_CLERK = "network_clerk"
    PORT_OWNER = "port_owner"
    RE_CS_GROUP = "re_cs_group"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The Chinese title."""
        return _TITLES[self]


_TITLES: Final[dict[Role, str]] = {
    Role.CUSTOMER: "客户",
    Role.INTAKE: "受理渠道",
    Role.CS_ASSISTANT: "客户助理",
    Role.STEWARD: "私人管家",
    Role.CS_SUPERVISOR: "客服主管",
    Role.SITE_MANAGER: "管理处经理",
    Role.COMPANY_MANAGER: "公司经理",
    Role.CASHIER: "收银员",
    Role.FINANCE: "财务部",
    Role.ENGINEERING_LEAD: "工程主管",
    Role.TECHNICIAN: "维修技工",
    Role.CONTROL_ROOM: "中控室值班员",
    Role.GUARD: "门岗",
    Role.PARKING_ATTENDANT: "车管员",
    Role.CULTURE_CLERK: "社区文化文员",
    Role.NETWORK_CLERK: "网络信息员",
    Role.PORT_OWNER: "端口责任人",
    Role.RE_CS_GROUP: "地产客服组",
    Role.SYSTEM: "系统",
}


class Trade(StrEnum):
    """Trade of a technician 工种."""

    PLUMBING = "plumbing"
    ELECTRICAL = "electrical"
    CARPENTRY = "carpentry"
    MASONRY = "masonry"
    DOORS_AND_LOCKS = "doors_and_locks"
    LOW_VOLTAGE = "low_voltage"
    HEATING_AND_COOLING = "heating_and_cooling"
    GAS = "gas"
    LIFT = "lift"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """The Chinese term."""
        return _TRADES[self]


_TRADES: Final[dict[Trade, str]] = {
    Trade.PLUMBING: "水",
    Trade.ELECTRICAL: "电",
    Trade.CARPENTRY: "木",
    Trade.MASONRY: "泥瓦",
    Trade.DOORS_AND_LOCKS: "门窗锁具",
    Trade.LOW_VOLTAGE: "弱电",
    Trade.HEATING_AND_COOLING: "暖通",
    Trade.GAS: "燃气",
    Trade.LIFT: "电梯",
    Trade.GENERAL: "综合",
}


class Actor(Message):
    """Who did something, as the record keeps it: the role, and the staff code (工号) where it is a person."""

    role: Role
    code: str = ""

    @property
    def label(self) -> str:
        """How a form or an event line shows the actor, such as 「维修技工 T003」."""
        return f"{self.role.label} {self.code}".rstrip()


SYSTEM: Final = Actor(role=Role.SYSTEM)
"""The process itself: a clock, a default acceptance, an emergency taken in at once."""
CUSTOMER: Final = Actor(role=Role.CUSTOMER)
"""The customer whose case it is; the person's name is in the record only."""
