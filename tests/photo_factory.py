"""Small photo encoders in folders: the published architectures with few channels and drawn weights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from encoder_factory import WORDS, make_tokenizer

CARD = "---\nlicense: bsd-3-clause\n---\n# A model\n"
LETTERS = "a b c d e f g h i j k l m n o p q r s t u v w x y z 0 1 2 3 4 5 6 7 8 9"
COLOURS = {"red": (200, 40, 40), "green": (40, 160, 60), "blue": (40, 60, 200)}

VGG = {"vgg11": "1M1M11M11M11M", "vgg16": "11M11M111M111M111M"}
"""Convolutions and halvings of the sides in order."""

Shapes = Iterator[tuple[str, tuple[int, ...]]]


def write_photo_model(folder: Path, kind: str) -> Path:
    """Write a model of transformers (resnet, bottleneck, vit, clip or siglip), and return its folder."""
    import torch

    torch.manual_seed(len(kind))
    model = _made(kind)
    for name, tensor in [*model.named_buffers(), *model.named_parameters()]:
        if tensor.ndim == 1 and "class_embedding" not in name:  # of norms and biases, which begin as zeros and ones
            tensor.data.copy_(torch.rand_like(tensor) * 0.5 + (0.75 if "weight" in name or "var" in name else -0.25))
    model.save_pretrained(folder)
    if kind == "clip":
        make_tokenizer("<|startoftext|>", "<|endoftext|>", size=128).save(str(folder / "tokenizer.json"))
    (folder / "README.md").write_text(CARD)
    return folder


def _made(kind: str) -> Any:
    import transformers as t

    if kind == "resnet":
        told = {"embedding_size": 8, "hidden_sizes": [8, 8, 16, 16], "depths": [2, 2, 2, 2], "layer_type": "basic"}
        return t.ResNetForImageClassification(t.ResNetConfig(**told))
    if kind == "bottleneck":
        told = {"embedding_size": 8, "hidden_sizes": [16, 16, 32, 32], "depths": [1, 2, 1, 1]}
        return t.ResNetModel(t.ResNetConfig(**told, layer_type="bottleneck", downsample_in_bottleneck=True))
    layers = {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48, "initializer_range": 0.3}
    photo = {"image_size": 64, "patch_size": 16, "hidden_size": 32, **layers}
    if kind == "vit":
        return t.ViTModel(t.ViTConfig(**photo))
    if kind == "siglip":
        words = {"vocab_size": 128, "hidden_size": 24, "max_position_embeddings": 20, "projection_size": 32, **layers}
        return t.SiglipModel(t.SiglipConfig(text_config=words, vision_config=photo))
    text = {"vocab_size": 128, "max_position_embeddings": 24, "hidden_size": 24, **layers}
    text |= {"bos_token_id": 126, "eos_token_id": 127, "pad_token_id": 0}
    return t.CLIPModel(t.CLIPConfig(text_config=text, vision_config=photo, projection_dim=16, initializer_factor=3.0))


def write_pieces(folder: Path) -> Path:
    """Write a tokenizer of SigLIP, sentence pieces of its own, into a model's folder, and return the folder."""
    from sentencepiece import SentencePieceTrainer
    from transformers import SiglipTokenizer

    learnt = [" ".join(WORDS), "enamel teapot with lid", "blue cotton shirt for men", "usb cable, red phone", LETTERS]
    SentencePieceTrainer.train(
        sentence_iterator=iter(learnt * 4),
        model_prefix=str(folder / "learnt"),
        vocab_size=100,
        hard_vocab_limit=False,
        minloglevel=2,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
    )
    SiglipTokenizer(str(folder / "learnt.model"), model_max_length=20).save_pretrained(folder)
    for left in folder.glob("learnt.*"):
        left.unlink()
    return folder


def write_torchvision(folder: Path, architecture: str, seed: int = 0) -> Path:
    """Write weights by torchvision's names for ``architecture``, and return their folder.

    They are drawn by numpy, so that what torchvision itself made of them can be kept in a test.
    """
    from safetensors.numpy import save_file

    random = np.random.default_rng(seed)
    tensors = {}
    for name, shape in _shapes(architecture):
        drawn = random.normal(size=shape) * (np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.1)
        if len(shape) == 1 and name.endswith(("weight", "var")):  # of norms
            drawn = np.abs(drawn) + 0.5
        tensors[name] = drawn.astype(np.float32)
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"architecture": f"torchvision/{architecture}"}))
    (folder / "README.md").write_text(CARD)
    return folder


