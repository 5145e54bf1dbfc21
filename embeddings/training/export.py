"""Writing a trained table as a sentence-transformers folder: 8-bit rows with a scale each, the tokenizer, the card."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

_MODULES = [
    {
        "idx": 0,
        "name": "0",
        "path": "",
        "type": "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding",
    },
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.base.modules.normalize.Normalize"},
]
_SETTINGS: dict[str, object] = {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"}


def quantised(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Give 8-bit rows and a scale a row, so that row times scale is within 0.4 % of the row's largest component."""
    scales = np.abs(table).max(axis=1) / 127
    safe = np.where(scales > 0, scales, 1)
    rows = np.rint(table / safe[:, None]).astype(np.int8)
    return rows, scales.astype(np.float32)


def write_model(folder: Path, tokenizer: Tokenizer, table: NDArray[np.float32], card: str) -> None:
    """Write the model so that `SentenceTransformer(folder)` and `load_static(folder)` read the same."""
    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    rows, scales = quantised(table)
    save_file({"embeddings": rows, "weights": scales}, folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    _write_json(folder / "modules.json", _MODULES)
    _write_json(folder / "config_sentence_transformers.json", _SETTINGS)
    _write_json(folder / "1_Normalize/config.json", {})
    (folder / "README.md").write_text(card, encoding="utf-8")


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
