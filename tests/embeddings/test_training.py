"""Training on a small made-up folder: what is held out stays out, and learning is learning."""

import csv
import math
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
import pytest

from embeddings.evaluation.tasks import segments_to_company
from embeddings.static import load_static
from embeddings.tokenise import build_tokenizer
from embeddings.training import sources, trainer
from embeddings.training.composition import composed, composition
from embeddings.training.data import TrainingData, without_names
from embeddings.training.export import quantised, write_model
from embeddings.training.splits import Split, split_of
from embeddings.training.trainer import TrainingPlan, train

WORLDS = (("钢丝", "绳索", "起重", "吊具"), ("试剂", "诊断", "医疗", "检测"), ("稻谷", "大米", "农业", "种植"))
WORDS = [word for world in WORLDS for word in world]


@pytest.fixture
def tokenizer():
    return build_tokenizer(dict.fromkeys(WORDS, 10), 1_000)


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def data(tmp_path):
    graded = [f"{a}{b}\t{c}{d}\t{grade}" for a, b, c, d in WORLDS for grade in (5, 0)]
    folder = tmp_path / "similarity"
    folder.mkdir()
    (folder / "sts-b-train.txt").write_text("\n".join(graded * 4), encoding="utf-8")
    return TrainingData(tmp_path)


def one_world(data, random):
    """Pair a word of a world with another one of it; the first two worlds only."""
    return [tuple(random.sample(world, 2)) for world in WORLDS for _ in range(8)]


def test_training_brings_partners_together(tokenizer, data):
    matrix, names = composition(tokenizer, WORDS)
    units = np.random.default_rng(0).standard_normal((matrix.shape[1], 16)).astype(np.float32) / 4
    plan = TrainingPlan(steps=40, batch=12, rate=0.05, widths=(16, 8), graded_batch=8, redraw=20, dropout=0.0)
    before = composed(matrix, units)
    after = train(data, tokenizer, matrix, units, plan, sources=[(one_world, 1.0)])
    assert gap(after, names) > gap(before, names) + 0.5
    np.testing.assert_array_equal(train(data, tokenizer, matrix, units, plan, sources=[(one_world, 1.0)]), after)


def gap(table, names):
    """How much nearer words of one world are than words of two."""
    rows = table[[names.index(word) for word in WORDS]]
    cosines = (rows @ rows.T) / np.outer(np.linalg.norm(rows, axis=1), np.linalg.norm(rows, axis=1))
    same = np.kron(np.eye(3), np.ones((4, 4))).astype(bool)
    return cosines[same & ~np.eye(12, dtype=bool)].mean() - cosines[~same].mean()


def test_sums_and_their_gradient_are_those_of_plain_algebra(tokenizer):
    import torch

    matrix, _ = composition(tokenizer, WORDS)
    words = trainer.word_counts(tokenizer, ["钢丝绳索钢丝", "大米"])
    units = torch.randn(matrix.shape[1], 4, requires_grad=True)
    plain = torch.from_numpy((words @ matrix).toarray())
    (plain @ units).square().sum().backward()
    wanted, units.grad = units.grad.clone(), None
    found = trainer._TextSums.apply(units, words, matrix)
    torch.testing.assert_close(found, plain @ units)
    found.square().sum().backward()
    torch.testing.assert_close(units.grad, wanted)


def test_composition_is_the_word_its_characters_and_its_pairs_the_rarer_the_weightier():
    tokenizer = build_tokenizer(dict.fromkeys(["钢丝", "钢板", "钢", "cad"], 10), 1_000)
    matrix, names = composition(tokenizer, ["钢丝钢板", "钢板", "钢cad"])
    rarity = {"钢": math.log(4 / 4) + 1, "丝": math.log(4 / 2) + 1, "板": math.log(4 / 3) + 1}
    rarity |= {"钢丝": rarity["丝"], "钢板": rarity["板"]}
    mean = sum(rarity.values()) / 5
    wire = [1, *(weight * rarity[part] / mean for part, weight in (("钢", 0.25), ("丝", 0.25), ("钢丝", 0.5)))]
    assert sorted(matrix[[names.index("钢丝")]].data.tolist()) == pytest.approx(sorted(wire))
    assert sorted(matrix[[names.index("钢")]].data.tolist()) == pytest.approx(sorted([1, 0.5 * rarity["钢"] / mean]))
    assert matrix[[names.index("cad")]].data.tolist() == [1]
    assert matrix[[0]].nnz == 0


def test_words_share_the_units_of_their_characters(tokenizer):
    matrix, names = composition(tokenizer, WORDS)
    shared = (matrix[[names.index("大米")]] @ matrix[[names.index("稻谷")]].T).toarray()
    assert shared == 0
    both = build_tokenizer(dict.fromkeys(["钢丝", "钢板"], 10), 1_000)
    matrix, _ = composition(both, ["钢丝", "钢板"])
    assert (matrix[[1]] @ matrix[[2]].T).toarray() > 0


