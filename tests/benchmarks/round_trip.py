"""A list out as XLSX, filled in in one column, in again (名单往返测量).

    python -m tests.benchmarks.round_trip [--rows 100000] [--write]

One institution's list of so many synthetic pairs with offers of the catalogue, masked, with its sheet of reasons; then
the platform's own list of the same. What comes back is the institution's list as a spreadsheet program keeps it (a
table of shared strings), with 已受理 in every row, then the same file with one row in a hundred answered further.
"""

import argparse
import re
import resource
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.access.viewers import Viewer
from api.campaigns.codes import new_code
from api.clock import now
from api.delivery.bundles import list_file, whole_list
from api.delivery.delivering import deliver
from api.delivery.lists import lists_of
from api.delivery.receiving import ReturnReport, receive
from api.exchange.documents import match_document, profile_document
from api.matchmaking import seeker_of
from api.store.campaign_rows import AssignmentRow, AssignmentStatus, Run
from api.store.store import Store, open_store
from api.turns import take_short_turns
from matcher.catalogue.loader import load_catalogue
from matcher.offers import Offer, OfferKind
from matcher.pairing.assembling import Nearness, assemble, explained
from matcher.pairing.pipeline import dated
from matcher.pairing.scoring import Scoring
from tests.benchmarks.campaigns import PLAN, PROVIDER, Clock
from tests.benchmarks.report import table, write_section
from tests.benchmarks.world import AT, chunks, party

_VIEWER = Viewer(tenant="local")
_ENTERPRISES = 400
_OFFERS = 8
_HEADINGS = ("step", "by the clock (s)", "processor (s)", "resident (MiB)", "of that anonymous (MiB)")


