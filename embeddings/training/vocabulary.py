"""The words of the model: jieba's more frequent ones, the data's own, and the domain's new words."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tokenizers import Tokenizer

from embeddings.tokenise import build_tokenizer, jieba_frequencies, with_domain_words
from embeddings.training.data import TrainingData

POLICY_TERMS = frozenset(
    (  # noqa: SIM905  # a paragraph of terms reads better than a column
        "专精特新 小巨人 单项冠军 瞪羚 瞪羚企业 独角兽 链主 龙头企业 孵化器 "
        "众创空间 加速器 双创 双创基地 特色载体 产业园 孵化 高新技术企业 高企 "
        "科技型中小企业 知识产权质押 专利权质押 版权质押 商标质押 专利贷 商标贷 科技贷 信用贷 "
        "首贷 投贷联动 融资担保 融资租赁 供应链金融 应收账款 天使投资 创投 股权投资 "
        "引导基金 风险补偿 贴息 免抵押 科创板 区块链 云计算 大数据 物联网 "
        "人工智能 机器视觉 新能源汽车 碳中和 碳达峰 元宇宙 跨境电商 工业互联网 智能制造"
    ).split()
)
"""Terms of policy and finance that jieba's dictionary of 2012 lacks or cuts."""

_HAN = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z][a-z0-9+#]+")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words with the frequencies that cut them, how often the texts have them, and the total of probabilities."""

    frequencies: Mapping[str, int]
    counts: Mapping[str, int]
    total: int

    @property
    def occurrences(self) -> int:
        """How many words the texts have in all."""
        return sum(self.counts.values())

    def tokenizer(self) -> Tokenizer:
        """Build the tokenizer of these words."""
        return build_tokenizer(self.frequencies, self.total)


def build_lexicon(data: TrainingData, texts: Iterable[str], size: int) -> Lexicon:
    """Choose `size` words for `texts`: all single characters and words seen there, then jieba's by frequency."""
    corpus = [text.lower() for text in texts]
    candidates = _domain_words(data, corpus)
    extended = with_domain_words(jieba_frequencies(), candidates)
    total = sum(jieba_frequencies().values())
    counts = _counts(build_tokenizer(extended, total), corpus)
    ranked = sorted(extended, key=lambda word: (-_rank(word, counts, extended), word))
    kept = {word: extended[word] for word in ranked[:size]}
    return Lexicon(kept, _counts(build_tokenizer(kept, total), corpus), total)


def _rank(word: str, counts: Mapping[str, int], frequencies: Mapping[str, int]) -> float:
    single = 1e9 if len(word) == 1 and frequencies[word] > 1 else 0.0
    return single + 100.0 * counts.get(word, 0) + frequencies[word] / 5


def _counts(tokenizer: Tokenizer, texts: list[str]) -> Counter[str]:
    counts: Counter[int] = Counter()
    for start in range(0, len(texts), 2_000):
        for encoding in tokenizer.encode_batch_fast(texts[start : start + 2_000]):
            counts.update(encoding.ids)
    words = {token: word for word, token in tokenizer.get_vocab().items()}
    return Counter({words[token]: count for token, count in counts.items()})


def _domain_words(data: TrainingData, corpus: list[str]) -> list[str]:
    """Words of the lists and of product and industry names that the texts really use, two to four characters."""
    names = {name.lower() for key in ("IT", "medical", "caijing", "car") for name in data.word_list(key)}
    names.update(product.lower() for items in data.products.values() for product in items)
    names.update(entity.lower() for pairs in data.relations.values() for pair in pairs for entity in pair)
    short = {name for name in names if _HAN.fullmatch(name) and 2 <= len(name) <= 4}
    found: Counter[str] = Counter()
    latin: Counter[str] = Counter()
    for text in corpus:
        latin.update(set(_LATIN.findall(text)))
        for run in _HAN.findall(text):
            spans = {run[at : at + n] for n in (2, 3, 4) for at in range(len(run) - n + 1)}
            found.update(spans & short)
    known = jieba_frequencies()
    words = [word for word, count in found.items() if count >= 4 and word not in known]
    words += [word for word, count in latin.items() if count >= 3 and 2 <= len(word) <= 20]
    return sorted({*words, *POLICY_TERMS})
