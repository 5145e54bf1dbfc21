"""Benefits and costs on a terminal (测算结果显示), in Chinese: each claim, combinations, cost sheets, notes."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from rich.markup import escape

from api.cli.rendering import console
from matcher.eligibility.gaps import plain, show
from matcher.eligibility.results import STATE_LABELS
from matcher.policies.advice import Advice, Combination
from matcher.policies.amounts import in_wan
from matcher.policies.benefits import BENEFICIARY_LABELS
from matcher.policies.claims import EXCLUDED, Claim, Input
from matcher.policies.costs import METHOD, CostSheet
from matcher.policies.formulas import describe
from matcher.policies.loans import LABELS, Loan
from matcher.policies.quantities import NAMES


def print_advice(advice: Advice, loans: Sequence[Loan], *, show_unmet: bool) -> None:
    """Write the answer in Chinese: benefits, combinations, cost sheets."""
    for place in range(len(loans)):
        _print_loan(advice, loans, place, show_unmet=show_unmet)
    for item in advice.combinations:
        _print_combination(item, loans, "最优合规组合")
    for item in advice.hopeful:
        _print_combination(item, loans, "若待核实的条件均满足，最优组合可为")
    for claim in advice.undetermined:
        names = "；".join(item.label for item in claim.lacking)
        console.print(f"  [yellow]未计入[/] {claim.benefit.name}：{names}")
    for place, sheet in enumerate(advice.costs):
        console.print(f"\n[bold]综合融资成本（贷款明白纸）[/] {_title(loans, place)}")
        _print_costs(sheet)
    for place, sheet in enumerate(advice.hopeful_costs):
        console.print(f"\n[bold]若待核实的条件均满足[/] {_title(loans, place)}")
        _print_net(sheet)
    console.print("\n[bold]说明与假设[/]")
    for note in dict.fromkeys(_notes(advice, show_unmet=show_unmet)):
        console.print(f"  [dim]{escape(note)}[/]")


def _print_loan(advice: Advice, loans: Sequence[Loan], place: int, *, show_unmet: bool) -> None:
    console.print(f"\n[bold]{_title(loans, place)}[/]  本金 {plain(loans[place].principal_wan)} 万元")
    mine = [claim for claim in advice.claims if claim.loan == place]
    shown = [claim for claim in mine if show_unmet or claim.state not in EXCLUDED]
    for claim in shown:
        _print_claim(claim)
    if len(shown) < len(mine):
        console.print(f"\n  [dim]另有 {len(mine) - len(shown)} 项不符合条件（--show-unmet 查看）[/]")


def _notes(advice: Advice, *, show_unmet: bool) -> Iterator[str]:
    """The assumptions behind what is shown, each once."""
    for claim in advice.claims:
        if show_unmet or claim.state not in EXCLUDED:
            yield from (f"{claim.benefit.name}：{note}" for note in claim.benefit.notes)
            yield from claim.benefit.offer.assumptions
    for item in (*advice.combinations, *advice.hopeful):
        yield from item.scheme.assumptions
    for sheet in advice.costs:
        yield from sheet.assumptions
    yield METHOD


def _title(loans: Sequence[Loan], place: int) -> str:
    return escape(loans[place].name) or f"贷款 {place + 1}"


def _print_claim(claim: Claim) -> None:
    benefit, amount = claim.benefit, claim.amount.value
    who = BENEFICIARY_LABELS[benefit.beneficiary]
    shown = _amount(claim) if amount is None else f"{'不超过 ' if benefit.ceiling else ''}{_yuan(amount)}"
    console.print(f"\n  [bold]{benefit.name}[/]（{who}）  {shown}  [dim]{STATE_LABELS[claim.state]}[/]")
    console.print(f"    公式  {escape(describe(benefit.formula))}")
    console.print(f"    计算  {escape(claim.working)}")
    known = "；".join(f"{item.label} {_input(item)}" for item in claim.inputs if item.value is not None)
    console.print(f"    取数  {known or '（均未说明）'}")
    if claim.capped_by:
        console.print(f"    上限  {'；'.join(claim.capped_by)}")
    if claim.illustration is not None:
        console.print(f"    示意  若本金全部损失：{_yuan(claim.illustration)}")
    if claim.failed_checks:
        console.print(f"    [red]不符合[/]  {'；'.join(check.label for check in claim.failed_checks)}")
    if claim.open_checks:
        console.print(f"    [yellow]待核实[/]  {'；'.join(f'{item.label} {item.field}' for item in claim.open_checks)}")
    if claim.lacking:
        console.print(f"    [yellow]缺[/]  {'；'.join(f'{item.label} {item.code}'.strip() for item in claim.lacking)}")
    console.print(f"    依据  {benefit.clause.document} {benefit.clause.article}：“{benefit.clause.quote}”")


def _input(item: Input) -> str:
    if item.value is None:
        return "？"
    return LABELS.get(str(item.value)) or show(NAMES[item.code], item.value)


def _amount(claim: Claim) -> str:
    most = claim.amount.high
    return "金额未知" if most is None else f"金额未知，最多 {_yuan(most)}"


def _print_combination(item: Combination, loans: Sequence[Loan], title: str) -> None:
    cap = "" if item.scheme.cap_yuan is None else f"，年度合计上限 {plain(in_wan(item.scheme.cap_yuan))} 万元"
    reached = "（已封顶）" if item.total_cap_applied else ""
    console.print(f"\n[bold]{title}[/] {item.scheme.name}{cap}：合计 [bold]{_yuan(item.total_yuan)}[/]{reached}")
    for grant in item.grants:
        place = f"{_title(loans, grant.claim.loan)}：" if len(loans) > 1 else ""
        console.print(f"  ● {place}{grant.claim.benefit.name} {_yuan(grant.amount_yuan)}")
    for given in item.given_up:
        place = f"{_title(loans, given.claim.loan)}：" if len(loans) > 1 else ""
        less = item.total_yuan - given.total_with_it_yuan
        console.print(f"  △ 放弃 {place}{given.claim.benefit.name}：{given.why}；选它则合计少 {_yuan(less)}")


def _print_costs(sheet: CostSheet) -> None:
    for line in sheet.lines:
        rate = "" if line.annual_pct is None else f"  年化 {line.annual_pct}%"
        console.print(f"  {escape(line.label)}  {_yuan(line.amount_yuan)}{rate}{f'  {line.note}' if line.note else ''}")
    _print_net(sheet)
    if sheet.lacking:
        names = "；".join(f"{item.label} {item.code}" for item in sheet.lacking)
        console.print(f"  [yellow]未说明，未计入[/]  {names}（没有请填 0，或填 no_other_fees: true）")


def _print_net(sheet: CostSheet) -> None:
    if sheet.net_pct is not None and sheet.net_yuan is not None:
        least = "" if sheet.complete else "不低于 "
        console.print(f"  补助前  {_yuan(sheet.gross_yuan or sheet.net_yuan)}  综合年化 {least}{sheet.gross_pct}%")
        console.print(f"  减：补助  {_yuan(sheet.relief_yuan)}")
        console.print(f"  [bold]补助后  {_yuan(sheet.net_yuan)}  综合年化 {least}{sheet.net_pct}%[/]")


def _yuan(amount: Decimal) -> str:
    wan = f"{in_wan(amount):,.6f}".rstrip("0").rstrip(".")
    return f"{amount:,.2f} 元（{wan} 万元）"
