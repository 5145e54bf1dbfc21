"""Accounts of the demonstration (演示账号): one a role, on invented parties, without a password.

They open at one click, only where the service listens on a loopback address (`Access.demo_accounts`), so that a copy of
the demonstration that was put on a network has no open door.
"""

from collections.abc import Callable
from datetime import datetime

from api.access.accounts import Account
from api.access.viewers import Role
from api.store.accounts import AccountStore

_PARTIES: tuple[tuple[Role, str, str | None], ...] = (
    (Role.OPERATOR, "演示运营", None),
    (Role.ADMIN, "演示管理员", None),
    (Role.ENTERPRISE, "演示企业", "demo-ent-0001"),
    (Role.INSTITUTION, "演示机构", "demo-fund-manager-0001"),
    (Role.CARRIER, "演示载体", "demo-carrier-0001"),
    (Role.LEAD_FIRM, "演示龙头企业", "demo-lead-0001"),
    (Role.AUDITOR, "演示审计", None),
)


def add_demo_accounts(accounts: AccountStore, tenant: str, now: Callable[[], datetime]) -> None:
    """Write the accounts of the demonstration on a platform, those that are not there yet."""
    there = {account.id for account in accounts.list(tenant)}
    for role, name, party in _PARTIES:
        identifier = f"demo.{tenant}.{role}"
        if identifier not in there:
            login = f"demo.{tenant}.{role}".lower()
            accounts.add(Account(identifier, tenant, login, name, role, now(), party, demo=True), None)
