"""Encoders that are ONNX files: as they say, in words and regions, and refused where they are more than numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import onnx_factory as factory
from photo_factory import write_photos, write_preprocessor
from prodcls.encoders import image_encoder, text_encoder
from prodcls.encoders.conformance import conformance
from prodcls.encoders.folder_files import SEARCH_VARIABLE
from prodcls.encoders.inner import has_module, integrate, prepared
from prodcls.encoders.listing import listed
from prodcls.encoders.onnx_encoder import OnnxEncoder
from prodcls.encoders.onnx_file import checked_model
from prodcls.encoders.onnx_folder import read_onnx_folder
from prodcls.errors import InputError

TEXTS = ["Enamel teapot with lid", "搪瓷茶壶", "usb cable, 1.2", "blue cotton shirt for men " * 12]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("models")
    factory.write_photo_map(root / "photo-map")
    factory.write_photo_vector(root / "photo-vector")
    factory.write_text_states(root / "text-states", max_tokens=32)
    factory.write_text_states(root / "text-first", pooling="cls")
    factory.write_text_vector(root / "text-vector")
    return root


@pytest.fixture(autouse=True)
def found(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEARCH_VARIABLE, str(models))


@pytest.mark.parametrize("name", ["photo-map", "photo-vector", "text-states", "text-first", "text-vector"])
def test_it_conforms(name: str) -> None:
    checks = conformance(name)
    assert [check for check in checks if not check.holds] == []
    exact = name in ("photo-map", "text-states")
    assert checks[-1].found == ("exact" if exact else f"by leaving {'words' if 'text' in name else 'regions'} out")


def test_they_are_listed_with_size_limit_and_licence(models: Path) -> None:
    lines = {one.name.partition("@")[0]: one.line for one in listed() if "-" in one.name}
    size = (models / "photo-map" / "model.onnx").stat().st_size
    assert lines["photo-map"].endswith(f"image, 6 numbers, en, 32 x 32 pixels, {size / 1000:.1f} kB, mit")
    assert ": text, 6 numbers, en, 32 tokens, " in lines["text-states"]


def test_a_photos_regions_are_the_output_itself(models: Path, tmp_path: Path) -> None:
    photos = write_photos(tmp_path)
    encoder = image_encoder("photo-map")
    weights = onnx.numpy_helper.to_array(onnx.load(models / "photo-map" / "model.onnx").graph.initializer[0])
    for parts, path in zip(encoder.encode_parts(photos), photos, strict=True):
        assert isinstance(encoder, OnnxEncoder)
        pixels = encoder.folder.pixels
        numbers = (encoder.prepare(path).value - np.array(pixels.mean)) / np.array(pixels.std)
        cut = numbers.reshape(4, 8, 4, 8, 3).transpose(0, 2, 4, 1, 3).reshape(16, -1)
        np.testing.assert_allclose(parts.vectors * 16, np.maximum(cut @ weights.reshape(6, -1).T, 0), atol=1e-3)


def test_texts_are_cut_where_it_is_told() -> None:
    encoder = text_encoder("text-states")
    assert encoder.encode(TEXTS).read_share.tolist()[:3] == [1, 1, 1]
    assert encoder.encode(TEXTS).read_share[3] < 1
    assert isinstance(encoder, OnnxEncoder)
    assert len(encoder.prepare(TEXTS[3]).value) == 32


def test_whatever_the_runtime_it_is_run_by_onnx_runtime() -> None:
    one, other = text_encoder("text-vector", "torch"), text_encoder("text-vector", "openvino-bf16")
    assert one.identity == other.identity
    np.testing.assert_array_equal(one.encode(TEXTS).vectors, other.encode(TEXTS).vectors)


def test_there_is_no_module_to_look_into() -> None:
    encoder = text_encoder("text-vector")
    assert not has_module(encoder)
    assert prepared(encoder, "teapot") is None
    assert integrate(encoder, np.zeros(3, dtype=np.int64), np.ones(6), 4) is None


def test_a_token_that_it_does_not_know_is_an_error_and_no_end(models: Path, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(models / "text-vector", tmp_path / "odd"))
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    told["model"]["vocab"]["teapot"] = 5000
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(InputError, match="does not run") as caught:
        OnnxEncoder(read_onnx_folder(folder)).encode(["teapot"])
    assert caught.value.code == "encoder-unusable"


def node(kind: str, *inputs: str, out: str = "found", **more: object) -> onnx.NodeProto:
    return helper.make_node(kind, list(inputs), [out], **more)


def body() -> onnx.GraphProto:
    """A step of a loop that never ends by itself."""
    true = helper.make_node("Identity", ["go"], ["again"])
    inputs = [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("go", 9, [])]
    return helper.make_graph([true], "body", inputs, [helper.make_tensor_value_info("again", 9, [])])


def nested(depth: int) -> onnx.GraphProto:
    inner = [] if depth == 0 else [helper.make_node("If", ["c"], ["o"], then_branch=nested(depth - 1))]
    return helper.make_graph(inner, "inner", [], [])


def outside() -> onnx.TensorProto:
    tensor = factory.drawn("filters", 6, 3, 8, 8)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../secret"
    return tensor


REFUSED: dict[str, tuple[list[onnx.NodeProto], dict[str, object], str]] = {
    "foreign": ([node("Evil", "pixel_values", domain="evil")], {"domains": ("", "evil")}, "none of ONNX's own"),
    "microsoft": ([node("Gelu", "pixel_values", domain="com.microsoft")], {"domains": ("", "com.microsoft")}, "own"),
    "unknown": ([node("Evil", "pixel_values")], {}, "does not have"),
    "loop": ([node("Loop", "", "yes", body=body(), out="")], {}, "for ever"),
    "drawn": ([node("RandomNormalLike", "pixel_values")], {}, "draws numbers"),
    "outside": ([node("Conv", "pixel_values", "filters")], {"tensors": [outside()]}, "another file"),
    "constant": ([node("Constant", value=outside())], {}, "another file"),
    "deep": ([node("If", "c", then_branch=nested(9))], {}, "deep"),
    "branch": (
        [node("If", "c", then_branch=helper.make_graph([node("RandomUniform", shape=[1])], "b", [], []))],
        {},
        "draws numbers",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_more_than_numbers_is_refused_before_it_runs(tmp_path: Path, name: str) -> None:
    nodes, more, reason = REFUSED[name]
    folder = factory.write_onnx(tmp_path / name, "image", nodes, **more)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=reason) as caught:
        checked_model(folder / "model.onnx")
    assert caught.value.code == "encoder-unusable"


def test_operators_that_it_defines_itself_are_refused(models: Path, tmp_path: Path) -> None:
    model = onnx.load(models / "photo-map" / "model.onnx")
    model.functions.add().name = "Mine"
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(InputError, match="functions"):
        checked_model(tmp_path / "model.onnx")


@pytest.mark.parametrize("data", [b"", b"\x00" * 40, b"\xff" * 40, b"PK\x03\x04"])
def test_what_is_no_onnx_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.onnx").write_bytes(data)
    with pytest.raises(InputError) as caught:
        checked_model(tmp_path / "model.onnx")
    assert caught.value.code == "encoder-unusable"


def test_a_file_that_is_too_large_is_refused(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prodcls.encoders.onnx_file.MOST_BYTES", 100)
    with pytest.raises(InputError, match="more than 100 bytes"):
        checked_model(models / "photo-map" / "model.onnx")


def _flooding(folder: Path) -> Path:
    """A file of 400 bytes that asks for 8 TB."""
    size = onnx.numpy_helper.from_array(np.array([1, 2 * 10**12]), "size")
    return factory.write_onnx(folder, "image", [node("ConstantOfShape", "size")], tensors=[size])


def _square(folder: Path) -> Path:
    return factory.write_onnx(folder, "image", [node("ReduceMean", "pixel_values", axes=[1], keepdims=0)])


def _nan(folder: Path) -> Path:
    nodes = [node("ReduceMean", "pixel_values", axes=[2, 3], keepdims=0, out="m"), node("Sub", "m", "m", out="z")]
    return factory.write_onnx(folder, "image", [*nodes, node("Div", "z", "z")])


def _broken(folder: Path) -> Path:
    return factory.write_onnx(folder, "image", [node("Flatten", "nothing")])


def _whole_numbers(folder: Path) -> Path:
    return factory.write_onnx(folder, "image", [node("Identity", "input_ids")], inputs=factory.ids_inputs("input_ids"))


def _other_input(folder: Path) -> Path:
    return factory.write_onnx(folder, "text", [node("Identity", "a")], inputs=factory.ids_inputs("input_ids", "a"))


def _two_outputs(folder: Path) -> Path:
    nodes = [node("GlobalAveragePool", "pixel_values", out=out) for out in ("a", "b")]
    return factory.write_onnx(folder, "image", nodes, outputs=("a", "b"))


def _too_long(folder: Path) -> Path:
    return factory.write_text_states(folder, max_tokens=100_000)


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (_flooding, "too much|does not run"),
        (_square, r"\(1, 32, 32\)"),
        (_nan, "finite"),
        (_broken, "does not run"),
        (_whole_numbers, "not all of float32"),
        (_other_input, "are known"),
        (_two_outputs, "there: a, b"),
        (_too_long, "max_tokens"),
    ],
)
def test_what_gives_no_vectors_is_refused(tmp_path: Path, write: Callable[[Path], Path], reason: str) -> None:
    folder = write(tmp_path / "odd")
    with pytest.raises(InputError, match=reason) as caught:
        read_onnx_folder(folder)
    assert caught.value.code == "encoder-unusable"


def test_a_file_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prodcls.encoders.onnx_trial.CPU_SECONDS", 0.5)
    side = onnx.numpy_helper.from_array(np.array([3000, 3000]), "side")
    nodes = [
        node("ConstantOfShape", "side", out="m0"),
        *(node("MatMul", f"m{i}", "m0", out=f"m{i + 1}") for i in range(99)),
    ]
    folder = factory.write_onnx(tmp_path / "slow", "image", nodes, outputs=("m99",), tensors=[side])
    with pytest.raises(InputError, match="too long"):
        read_onnx_folder(folder)


def test_the_square_is_that_of_the_preprocessor(models: Path, tmp_path: Path) -> None:
    import shutil

    folder = write_preprocessor(Path(shutil.copytree(models / "photo-map", tmp_path / "odd")), size=64)
    with pytest.raises(InputError, match="does not run"):  # the file itself says 32
        read_onnx_folder(folder)


def test_a_folder_without_the_file_is_told_what_to_do(models: Path, tmp_path: Path) -> None:
    import shutil

    folder = Path(shutil.copytree(models / "photo-map", tmp_path / "odd"))
    (folder / "model.onnx").unlink()
    with pytest.raises(InputError, match=r"no model\.onnx") as caught:
        read_onnx_folder(folder)
    assert caught.value.code == "encoder-incomplete"
