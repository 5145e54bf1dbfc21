"""Tiny static models made on the spot, to be given by path: other weights, another dimension, torch-free."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split

_CHARACTERS = [chr(code) for code in range(0x4E00, 0x9FA6)] + [chr(code) for code in range(0x20, 0x7F)]


def tiny_model(folder: Path, *, seed: int = 1, dimension: int = 24) -> Path:
    """A model of one random vector a character; the same seed gives the same weights."""
    folder.mkdir(parents=True)
    words = {"[UNK]": 0} | {character: place for place, character in enumerate(_CHARACTERS, 1)}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Split(Regex("."), "isolated")  # type: ignore[assignment]
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = np.random.default_rng(seed).standard_normal((len(words), dimension), dtype=np.float32)
    save_file({"embeddings": rows}, folder / "model.safetensors")
    modules = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"}]
    (folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return folder
