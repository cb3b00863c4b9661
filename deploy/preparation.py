"""Preparing a database and a Temporal namespace 准备: harmless to repeat, for a centre of any size."""

from temporalio.client import Client
from temporalio.service import RPCError

from activities.connections.database import Database
from activities.connections.keys import KeyRing
from activities.connections.settings import Settings
from activities.connections.temporal import RETENTION_DAYS, connect, register_search_attributes, set_retention
from activities.records.migration import required_revision, upgrade
from deploy.start_refused import StartRefusedError
from starters.schedules import deploy_fee_schedules, latest_policies


def prepare_records(settings: Settings) -> str:
    """Bring the tables up to date and return their revision. Raises ``OperationalError`` without PostgreSQL."""
    upgrade(settings.database_url)
    return required_revision()


async def prepare_temporal(settings: Settings) -> str:
    """Register search attributes, set the retention and return what was done, for a person.

    Raises ``KeyFileError``, ``SearchAttributeError``, or ``StartRefusedError`` without Temporal.
    """
    try:
        client = await connect(KeyRing.load(settings.keys_file))
        await prepare_namespace(client)
    except (RuntimeError, RPCError) as error:
        raise StartRefusedError(
            f"Temporal 不可用或不允许设置:{error}。请检查 TEMPORAL_ADDRESS 与权限;Temporal Cloud 用 --database-only",
            "Temporal is out of reach or refuses: check TEMPORAL_ADDRESS; for Temporal Cloud use --database-only",
        ) from error
    return f"搜索属性已登记,保留 {RETENTION_DAYS} 天({client.namespace})"


async def prepare_namespace(client: Client) -> None:
    """Register what is missing and set how long closed cases are kept."""
    await register_search_attributes(client)
    await set_retention(client)


async def prepare_schedules(settings: Settings) -> list[tuple[str, bool]]:
    """Put the schedules of fees into place and return their names, each with whether it is new.

    Raises ``KeyFileError``, ``OperationalError``, or ``StartRefusedError`` without Temporal.
    """
    keyring = KeyRing.load(settings.keys_file)
    database = Database.connect(settings.database_url, keyring, pool_size=1)
    try:
        client = await connect(keyring)
        deployed = await deploy_fee_schedules(client, latest_policies(database))
    except (RuntimeError, RPCError) as error:
        raise StartRefusedError(
            f"Temporal 不可用或不允许设置:{error}。请检查 TEMPORAL_ADDRESS 与权限",
            "Temporal is out of reach or refuses: check TEMPORAL_ADDRESS",
        ) from error
    finally:
        database.close()
    return [(one.id, one.created) for one in deployed]
