"""Commands that are imported when they are named, so that a question does not wait for what it does not use."""

from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command


class LazyGroup(TyperGroup):
    """A group of commands; `later` gives for each further one where its function or its group stands, "module:name"."""

    later: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Name every command, the later ones last."""
        return [*super().list_commands(ctx), *self.later]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command, importing it if it is one of the later ones."""
        found = super().get_command(ctx, cmd_name)
        if found is not None or cmd_name not in self.later:
            return found
        module, function = self.later[cmd_name].split(":")
        named = getattr(import_module(module), function)
        if isinstance(named, typer.Typer):
            group = get_command(named)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(named)
        return get_command(alone)


class RootCommands(LazyGroup):
    """`rongtong …`."""

    later: ClassVar[dict[str, str]] = {
        "account": "api.cli.accounts:account_app",
        "audit": "api.cli.auditing:audit_app",
        "backup": "api.cli.backing:backup",
        "benefits": "api.cli.benefits:benefits",
        "carrier": "api.cli.carriers:carrier_app",
        "consent": "api.cli.consenting:consent_app",
        "deal": "api.cli.deals:deal_app",
        "deliver": "api.cli.deliveries:deliver",
        "duties": "api.cli.duties:duties_app",
        "eligibility": "api.cli.eligibility:eligibility",
        "evaluate": "api.cli.evaluating:evaluate",
        "export": "api.cli.deliveries:export",
        "fund": "api.cli.deals:fund_app",
        "funnel": "api.cli.deliveries:funnel_",
        "gaps": "api.cli.unlocking:gaps",
        "index": "api.cli.indexing:index",
        "investment": "api.cli.investments:investment_app",
        "jobs": "api.cli.jobs:jobs",
        "key": "api.cli.accounts:key_app",
        "platform": "api.cli.platforms:platform_app",
        "outcome": "api.cli.deliveries:outcome",
        "reminders": "api.cli.deliveries:reminders",
        "report": "api.cli.deliveries:report",
        "restore": "api.cli.backing:restore",
        "undo-import": "api.cli.importing:undo",
        "rotate-data-key": "api.cli.sealing:rotate_data_key",
        "returns": "api.cli.deliveries:returns",
        "worker": "api.cli.jobs:worker",
    }


class CampaignCommands(LazyGroup):
    """`rongtong campaign …`."""

    later: ClassVar[dict[str, str]] = {
        "plan": "api.cli.campaigns:plan",
        "list": "api.cli.campaigns:list_",
        "run": "api.cli.campaigns:run",
        "show": "api.cli.campaigns:show",
        "pairs": "api.cli.campaign_pairs:pairs",
        "left-out": "api.cli.campaign_pairs:left_out",
        "why": "api.cli.campaigns:why",
        "compare": "api.cli.campaigns:compare",
        "approve": "api.cli.campaigns:approve",
        "cancel": "api.cli.campaigns:cancel",
        "refill": "api.cli.campaigns:refill",
        "close": "api.cli.campaigns:close",
    }


class OfferCommands(LazyGroup):
    """`rongtong offers …`."""

    later: ClassVar[dict[str, str]] = {
        "check": "api.cli.packs:check_offers",
        "add": "api.cli.packs:add_offers",
        "schema": "api.cli.packs:print_schema",
        "test": "api.cli.cases:run_cases",
    }
