"""The public data as it lies in its folder, read into plain rows; nothing of it is ever written to the repository."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from embeddings.training.splits import Split, split_of

_CODE = re.compile(r"\d{6}")
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_NOT_BUSINESS = ("其他", "其它", "合计", "补充", "分部间", "抵销", "主营业务", "境内", "境外", "国内", "国外")


@dataclass(frozen=True, slots=True)
class IndustryClass:
    """One class of GB/T 4754: code, name, definition and the items it officially includes (包括)."""

    code: str
    name: str
    definition: str
    includes: tuple[str, ...]


@dataclass(frozen=True)
class TrainingData:
    """Everything read from one folder, each part when it is first asked for.

    `selecting` trains on less and asks about SELECTION, to choose by; else DEVELOPMENT is asked about, to report.
    """

    root: Path
    selecting: bool = False

    def trains_on(self, kind: str, identity: str) -> bool:
        """Tell whether a company, class, product, start-up or article may be trained on."""
        side = split_of(kind, identity)
        return side is Split.TRAIN or (side is Split.SELECTION and not self.selecting)

    def asks_about(self, kind: str, identity: str) -> bool:
        """Tell whether tasks are made of it."""
        return split_of(kind, identity) is (Split.SELECTION if self.selecting else Split.DEVELOPMENT)

    def rows(self, name: str) -> list[dict[str, str]]:
        """Read a CSV file with a header."""
        with (self.root / name).open(encoding="utf-8-sig", newline="") as file:
            return [{key: (value or "").strip() for key, value in row.items() if key} for row in csv.DictReader(file)]

    @cached_property
    def businesses(self) -> Mapping[str, str]:
        """Listed company (six digits) to the text of its main business (主营业务)."""
        rows = self.rows("listed_companies/companies.csv")
        return {row["code"].zfill(6): row["mainBusiness"] for row in rows if len(row["mainBusiness"]) > 5}

    @cached_property
    def industries(self) -> Mapping[str, tuple[str, ...]]:
        """Listed company to the industry names it is filed under, of two taxonomies."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("listed_companies/companies.csv"):
            found[row["code"].zfill(6)] += [_plain(row["subIndustry"]), _plain(row["guoBiaoSubIndustry"])]
        return {code: tuple(name for name in names if len(name) > 1) for code, names in found.items()}

    @cached_property
    def third_level(self) -> Mapping[str, str]:
        """Listed company to its Shenwan level-3 industry (申万三级行业)."""
        rows = self.rows("industry_chain/company_industry.csv")
        return {_six(row["company_code"]): _plain(row["industry_name"]) for row in rows}

    @cached_property
    def segments(self) -> Mapping[str, tuple[str, ...]]:
        """Listed company to its revenue segments by industry and product (分行业, 分产品)."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("listed_companies/revenue_segments.csv"):
            names = found[row["code"].zfill(6)]
            segment = row["segment"]
            if "地区" not in row["basis"] and segment not in names and not any(x in segment for x in _NOT_BUSINESS):
                names.append(segment)
        return {code: tuple(names) for code, names in found.items() if names}

    @cached_property
    def products(self) -> Mapping[str, tuple[str, ...]]:
        """Listed company to its products, the weightiest first."""
        found: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for row in self.rows("industry_chain/company_product.csv"):
            found[_six(row["company_code"])].append((-float(row["weight"] or 0), row["product"]))
        return {code: tuple(name for _, name in sorted(items)) for code, items in found.items()}

    @cached_property
    def concepts(self) -> Mapping[str, tuple[str, ...]]:
        """Listed company to its concept tags that say something of its business."""
        found: dict[str, list[str]] = defaultdict(list)
        for row in self.rows("concepts/stock_concept.csv"):
            if row["c_name"] not in _MARKET_CONCEPTS:
                found[row["code"].zfill(6)].append(row["c_name"])
        return {code: tuple(names) for code, names in found.items()}

    @cached_property
    def relations(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Kind of product relation to pairs of products; recipes and dishes are left out."""
        rows = [(row["from_entity"], row["rel"], row["to_entity"]) for row in self.rows(_RELATIONS)]
        foods = self._foods
        dishes = {first for first, rel, second in rows if rel == "上游材料" and second in foods} | foods
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for first, rel, second in rows:
            if first not in dishes and second not in foods and first != second:
                found[rel].append((first, second))
        return {rel: tuple(dict.fromkeys(pairs)) for rel, pairs in found.items()}

    @cached_property
    def _foods(self) -> frozenset[str]:
        names = self.word_list("food")
        return frozenset(names) - {"不锈钢", "石膏", "托盘", "乙醇", "磷酸"}

    def word_list(self, name: str) -> list[str]:
        """Read one of the THUOCL word lists: IT, medical, caijing, car, food."""
        text = (self.root / f"words/THUOCL_{name}.txt").read_text(encoding="utf-8-sig")
        return [line.split()[0] for line in text.splitlines() if line.split()]

    @cached_property
    def startups(self) -> tuple[tuple[str, str], ...]:
        """Start-up (identity, self-description without its own name)."""
        found = {}
        for row in self.rows("startups/companies.csv"):
            text = without_names(row["公司介绍"], (row["公司名称"], row["名称"]))
            if len(text) > 20 and "暂无" not in text[:6]:
                found[row["名称"]] = text
        return tuple(found.items())

    @cached_property
    def investors(self) -> tuple[str, ...]:
        """What investors write about themselves."""
        rows = self.rows("startups/investors_1k.csv")
        texts = [without_names(row["介绍"], (row["机构名称"],)) for row in rows]
        return tuple(text for text in texts if len(text) > 30)

    @cached_property
    def classes(self) -> tuple[IndustryClass, ...]:
        """The classes of GB/T 4754-2011 with their official notes."""
        return tuple(
            IndustryClass(row["code"], row["name"], row["definition"], tuple(_items(row["includes"])))
            for row in self.rows("gbt4754/gb4754_2011_notes.csv")
        )

    @cached_property
    def descriptions(self) -> tuple[tuple[str, str, str], ...]:
        """The classes of GB/T 4754-2017 that have a description: code, name, description."""
        rows = self.rows("gbt4754/gb4754_2017_full_with_descriptions.csv")
        return tuple((row["industry_id"], row["name"], row["description"]) for row in rows if row["description"])

    @cached_property
    def articles(self) -> tuple[tuple[str, ...], ...]:
        """National policy articles, each as its sentences."""
        text = (self.root / "policy/gov_policy_50.txt").read_text(encoding="utf-8")
        return tuple(tuple(sentences(line)) for line in text.splitlines() if len(line) > 60)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The support measures of one district, one a line."""
        text = (self.root / "policy/lucheng_district_policies.txt").read_text(encoding="utf-8")
        return tuple(line.strip() for line in text.splitlines() if len(line.strip()) > 40)

    def graded(self, part: str) -> list[tuple[str, str, float]]:
        """Read STS-B pairs of `train` or `dev` with their grade, 0 to 5."""
        lines = (self.root / f"similarity/sts-b-{part}.txt").read_text(encoding="utf-8").splitlines()
        parts = [line.split("\t") for line in lines]
        return [(x[0], x[1], float(x[2])) for x in parts if len(x) == 3]

    @cached_property
    def paraphrases(self) -> tuple[tuple[str, str], ...]:
        """Pairs of questions that mean the same: AFQMC (payments) and BQ (banking)."""
        lines = (self.root / "similarity/afqmc-train.txt").read_text(encoding="utf-8").splitlines()
        payments = [tuple(line.split("\t")[:2]) for line in lines if line.endswith("\t1")]
        banking = [(x["sentence1"], x["sentence2"]) for x in self.rows("similarity/bq-dev.csv") if x["label"] == "1"]
        return tuple((pair[0], pair[1]) for pair in [*payments, *banking])


_RELATIONS = "industry_chain/product_relation.csv"
_MARKET_CONCEPTS = frozenset(
    [
        "融资融券",
        "外资背景",
        "证金持股",
        "QFII重仓",
        "基金重仓",
        "社保重仓",
        "信托重仓",
        "券商重仓",
        "保险重仓",
        "送转预期",
        "含H股",
        "含B股",
        "ST板块",
        "次新股",
        "融资融券标的",
        "沪港通",
        "深港通",
        "MSCI",
        "中证500",
        "上证50",
        "沪深300",
        "股权激励",
        "业绩预升",
        "业绩预降",
        "整体上市",
        "参股金融",
        "参股新股",
        "新股",
        "未股改",
        "低价",
        "高价",
        "大盘",
        "小盘",
        "中盘",
        "分拆上市",
        "摘帽概念",
        "本月解禁",
        "陆港通",
        "AH股",
        "央企50",
        "循环经济",
        "重组",
        "超大盘",
        "已高送转",
    ]
)


def sentences(text: str) -> list[str]:
    """Cut a text after full stops, semicolons, question and exclamation marks."""
    return [found.strip() for found in _SENTENCE.findall(text) if len(found.strip()) > 1]


def without_names(text: str, names: Iterable[str]) -> str:
    """Give `text` with the given names taken out, so that two halves of it cannot be matched by name."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, "")
    return re.sub(r"\s+", " ", text).strip()


def _six(code: str) -> str:
    found = _CODE.search(code)
    return found.group() if found else code


def _plain(name: str) -> str:
    return re.sub(r"[ⅡⅢ]+$", "", name).strip()


def _items(text: str) -> list[str]:
    return [item.strip("； 。") for item in text.split("|") if len(item.strip("； 。")) > 1]
