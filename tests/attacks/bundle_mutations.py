"""Ways to damage a bundle, blindly and with aim: each gives the files of another folder, and says what it did."""

from __future__ import annotations

import io
import json
import random
import re
import struct
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Files = dict[str, bytes]
Mutation = Callable[[Files, random.Random], Files]

ODD = (
    "0",
    "-1",
    "1",
    "2147483647",
    "-2147483648",
    "99999999999999999999",
    "nan",
    "inf",
    "-inf",
    "1e999",
    "",
    "x",
    "0x1",
)
HOSTILE: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, 1e308, float("nan"), "", "x" * 5000, "\ud800", "../../etc/passwd", "__import__('os')"),
    *([], {}, [[]], {"class": "Popen", "value": "sh"}, {"__reduce__": "os.system"}, [1, "a", None]),
)


def _one(files: Files, rng: random.Random, change: Callable[[bytes, random.Random], bytes]) -> Files:
    # Every file has the same chance: the manifest names them in any order, and the smallest are read first.
    name = rng.choice([n for n in sorted(files) if files[n]])
    return {**files, name: change(files[name], rng)}


def flipped(files: Files, rng: random.Random) -> Files:
    def change(data: bytes, rng: random.Random) -> bytes:
        found = bytearray(data)
        for _ in range(rng.choice((1, 1, 1, 2, 8, 64))):
            found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
        return bytes(found)

    return _one(files, rng, change)


def cut(files: Files, rng: random.Random) -> Files:
    return _one(files, rng, lambda data, rng: data[: rng.randrange(len(data))])


def inserted(files: Files, rng: random.Random) -> Files:
    def change(data: bytes, rng: random.Random) -> bytes:
        place, size = rng.randrange(len(data) + 1), rng.choice((1, 2, 8, 300))
        return data[:place] + rng.choice((bytes(size), rng.randbytes(size), data[:size])) + data[place:]

    return _one(files, rng, change)


def removed(files: Files, rng: random.Random) -> Files:
    def change(data: bytes, rng: random.Random) -> bytes:
        place = rng.randrange(len(data))
        return data[:place] + data[place + rng.choice((1, 2, 8, 300)) :]

    return _one(files, rng, change)


def overwritten(files: Files, rng: random.Random) -> Files:
    def change(data: bytes, rng: random.Random) -> bytes:
        place, size = rng.randrange(len(data)), rng.choice((4, 8, 64))
        return data[:place] + rng.choice((bytes(size), b"\xff" * size, rng.randbytes(size))) + data[place + size :]

    return _one(files, rng, change)


def swapped(files: Files, rng: random.Random) -> Files:
    a, b = rng.sample(sorted(files), 2)
    return {**files, a: files[b], b: files[a]}


def one_lost(files: Files, rng: random.Random) -> Files:
    gone = rng.choice(sorted(files))
    return {name: data for name, data in files.items() if name != gone}


def one_more(files: Files, rng: random.Random) -> Files:
    name = rng.choice(("model.pkl", "booster.json", "z.txt", "report.json", "arrays.npz"))
    return {**files, name: rng.choice((b"", b"cposix\nsystem\n", next(iter(files.values()))))}


def in_json(files: Files, rng: random.Random) -> Files:
    """Put something hostile somewhere into the configuration or the vocabulary."""
    name = rng.choice([n for n in ("config.json", "config.json", "vocabulary.json") if n in files])
    tree = json.loads(files[name])
    node: Any = tree
    while isinstance(node, dict | list) and node:
        key = rng.choice(list(node) if isinstance(node, dict) else range(len(node)))
        if not (isinstance(node[key], dict | list) and node[key] and rng.random() < 0.85):
            how = rng.randrange(4)
            if how == 0 and isinstance(node, dict):
                del node[key]
            elif how == 1 and isinstance(node, dict):
                node[rng.choice(("x", "class", "__class__", ""))] = node[key]
            else:
                node[key] = rng.choice(HOSTILE)
            break
        node = node[key]
    return {**files, name: json.dumps(tree).encode()}


