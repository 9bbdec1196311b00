"""The codes of errors, read off the source: no list of them has to be kept by hand."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Code", "error_codes"]

CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)*")
OTHERS = {
    "bundle-version": (
        "BundleError",
        "is of a version that this program does not read: use the one that wrote it",
        None,
    ),
    "card-unknown": ("InputError", "is no entry of a model card", None),
    "decision-missing": ("Decision", "is empty: a decision needs a class, who took it, when and why", None),
    "form-invalid": ("Problem", "the form cannot be read", 400),
    "method-unknown": ("Problem", "the path does not take this method", 405),
    "path-unknown": ("Problem", "there is no such path", 404),
    "photo-by-name": ("CatalogueError", "a service opens no file by name: send the photo itself", None),
    "photo-not-base64": ("Problem", "'image' is no base64", 422),
    "photo-not-used": ("InputError", "the model uses no photos: send the product without one", None),
    "photo-part-missing": ("Problem", "the form has no part …", 422),
    "photo-twice": ("Problem", "give the photo either in 'image' or in 'image_part'", 422),
    "reason-missing": ("Decision", "is empty", None),
    "reason-too-long": ("Decision", "has more characters than a reason may have", None),
    "sound-by-name": ("CatalogueError", "a service opens no file by name: send the sound itself", None),
    "sound-not-base64": ("Problem", "'audio' is no base64", 422),
    "sound-not-used": ("InputError", "the model uses no sounds: send the product without one", None),
    "sound-part-missing": ("Problem", "the form has no part …", 422),
    "sound-twice": ("Problem", "give the sound either in 'audio' or in 'audio_part'", 422),
    "threshold-unknown": ("InputError", "is the name of no figure", None),
    "when-missing": ("Decision", "is empty", None),
    "who-missing": ("Decision", "is empty", None),
    "who-too-long": ("Decision", "has more characters than a name may have", None),
}
"""Codes whose name or message the source puts together elsewhere than where it raises them."""

GROUPS = {"_FaultError": "Decision", "MomentError": "Decision", "refuse": "InputError", "check_keys": "InputError"}
"""Helpers by what they raise or record."""

RAISED = re.compile(
    r"Error$|^Problem$|^Rejection$|^_?refuse$|^check_keys$|^_FaultError$|^_(set_apart|reject)$|_cell$|_row$"
)
"""What is called with a code: exceptions, and the helpers that raise or record one."""


@dataclass(frozen=True)
class Code:
    """One code.

    Attributes
    ----------
    name : str
    group : str
        Name of what is raised or recorded; ``"Rejection"`` for cells and rows, ``"Decision"`` for lines of worklists.
    message : str
        As in the source, with an ellipsis for what differs; empty where it is made elsewhere.
    status : int or None
        Of HTTP, where the service alone has the code.
    """

    name: str
    group: str
    message: str
    status: int | None = None


def error_codes(package: Path) -> dict[str, Code]:
    """Return every code in the source.

    Parameters
    ----------
    package : Path
        Folder of the package.

    Returns
    -------
    dict of str to Code
        Sorted by name.
    """
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(package.rglob("*.py"))]
    places = _places(trees)
    found: dict[str, Code] = {}
    for tree in trees:
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for code in _in_function(function, places):
                    if code.name not in found or (code.message and not found[code.name].message):
                        found[code.name] = code
    said = json.loads((package / "strings" / "en.json").read_text(encoding="utf-8"))
    for key, text in said.items():
        if key.startswith("rejected."):
            name = key.removeprefix("rejected.")
            found[name] = Code(name, "Rejection", text)
    for name, (group, text, status) in OTHERS.items():
        found[name] = Code(name, group, text, status)
    return dict(sorted(found.items()))


def _places(trees: list[ast.Module]) -> dict[str, int]:
    """Return where functions and classes take a code among their positional arguments."""
    found = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                names = [a.arg for a in node.args.args if a.arg not in ("self", "cls")]
                if "code" in names and node.name != "__init__":
                    found[node.name] = names.index("code")
            elif isinstance(node, ast.ClassDef):
                fields = [
                    b.target.id for b in node.body if isinstance(b, ast.AnnAssign) and isinstance(b.target, ast.Name)
                ]
                for made in node.body:
                    if isinstance(made, ast.FunctionDef) and made.name == "__init__":
                        fields = [a.arg for a in made.args.args[1:]]
                if "code" in fields:
                    found[node.name] = fields.index("code")
    return found


def _in_function(function: ast.AST, places: dict[str, int]) -> Iterator[Code]:
    messages = ""
    for node in sorted(ast.walk(function), key=lambda n: (getattr(n, "lineno", 0), getattr(n, "col_offset", 0))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("message", "reason", "detail"):
                messages = _text(node.value)
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if RAISED.search(name):
                yield from _of_call(node, name, places, messages)


def _of_call(call: ast.Call, name: str, places: dict[str, int], message: str) -> Iterator[Code]:
    place = places.get(name, -1)
    given = [k.value for k in call.keywords if k.arg == "code"]
    given += call.args[place : place + 1] if place >= 0 else []
    others = [_text(a) for i, a in enumerate(call.args) if i != place and isinstance(a, ast.Constant | ast.JoinedStr)]
    said = max((text for text in others if " " in text), key=len, default=message)
    status = call.args[0].value if name == "Problem" and isinstance(call.args[0], ast.Constant) else None
    for value in given:
        for node in ast.walk(value):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                group = "BundleError" if name == "_refuse" else GROUPS.get(name, name)
                yield Code(node.value, group, said, status if isinstance(status, int) else None)


def _text(node: ast.expr) -> str:
    """Return a string as the source has it, with an ellipsis for what is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""
