"""Import of real enterprises, held to the files themselves. Needs the data folder: `make quality`.

    pytest tests/quality/real_data_checks.py --override-ini python_files=real_data_checks.py

The folder is `RONGTONG_SHARED_DATA`, by default ../shared/data beside the checkout.
"""

import csv
import os
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from api.bootstrap import Services
from api.exchange.importing import ImportSummary, run_import
from api.requests import ProspectRequest
from matcher.eligibility.results import State
from matcher.fields import PartyKind
from tests.api.worlds import services_in

SHARED = Path(os.environ.get("RONGTONG_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILES = {"startups": SHARED / "startups" / "companies.csv", "listed": SHARED / "listed_companies" / "companies.csv"}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory):
    with services_in(tmp_path_factory.mktemp("real")) as opened:
        yield opened


def imported(services: Services, path: Path) -> ImportSummary:
    return run_import(
        services.store,
        services.viewer,
        path,
        kind=PartyKind.ENTERPRISE,
        source=path.parent.name,
        observed_on=date(2020, 1, 1),
    )


@pytest.fixture(scope="module")
def summaries(services: Services) -> dict[str, ImportSummary]:
    return {name: imported(services, path) for name, path in FILES.items()}


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_real_file_is_accounted_for(summaries: dict[str, ImportSummary], name: str):
    with FILES[name].open(encoding="utf-8-sig", newline="") as file:
        rows = sum(1 for _ in csv.DictReader(file))
    summary = summaries[name]
    assert summary.rows == rows
    assert summary.new + summary.changed + summary.same + summary.merged + summary.rejected == rows
    assert summary.rejected == 0


def test_importing_again_changes_nothing(services: Services, summaries: dict[str, ImportSummary]):
    for name, path in FILES.items():
        again = imported(services, path)
        assert (again.new, again.changed) == (0, 0), name


def test_values_are_what_the_file_says(services: Services, summaries: dict[str, ImportSummary]):
    """Founding dates and capital of the first start-ups, read here in the plainest way, equal what was stored."""
    seen: Counter[str] = Counter()
    with FILES["startups"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
        often = Counter(row["统一信用代码"] for row in rows)
        for row in [row for row in rows if often[row["统一信用代码"]] == 1][:500]:
            stored = services.store.parties.find_by_credit_code(services.viewer, row["统一信用代码"].strip())
            for party in stored:
                seen["parties"] += 1
                assert str(party.values.get("founded_on", row["成立时间"])) == row["成立时间"]
                capital = row["注册资金"]
                if capital.endswith("万元人民币") and capital[:-5].isdigit():
                    assert party.values["registered_capital_wan"] == int(capital[:-5])
                    seen["capital"] += 1
    assert seen["parties"] > 400
    assert seen["capital"] > 300


def test_a_bank_that_serves_biotech_in_suzhou_is_given_biotech_in_suzhou(
    services: Services, summaries: dict[str, ImportSummary]
):
    """Of the 20 best real prospects of 科浦医贷 at least 18 speak of medicine, and all that are met are in 苏州市."""
    answer = services.matchmaker.prospects(services.viewer, ProspectRequest("loan.kepu-yidai", limit=20))
    parties = [services.store.parties.get(services.viewer, match.seeker_id) for match in answer.matches]
    texts = [str(party.values.get("main_business", "")) + party.name for party in parties]
    assert sum(any(word in text for word in ("医", "药", "生物", "基因", "诊断", "健康")) for text in texts) >= 18
    met = [party for party, match in zip(parties, answer.matches, strict=True) if match.eligibility.state is State.MET]
    assert met
    assert all(str(party.values["region"]).startswith("3205") for party in met)