def test_held_out_things_stay_out_of_every_source(tmp_path):
    codes = [f"{number:06d}" for number in range(200)]
    write(
        tmp_path / "listed_companies/companies.csv",
        ["code", "mainBusiness", "subIndustry", "guoBiaoSubIndustry"],
        [[code, f"生产第{code}号产品及其服务", "制造", "制造业"] for code in codes],
    )
    write(
        tmp_path / "listed_companies/revenue_segments.csv",
        ["code", "basis", "segment"],
        [[code, "按产品", f"产品{code}"] for code in codes],
    )
    sides = {side: {code for code in codes if split_of("company", code) is side} for side in Split}
    assert all(10 < len(sides[side]) < 60 for side in (Split.SELECTION, Split.DEVELOPMENT))
    assert trained_and_asked(TrainingData(tmp_path)) == (
        sides[Split.TRAIN] | sides[Split.SELECTION],
        sides[Split.DEVELOPMENT],
    )
    assert trained_and_asked(TrainingData(tmp_path, selecting=True)) == (sides[Split.TRAIN], sides[Split.SELECTION])


def trained_and_asked(data):
    """Companies that a source draws, and those that a task asks about."""
    pairs = sources.segment_business(data, Random(0))
    queries = segments_to_company(data).queries
    return {first.removeprefix("产品") for first, _ in pairs}, {query.removeprefix("产品") for query in queries}


@pytest.fixture
def texts_only(tmp_path):
    """Data of which only one article and one self-description of eight clauses each exist."""
    data = TrainingData(tmp_path)
    text = "，".join(f"第{number}项业务的研发与生产" for number in "一二三四五六七八")
    none = {"businesses": {}, "classes": (), "investors": (), "articles": (), "startups": (("名", text),)}
    data.__dict__.update(none, trains_on=lambda kind, identity: True)
    return data, text


def test_a_clause_is_paired_with_the_other_clauses_of_its_text(texts_only):
    data, text = texts_only
    ((clause, rest),) = sources.clause_and_rest(data, Random(3))
    assert sorted([clause, *rest.split("，")]) == sorted(text.split("，"))


def test_a_piece_is_paired_with_its_text_with_or_without_it(texts_only):
    data, text = texts_only
    found = [sources.piece_and_whole(data, Random(seed))[0] for seed in range(30)]
    assert all(piece in text and 4 <= len(piece) <= 20 for piece, _ in found)
    assert {whole == text for _, whole in found} == {True, False}
    assert all(whole == text or whole.replace(" ", piece) == text for piece, whole in found)


SHORT_RUN = """
import sys
from pathlib import Path
import numpy as np
from tests.embeddings.test_training import WORDS, one_world
from embeddings.training.composition import composition
from embeddings.training.data import TrainingData
from embeddings.training.export import write_model
from embeddings.training.trainer import TrainingPlan, train
from embeddings.training import vocabulary

vocabulary.jieba_frequencies = lambda: {part: 9 for word in WORDS for part in (word, *word)}  # the real one takes long
data, out = TrainingData(Path(sys.argv[1])), Path(sys.argv[2])
tokenizer = vocabulary.build_lexicon(data, [word * 4 + "cad2x" for word in WORDS], 300).tokenizer()
matrix, _ = composition(tokenizer, WORDS)
units = np.random.default_rng(0).standard_normal((matrix.shape[1], 16)).astype(np.float32) / 4
plan = TrainingPlan(steps=20, batch=12, rate=0.05, widths=(16, 8), graded_batch=8, redraw=10)
write_model(out, tokenizer, train(data, tokenizer, matrix, units, plan, sources=[(one_world, 1.0)]), "card")
"""


def test_a_second_run_writes_the_same_bytes_whatever_the_order_of_sets(data):
    for name in ("IT", "medical", "caijing", "car", "food"):
        path = data.root / f"words/THUOCL_{name}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(f"{word}\t9" for word in WORDS[::2]), encoding="utf-8")
    write(
        data.root / "industry_chain/company_product.csv", ["company_code", "product", "weight"], [["000001", "钢丝", 1]]
    )
    write(
        data.root / "industry_chain/product_relation.csv",
        ["from_entity", "rel", "to_entity"],
        [["绳索", "上游材料", "钢丝"], ["大米", "上游材料", "稻谷"]],
    )
    written = []
    for seed in ("1", "2"):
        out = data.root / f"model{seed}"
        environment = os.environ | {"PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SHORT_RUN, str(data.root), str(out)]
        subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parents[2])
        written.append({path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()})
    assert written[0] == written[1]
    assert len(written[0]["model.safetensors"]) > 16 * 3 * len(WORDS)


def test_a_self_description_loses_its_names():
    assert without_names("铁牛 科技是铁牛旗下平台", ("铁牛", "铁牛 科技")) == "是旗下平台"


def test_export_loses_little_and_reads_back(tmp_path, tokenizer):
    table = np.random.default_rng(0).standard_normal((tokenizer.get_vocab_size(), 16)).astype(np.float32)
    table[0] = 0
    rows, scales = quantised(table)
    assert rows.dtype == np.int8
    assert np.abs(rows * scales[:, None] - table).max() <= np.abs(table).max() / 254 + 1e-6
    write_model(tmp_path, tokenizer, table, "card")
    found = load_static(tmp_path).encode(["钢丝绳索"])[0]
    wanted = table[tokenizer.token_to_id("钢丝")] + table[tokenizer.token_to_id("绳索")]
    np.testing.assert_allclose(found, wanted / np.linalg.norm(wanted), atol=0.02)