def write_preprocessor(folder: Path, **told: object) -> Path:
    """Write how photos are taken, and return the folder."""
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    return folder


def _shapes(architecture: str) -> Shapes:
    if architecture in VGG:
        yield from _vgg(VGG[architecture])
    elif architecture == "vit_b_16":
        yield from _vit(128, 2)
    else:
        yield from _resnet(wide=architecture == "resnet50")


def _normed(conv: str, norm: str, shape: tuple[int, ...]) -> Shapes:
    yield f"{conv}.weight", shape
    for name in ("weight", "bias", "running_mean", "running_var"):
        yield f"{norm}.{name}", shape[:1]


def _resnet(*, wide: bool, width: int = 8) -> Shapes:
    yield from _normed("conv1", "bn1", (width, 3, 7, 7))
    channels = width
    for stage, depth in enumerate((3, 4, 6, 3) if wide else (2, 2, 2, 2)):
        inner = width * 2**stage
        out = 4 * inner if wide else inner
        for i in range(depth):
            block = f"layer{stage + 1}.{i}"
            sizes = (1, 3, 1) if wide else (3, 3)
            ends = [channels, *[inner] * (len(sizes) - 1), out]
            for j, size in enumerate(sizes):
                yield from _normed(f"{block}.conv{j + 1}", f"{block}.bn{j + 1}", (ends[j + 1], ends[j], size, size))
            if i == 0 and (stage or wide):
                yield from _normed(f"{block}.downsample.0", f"{block}.downsample.1", (out, channels, 1, 1))
            channels = out
    yield "fc.weight", (10, channels)
    yield "fc.bias", (10,)


def _vgg(layers: str, width: int = 8) -> Shapes:
    at, channels = 0, 3
    for layer in layers:
        if layer == "1":
            yield f"features.{at}.weight", (width, channels, 3, 3)
            yield f"features.{at}.bias", (width,)
            channels = width
        at += 2 if layer == "1" else 1
    yield "classifier.0.weight", (16, width * 49)
    yield "classifier.0.bias", (16,)


def _vit(width: int, depth: int) -> Shapes:
    yield "class_token", (1, 1, width)
    yield "conv_proj.weight", (width, 3, 16, 16)
    yield "conv_proj.bias", (width,)
    yield "encoder.pos_embedding", (1, 197, width)
    for i in range(depth):
        layer = f"encoder.layers.encoder_layer_{i}"
        for name, shape in (
            ("self_attention.in_proj_", (3 * width, width)),
            ("self_attention.out_proj.", (width, width)),
            ("mlp.0.", (2 * width, width)),
            ("mlp.3.", (width, 2 * width)),
        ):
            yield f"{layer}.{name}weight", shape
            yield f"{layer}.{name}bias", shape[:1]
        for norm in ("ln_1", "ln_2"):
            yield f"{layer}.{norm}.weight", (width,)
            yield f"{layer}.{norm}.bias", (width,)
    yield "encoder.ln.weight", (width,)
    yield "encoder.ln.bias", (width,)


def write_photos(folder: Path) -> list[Path]:
    """Write three noisy photos of different shapes, and return their paths."""
    paths = []
    folder.mkdir(parents=True, exist_ok=True)
    for i, (width, height) in enumerate([(90, 60), (50, 120), (64, 64)]):
        pixels = np.random.default_rng(i).integers(0, 255, (height // 10, width // 10, 3), dtype=np.uint8)
        paths.append(folder / f"{i}.png")
        Image.fromarray(pixels).resize((width, height)).save(paths[-1])
    return paths


def write_shop(folder: Path) -> Path:
    """Write a catalogue whose classes are told by words and by the colour of the photos, and return its file."""
    rows = ["id,title,photo,category"]
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    for i in range(12):
        for (name, colour), word in zip(COLOURS.items(), ("teapot", "cotton shirt", "usb cable"), strict=True):
            pixels = np.clip(random.normal(colour, 25, (48, 64, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{name}{i}.png")
            rows.append(f"{name}{i},{word} {i},{name}{i}.png,{word.title()}")
    path = folder / "shop.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path