def json_keys_twice(files: Files, rng: random.Random) -> Files:
    text = files["config.json"].decode()
    places = [m.start() for m in re.finditer(r'"[a-z_]+": ', text)]
    place = rng.choice(places)
    key = text[place : text.index(":", place)]
    return {**files, "config.json": f"{text[:place]}{key}: {json.dumps(rng.choice(HOSTILE))}, {text[place:]}".encode()}


def json_deep(files: Files, rng: random.Random) -> Files:
    name = rng.choice(("config.json", "vocabulary.json"))
    size = rng.choice((2000, 100_000))
    return {**files, name: rng.choice((b"[" * size, b'{"a":' * size, b"[" * size + b"]" * size))}


def in_header(files: Files, rng: random.Random) -> Files:
    """Lie in the header of a file of arrays: types, shapes, places, its own length."""
    name = rng.choice([n for n in files if n.endswith(".safetensors")])
    data = files[name]
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    entries = [key for key in header if key != "__metadata__"]
    if entries:
        entry = header[rng.choice(entries)]
        way = rng.randrange(5)
        if way == 0:
            entry["dtype"] = rng.choice(("F64", "F32", "F16", "BF16", "I64", "I8", "U8", "BOOL", "F8_E4M3", "X"))
        elif way == 1:
            entry["shape"] = rng.choice(([0], [1 << 62, 4], [-1], [1, *entry["shape"]], entry["shape"][::-1], [], "x"))
        elif way == 2:
            entry["data_offsets"] = rng.choice(([0, 0], [0, 1 << 60], [8, 0], [-8, 8], [0, len(data)], "x"))
        elif way == 3:
            key = rng.choice(entries)
            header[rng.choice(("/x", key + "/", "../" + key))] = header.pop(key)
    text = json.dumps(header).encode()
    told = len(text) if rng.random() < 0.8 else rng.choice((0, 1, len(text) - 1, 1 << 31, 1 << 62, (1 << 64) - 1))
    return {**files, name: struct.pack("<Q", told) + text + data[8 + length :]}


