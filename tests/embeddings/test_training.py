"""Training on a small made-up folder: what is held out stays out, and learning is learning."""

import csv

import numpy as np
import pytest

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
    matrix, names = composition(tokenizer)
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

    matrix, _ = composition(tokenizer)
    words = trainer.word_counts(tokenizer, ["钢丝绳索钢丝", "大米"])
    units = torch.randn(matrix.shape[1], 4, requires_grad=True)
    plain = torch.from_numpy((words @ matrix).toarray())
    (plain @ units).square().sum().backward()
    wanted, units.grad = units.grad.clone(), None
    found = trainer._TextSums.apply(units, words, matrix)
    torch.testing.assert_close(found, plain @ units)
    found.square().sum().backward()
    torch.testing.assert_close(units.grad, wanted)


def test_composition_is_the_word_its_characters_and_its_pairs(tokenizer):
    matrix, names = composition(tokenizer, 0.5, 0.25)
    row = matrix[[names.index("钢丝")]]
    assert sorted(row.data.tolist()) == [0.25, 0.25, 0.25, 1.0]
    assert matrix[[0]].nnz == 0


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
    data = TrainingData(tmp_path)
    held_out = {code for code in codes if split_of("company", code) is Split.DEVELOPMENT}
    assert 10 < len(held_out) < 60
    pairs = sources.segment_business(data, __import__("random").Random(0))
    assert {first.removeprefix("产品") for first, _ in pairs} == set(codes) - held_out
    from embeddings.evaluation.tasks import segments_to_company

    assert {query.removeprefix("产品") for query in segments_to_company(data).queries} == held_out


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
