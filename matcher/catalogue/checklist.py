"""The checklist (对照表): every product, subsidy, fund and campaign that the sources name, and the offer that holds it.

`python -m matcher.catalogue.checklist > docs/catalogue.md` writes it out as the document of the catalogue.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from matcher.catalogue.entries import Document
from matcher.catalogue.entry import Entry
from matcher.catalogue.files import read_file
from matcher.catalogue.loader import Catalogue, load_catalogue
from matcher.eligibility.criteria import leaves
from matcher.offers import OFFER_KIND_LABELS, Offer, OfferKind, OfferStatus

_STATUS = {OfferStatus.DRAFT: "征求意见稿", OfferStatus.APPROVED: "", OfferStatus.SUPERSEDED: "已废止"}
_OFFER_HEADER = "| 条目 | 名称 | 提供者 | 条件 | 优先 | 效力 |\n|---|---|---|---|---|---|"
_INTRODUCTION = """\
# 内置资源目录

本页由 `python -m matcher.catalogue.checklist` 生成，请勿手改。

内置目录收入来源文件点名的产品、基金、保险、担保、补助、服务与活动，数据在 `matcher/catalogue/offers/*.yaml`。

- 每个条件都带原文；引文与来源逐字一致，只统一了标点的全半角与空白，繁体副本转写为简体。
- 市场上的贷款产品（`loans-market.yaml`）例外：按公开产品页转述并标明，额度与利率以银行当前公布为准。
- 资质认定与载体标准（`qualifications-*`、`carriers-qualifications`）也例外：引文是条款要点，文件名标明“非逐字引文”。
- 只有原文写明的条件才是 `criteria`；“重点服务、重点对接”是 `preferences`，只影响排序，不排除任何企业。
- 原文没有的额度、利率、期限一律不写；有歧义之处写入 `assumption`。
- 可信度 A 为官方或两份一致的副本，B 为单一的非官方副本。征求意见稿标为草案。
- 共用的条件写在 `conditions`，以 `use` 引用；不接受 YAML 的锚点与别名。

一条资源的写法（未写明 `quote` 的条件取第一条 `clauses` 的原文）：

```yaml
offers:
  - id: loan.kunke-dai            # 类型.拼音
    kind: loan                    # loan guarantee insurance fund incubation procurement service programme
    name: 昆科贷
    provider: 昆山市（政府补偿与合作银行）
    summary: 昆山市的科技信贷特色子产品，政府、银行、企业风险共担
    focus: 昆山科技企业贷款……     # 用于比对的文字：给谁、做什么用；不写条件
    audience: [enterprise]        # enterprise team carrier institution operator
    service_regions: ["320583"]   # GB/T 2260，加引号
    clauses:
      - {document: suzhou, article: "", quote: 原文……}
    criteria:                     # all / any（须有 label，可有 least）/ not / use，或单项条件
      all:
        - {field: region, operator: under, value: ["320583"], label: 在昆山市}
        - {use: tech_firm}
    preferences: []               # 只影响排序
    terms: {amount_max_wan: 500}  # 万元、%、个月；原文没有的不写
    benefits: [原文写明的好处]
    assumptions: [对歧义的理解]
    status: approved              # draft approved superseded
    effective_from: 2021-11-15
```

整个目录要么全部载入，要么一条也不载入；不合规的条目连同文件名一次全部报出。
"""


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a source names: the ids of the offers that hold it, or why there is none."""

    section: str
    name: str
    offers: tuple[str, ...]
    why: str


def checklist() -> tuple[Named, ...]:
    """Read the checklist in its order; an item without an offer says why."""
    content = files("matcher.catalogue").joinpath("checklist.yaml").read_bytes()
    return tuple(_named(Entry("checklist.yaml", dict(read_file("checklist.yaml", content)))))


def _named(entry: Entry) -> Iterator[Named]:
    for section in entry.children("sections"):
        for item in section.children("items"):
            item.only("name", "offers", "why")
            item.require("name", "offers" if "why" not in item.data else "why")
            yield Named(section.text("title"), item.text("name"), item.texts("offers"), item.text("why"))


def rendered(catalogue: Catalogue) -> str:
    """The catalogue as Markdown: the checklist, the sources, and each offer with its conditions."""
    parts = [_INTRODUCTION, *_sections(catalogue), *_documents(catalogue), *_offers(catalogue)]
    return "\n".join(parts) + "\n"


def _sections(catalogue: Catalogue) -> Iterator[str]:
    title = ""
    for item in checklist():
        if item.section != title:
            title = item.section
            yield f"\n## {title}\n\n| 点名的事项 | 目录条目 |\n|---|---|"
        held = "、".join(f"`{key}` {catalogue.offers[key].name}" for key in item.offers)
        yield f"| {item.name} | {held or f'未收：{item.why}'} |"


def _documents(catalogue: Catalogue) -> Iterator[str]:
    yield "\n## 来源文件\n\n| 文件 | 发布者 | 日期 | 可信度 | 说明 |\n|---|---|---|---|---|"
    for document in catalogue.documents.values():
        yield _document_row(document)


def _document_row(document: Document) -> str:
    day = document.date.isoformat() if document.date else ""
    return f"| {document.title} | {document.issuer} | {day} | {document.confidence} | {document.note} |"


def _offers(catalogue: Catalogue) -> Iterator[str]:
    for kind in OfferKind:
        offers = [offer for offer in catalogue.offers.values() if offer.kind is kind]
        if offers:
            yield f"\n## {OFFER_KIND_LABELS[kind]}（{len(offers)}）\n\n{_OFFER_HEADER}"
            yield from (_offer_row(offer) for offer in offers)


def _offer_row(offer: Offer) -> str:
    conditions = dict.fromkeys(leaf.label for leaf in leaves(offer.criteria)) if offer.criteria else {}
    preferences = dict.fromkeys(leaf.label for leaf in offer.preferences)
    status = _STATUS[offer.status]
    cells = (f"`{offer.id}`", offer.name, offer.provider, "；".join(conditions), "；".join(preferences), status)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(rendered(load_catalogue()))
