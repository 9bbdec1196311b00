"""The same commands under several locales, with ``setlocale`` called, and what they print and write."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from prodcls.bundle import load_bundle
from sameness import Fit, Outcome, run

LOCALES = ("C", "de_DE.UTF-8", "tr_TR.UTF-8", "fa_IR.UTF-8")
SOURCES = Path("/usr/share/i18n/locales")


def why_not() -> str | None:
    """Return why locales cannot be made here, None where they can."""
    if shutil.which("localedef") is None or not (SOURCES / "de_DE").exists():
        return "localedef and the sources of locales (package locales) are not installed"
    return None


def made_locales(folder: Path) -> dict[str, str]:
    """Compile the locales into a folder, which takes no privilege, and return the environment that finds them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in LOCALES[1:]:
        language, _, encoding = name.partition(".")
        command = ["localedef", "-i", language, "-f", encoding, str(folder / name)]
        subprocess.run(command, capture_output=True, check=False)  # warns where a source is untidy
        assert (folder / name / "LC_NUMERIC").is_file(), name
    return {"LOCPATH": str(folder)}


def under(locale: str, places: Mapping[str, str]) -> dict[str, str]:
    return {**places, "LC_ALL": locale, "LANG": locale, "LANGUAGE": locale.partition("_")[0]}


def mixed(places: Mapping[str, str]) -> dict[str, str]:
    """Return the worst of all locales: German numbers, Turkish letters and order, Persian dates."""
    german, turkish, persian = LOCALES[1:]
    parts = {
        "LC_NUMERIC": german,
        "LC_MONETARY": german,
        "LC_CTYPE": turkish,
        "LC_COLLATE": turkish,
        "LC_TIME": persian,
    }
    return {**places, **parts, "LC_ALL": "", "LANG": german}


def outputs(
    fitted: Path, catalogue: Path, images: Path, env: Mapping[str, str], out: Path, *, brief: bool = False
) -> dict[str, str]:
    """Return the SHA-256 of what each command prints and writes, by its name; ``brief`` leaves out what takes long."""
    bundle, root = fitted / "bundle", ("--image-root", images)
    product = load_bundle(bundle).products.ids[0]
    why: tuple[str | Path, ...] = (bundle, product, *root, *(("--no-counterfactuals",) if brief else ()))
    out.mkdir(parents=True)
    told = {
        "predict": run("prodcls.predict", bundle, catalogue, "-o", "p.csv", *root, env=env, cwd=out),
        "why": run("prodcls.why", *why, "--lang", "zh", "--html", "why.html", env=env, cwd=out),
    }
    names = ["p.csv", "why.html"]
    if not brief:
        told["why --json"] = run("prodcls.why", *why, "--json", env=env)
        told["check"] = run("prodcls.check", catalogue, *root, "--json", "check.json", env=env, cwd=out)
        names.append("check.json")
    for lang in ("zh",) if brief else ("en", "zh"):
        run("prodcls.report", bundle, "--out", lang, "--lang", lang, env=env, cwd=out)
        names += [f"{lang}/audit.json", f"{lang}/audit.html"]
    told |= {name: (out / name).read_bytes() for name in names}
    return {name: hashlib.sha256(data).hexdigest() for name, data in told.items()}


def compared(fit: Fit, fitted: Path, out: Path, places: Mapping[str, str]) -> dict[str, list[str]]:
    """Return by locale which outputs, the fit among them, differ from those under C."""
    found: dict[str, list[str]] = {}
    expected: dict[str, str] = {}
    for name in LOCALES:
        env = under(name, places)
        differs = Outcome.of(fitted).differences(replace(fit, env=env).run(out / name / "fit"))
        told = outputs(fitted, fit.catalogue, fit.image_root, env, out / name / "outputs")
        expected = expected or told
        found[name] = [*differs, *(what for what in expected if told[what] != expected[what])]
    return found