def in_arrays(files: Files, rng: random.Random) -> Files:
    """Change the numbers of an array and leave its header."""
    name = rng.choice([n for n in files if n.endswith(".safetensors") and len(files[n]) > 200])
    data = bytearray(files[name])
    start = 8 + struct.unpack("<Q", data[:8])[0]
    for _ in range(rng.choice((1, 1, 20))):
        if start + 8 < len(data):
            place = start + 8 * rng.randrange((len(data) - start) // 8)
            value = rng.choice((float("nan"), float("inf"), -1.0, 0.0, 1e308, 5e-324, rng.gauss(0, 1)))
            data[place : place + 8] = rng.choice((struct.pack("<d", value), rng.randbytes(8), struct.pack("<q", -1)))
    return {**files, name: bytes(data)}


def sized(text: str) -> str:
    """Make the lengths of trees right again."""
    trees = re.findall(r"^Tree=.*?\n\n\n", text, re.DOTALL | re.MULTILINE)
    return re.sub(r"tree_sizes=.*", "tree_sizes=" + " ".join(str(len(tree)) for tree in trees), text, count=1)


def in_trees(files: Files, rng: random.Random) -> Files:
    """Change one number of one tree, or of the head of the text, and mostly make the lengths right again."""
    text = files["booster.txt"].decode()
    lines = text[: text.index("end of trees")].split("\n")
    line = rng.choice([i for i, found in enumerate(lines) if re.match(r"[a-z_]+=.", found)])
    key, _, told = lines[line].partition("=")
    values = told.split(" ")
    place = rng.randrange(len(values))
    way = rng.randrange(6)
    if way == 0:
        values[place] = rng.choice(ODD)
    elif way == 1:
        values[place] = rng.choice(values)
    elif way == 2:
        values.insert(place, rng.choice((*ODD, *values)))
    elif way == 3:
        del values[place]
    elif way == 4:
        rng.shuffle(values)
    else:
        values[place] = str(rng.randrange(-16, 16))
    lines[line] = f"{key}={' '.join(values)}"
    changed = "\n".join(lines) + text[text.index("end of trees") :]
    return {**files, "booster.txt": (sized(changed) if rng.random() < 0.9 else changed).encode()}


def a_circle(files: Files, rng: random.Random) -> Files:
    """Let a child of a tree point back or to itself, which few or all products may reach."""
    text = files["booster.txt"].decode()
    found = rng.choice(list(re.finditer(r"^(?:left|right)_child=(.+)$", text, re.MULTILINE)))
    values = found[1].split(" ")
    place = rng.randrange(len(values))
    values[place] = str(rng.randrange(place + 1))
    return {**files, "booster.txt": sized(text[: found.start(1)] + " ".join(values) + text[found.end(1) :]).encode()}


def other_leaves(files: Files, rng: random.Random) -> Files:
    """Exchange values of leaves, which only canaries can notice."""
    text = files["booster.txt"].decode()
    found = rng.choice(list(re.finditer(r"^leaf_value=(.+ .+)$", text, re.MULTILINE)))
    values = found[1].split(" ")
    rng.shuffle(values)
    return {**files, "booster.txt": (text[: found.start(1)] + " ".join(values) + text[found.end(1) :]).encode()}


def in_products(files: Files, rng: random.Random) -> Files:
    """Write another table of products: types, nulls, columns, rows, cells."""
    table = pq.ParquetFile(io.BytesIO(files["catalogue.parquet"]), pre_buffer=False).read(use_threads=False)
    name = rng.choice(table.column_names)
    i, n = table.column_names.index(name), table.num_rows
    way = rng.randrange(7)
    if way == 0:
        table = table.drop_columns([name])
    elif way == 1:
        kinds = (pa.int32(), pa.float64(), pa.string(), pa.binary(), pa.bool_(), pa.list_(pa.string()), pa.date32())
        table = table.set_column(i, name, pa.nulls(n, rng.choice(kinds)))
    elif way == 2:
        table = table.set_column(i, name, pa.array([rng.choice(("../../etc/passwd", "/etc/passwd", "x\0y", "=1"))] * n))
    elif way == 3:
        table = table.slice(0, rng.randrange(n))
    elif way == 4:
        table = pa.concat_tables([table, table])
    elif way == 5:
        table = table.append_column(rng.choice((name, "text:", "present:x", "account:x")), table[name])
    else:
        table = table.set_column(i, name, pa.array([rng.choice((float("nan"), float("inf"), -1e308))] * n))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return {**files, "catalogue.parquet": sink.getvalue()}


def many_rows(files: Files, rng: random.Random) -> Files:
    """Write few bytes that stand for very many rows, or for a long cell very often."""
    rows, length = rng.choice(((5_000_000, 1), (500_000, 100_000), (2000, 1_000_000)))
    return {**files, "catalogue.parquet": _bomb(rows, length)}


@cache
def _bomb(rows: int, length: int) -> bytes:
    sink = io.BytesIO()
    words = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array(["x" * length]))
    pq.write_table(pa.table({"id": words, "label": words}), sink, store_schema=False)
    return sink.getvalue()


BLIND: dict[str, Mutation] = {
    "bits flipped": flipped,
    "cut short": cut,
    "bytes inserted": inserted,
    "bytes removed": removed,
    "bytes overwritten": overwritten,
    "files swapped": swapped,
    "a file lost": one_lost,
    "a file more": one_more,
}
AIMED: dict[str, Mutation] = {
    "values of JSON": in_json,
    "keys of JSON twice": json_keys_twice,
    "JSON too deep": json_deep,
    "headers of arrays": in_header,
    "numbers of arrays": in_arrays,
    "numbers of trees": in_trees,
    "circles in trees": a_circle,
    "leaves exchanged": other_leaves,
    "products": in_products,
    "rows without end": many_rows,
}