def main() -> None:
    """Measure, print, and write the section where that is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--write", action="store_true", help="write the section of docs/benchmarks.md")
    options = parser.parse_args()
    take_short_turns()  # as the service does
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/store.db")) as store:
        body = measured(store, Path(folder), options.rows)
    print(body)
    if options.write:
        write_section("round-trip", f"A list of {options.rows:,} pairs out as XLSX and in again", body)


def measured(store: Store, folder: Path, rows: int) -> str:
    """Fill a bare store, write the lists, take them back twice."""
    campaign = delivered(store, rows)
    clock, lists = Clock(), lists_of(store, _VIEWER, campaign, 1)
    sent = clock.take("institution's list out", lambda: list_file(lists, PROVIDER)[1])
    whole = clock.take("platform's list out", lambda: whole_list(lists))
    path, some = folder / "back.xlsx", folder / "some.xlsx"
    path.write_bytes(sent)
    answer(path, "已受理", 1)
    every = clock.take("in again, every row filled in", lambda: back(store, campaign, path))
    path.replace(some)
    answer(some, "已对接", 100)
    few = clock.take("in again, one row in a hundred changed", lambda: back(store, campaign, some))
    if (every.added, few.added, few.same) != (rows, -(-rows // 100), rows - -(-rows // 100)):
        raise AssertionError((every, few))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    sizes = [f"{size / 2**20:.1f}" for size in (len(sent), len(whole), some.stat().st_size)]
    return (
        f"{table(_HEADINGS, clock.rows)}\n\nThe files have {sizes[0]} and {sizes[1]} MiB, the one that comes back "
        f"{sizes[2]} MiB. Most memory of the process: {most:.2f} GiB."
    )


def back(store: Store, campaign: str, path: Path) -> ReturnReport:
    """Take a list back."""
    report = receive(store, _VIEWER, campaign, path, now() + timedelta(minutes=1))
    if report.problem_count or not report.written:
        raise AssertionError(report)
    return report


def delivered(store: Store, rows: int) -> str:
    """A campaign with a delivered list of so many pairs of one provider; gives its id."""
    campaign = store.campaigns.create(_VIEWER, "测量", PLAN, now())
    run = store.campaigns.new_run(_VIEWER, campaign.id, now())
    store.campaigns.note(run, frozen={"at": AT.isoformat(), "offers": "测量", "software": "测量"})
    store.campaigns.decide(run, {"assigned": rows}, pairs(run, rows), now())
    store.campaigns.approve(_VIEWER, campaign.id, run.number, "无", now())
    deliver(store, _VIEWER, campaign.id, run.number, "测量", now())
    return campaign.id


def pairs(run: Run, rows: int) -> Iterator[AssignmentRow]:
    """So many pairs: real matches of synthetic enterprises, over and over, each time of another enterprise."""
    made = documents()
    for number in range(rows):
        document = made[number % len(made)]
        seeker = f"synthetic-{number:07d}"
        named = {"id": seeker, "name": f"{document['seeker']['name']}{number}"}
        match = document | {"party_id": seeker, "seeker": document["seeker"] | named}
        yield AssignmentRow(
            id=new_code(),
            tenant=run.tenant,
            campaign_id=run.campaign_id,
            run_id=run.id,
            seeker_key=number + 1,
            seeker_id=seeker,
            offer_id=document["offer_id"],
            institution=PROVIDER,
            rank=number + 1,
            points=round(document["score"] * 100),
            eligibility=document["eligibility"]["state"],
            status=AssignmentStatus.ACTIVE,
            match=match,
        )


def documents() -> list[dict[str, Any]]:
    """Matches as they are stored, in the order of a list: by offer."""
    found = []
    rows = next(chunks(_ENTERPRISES)).iter_rows(named=True)
    seekers = [seeker_of(party(row, "local")) for row in rows]
    for offer in islice(_loans(), _OFFERS):
        for seeker in seekers:
            match = assemble(dated(seeker, AT), offer, Nearness(0.6, 0.3), Scoring())
            match = explained(match, seeker.text, AT)
            found.append(match_document(match) | {"profile": profile_document(match.values)})
    return found


def _loans() -> Iterator[Offer]:
    for offer in load_catalogue().offers.values():
        if offer.kind is OfferKind.LOAN and offer.criteria is not None:
            yield replace(offer, provider=PROVIDER)


_INLINE = re.compile(rb' t="inlineStr"><is>(<t.*?</t>)</is></c>', re.DOTALL)


def answer(path: Path, result: str, step: int) -> None:
    """Fill in a result in the first column to be filled in, in every so many rows, and save with shared strings."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    texts = _Texts(members.get("xl/sharedStrings.xml", b""))
    sheet = "xl/worksheets/sheet1.xml"
    column = _column(members[sheet], texts, "结果".encode())
    said = f"<t>{result}</t>".encode()
    members[sheet] = re.sub(
        rb'<c r="%s(\d+)" s="(\d+)"(?:/>| t="s"><v>\d+</v></c>)' % column,
        lambda cell: (
            b'<c r="%s%s" s="%s" t="s"><v>%d</v></c>' % (column, cell[1], cell[2], texts.place(said))
            if int(cell[1]) > 1 and int(cell[1]) % step == 2 % step
            else cell[0]
        ),
        members[sheet],
    )
    for name in (name for name in members if name.startswith("xl/worksheets/")):
        members[name] = _INLINE.sub(lambda cell: b' t="s"><v>%d</v></c>' % texts.place(cell[1]), members[name])
    members["xl/sharedStrings.xml"] = texts.written()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _column(sheet: bytes, texts: "_Texts", heading: bytes) -> bytes:
    """The letters of the column under a heading."""
    for letters, place in re.findall(rb'<c r="([A-Z]+)1" s="\d+" t="s"><v>(\d+)</v>', sheet):
        if heading in texts.known[int(place)] and len(heading) + 7 == len(texts.known[int(place)]):
            return bytes(letters)
    raise AssertionError(heading)


class _Texts:
    """A workbook's table of shared strings, as elements."""

    def __init__(self, content: bytes) -> None:
        self.known = re.findall(rb"<si>(.*?)</si>", content, re.DOTALL)
        self._places = {text: place for place, text in enumerate(self.known)}

    def place(self, text: bytes) -> int:
        """The place of a text in the table, at its end where it is new."""
        if text not in self._places:
            self._places[text] = len(self.known)
            self.known.append(text)
        return self._places[text]

    def written(self) -> bytes:
        """The table."""
        space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        items = b"".join(b"<si>%s</si>" % text for text in self.known)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n<sst xmlns="%s">%s</sst>' % (space, items)


if __name__ == "__main__":
    main()
