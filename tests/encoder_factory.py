"""Small text encoders in folders, built from configurations with drawn weights, as transformers saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WORDS = ("teapot", "enamel", "lid", "cotton", "shirt", "blue", "men", "cable", "usb", "phone", "red", "with", "for")


def make_tokenizer(begin: str = "[CLS]", end: str = "[SEP]", size: int = 0) -> Tokenizer:
    """Return a word-piece tokenizer with these marks; of ``size`` tokens, where that is told, the marks come last."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = [chr(i) for i in range(ord("a"), ord("z") + 1)] + list("0123456789.,-")
    chinese = list("搪瓷茶壶带盖棉衬衫蓝色手机数据线升")
    words = [*letters, *(f"##{x}" for x in letters), *WORDS, *chinese]
    marks = [begin, end]
    pieces = ["[PAD]", "[UNK]", *marks, *words] if not size else ["[PAD]", "[UNK]", *words]
    if size:
        pieces += [f"[unused{i}]" for i in range(size - len(pieces) - 2)] + marks
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    around = [(mark, vocabulary[mark]) for mark in marks]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{begin} $A {end}", special_tokens=around)
    return tokenizer


def write_bert(folder: Path, *, pooling: str = "mean", kind: str = "bert", prompt: str = "", seed: int = 0) -> Path:
    """Write a model of two layers with a word-piece tokenizer, and return its folder."""
    import torch
    from transformers import AutoModel, BertConfig, RobertaConfig

    tokenizer = make_tokenizer()
    make = BertConfig if kind == "bert" else RobertaConfig
    config = make(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=66,
        initializer_range=0.5,
    )
    torch.manual_seed(seed)
    model = AutoModel.from_config(config)
    folder.mkdir(parents=True)
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "1_Pooling").mkdir()
    modes = {f"pooling_mode_{name}": name.startswith(pooling) for name in ("mean_tokens", "cls_token", "max_tokens")}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}))
    steps = [
        {"idx": i, "name": str(i), "path": "", "type": f"sentence_transformers.models.{name}"}
        for i, name in enumerate(("Transformer", "Pooling", "Normalize"))
    ]
    (folder / "modules.json").write_text(json.dumps(steps))
    if prompt:
        told = {"prompts": {"query": prompt}, "default_prompt_name": "query"}
        (folder / "config_sentence_transformers.json").write_text(json.dumps(told))
    (folder / "README.md").write_text("---\nlanguage:\n- zh\n- en\nlicense: mit\n---\n# A model\n")
    return folder
