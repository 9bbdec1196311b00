"""Take the pictures of the example reports and of the service in ``reports/screens``: ``python tools/screenshots.py``.

Both languages, three widths, light and dark, and the first sheet as it is printed; of the pages of the service two
widths. Needs Chromium and its driver, and the bundle of ``make examples``.
"""

from __future__ import annotations

import base64
import io
import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO, cast
from urllib.parse import quote

from PIL import Image
from selenium import webdriver

from prodcls.demo import write_demo

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "reports"
SCREENS = REPORTS / "screens"
WIDTHS = {360: 780, 768: 1024, 1440: 900}
"""Heights of the pictures by width, CSS pixels: a phone, a tablet, a laptop."""

SERVICE = {390: 844, 1440: 1000}
"""The same for the pages of the service: they are looked at on phones and desks."""

PRODUCT = "D0037"
"""What the pages of one product show."""

SERVED = ROOT / "out" / "examples" / "bundle"
MADE_OF = SCREENS / "serve.sha256"
"""Tells what the pictures of the service were made of."""

SHEET = (794, 1123)
"""A4 at 96 pixels an inch."""

COLOURS = 128
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def open_browser(profile: str) -> webdriver.Chrome:
    """Return a browser without window; stops where there is none."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        sys.exit("chromium or chromedriver is not installed (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))


def take(browser: webdriver.Chrome, page: str, size: tuple[int, int], scheme: str, media: str, out: Path) -> None:
    """Save what is seen of a page first, in few colours."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    browser.get(page)
    taken = base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)


def sources() -> str:
    """Return the digest of what the pages of the service are made of."""
    package = ROOT / "src" / "prodcls"
    found = sha256()
    for path in sorted((package / "templates").glob("serve*")):
        found.update(path.read_bytes())
    for lang in ("en", "zh"):
        texts = json.loads((package / "strings" / f"{lang}.json").read_text(encoding="utf-8"))
        found.update(json.dumps({name: text for name, text in texts.items() if name.startswith("serve.")}).encode())
    return found.hexdigest()


@contextmanager
def service(folder: Path) -> Iterator[str]:
    """Serve the example bundle, with a queue of what it is unsure of in the demo, and yield its address."""
    catalogue, scored = write_demo(folder), folder / "scored.parquet"
    run = (sys.executable, "-m")
    subprocess.run([*run, "prodcls.predict", str(SERVED), str(catalogue), "-o", str(scored)], check=True)  # noqa: S603 - our own
    given = ("--review", str(scored), "--overrides", str(folder / "o.jsonl"), "--catalogue", str(catalogue))
    command = [*run, "prodcls.serve", str(SERVED), "--port", "0", "--image-root", str(folder), *given]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        lines = cast("TextIO", process.stderr)
        yield next(line for line in lines if "http://" in line).split()[-1]
        process.terminate()


def service_pages(browser: webdriver.Chrome, address: str) -> dict[str, str]:
    """Return the addresses of the pages by the names of their pictures."""
    browser.get(f"{address}/review?lang=en")
    first = browser.find_element("css selector", ".hits tbody a").get_attribute("href") or ""
    pages = {
        "search": "/?q=vacuum",
        "product": f"/product?id={quote(PRODUCT)}",
        "try": f"/try?origin={quote(PRODUCT)}",
        "review": "/review?",
        "decide": first.removeprefix(address).removesuffix("&lang=en"),
        "model": "/model?",
    }
    return {name: f"{address}{path}" for name, path in pages.items()}


def take_service(browser: webdriver.Chrome) -> None:
    """Take the pictures of the pages of the service."""
    with TemporaryDirectory(prefix="prodcls-service-") as folder, service(Path(folder)) as address:
        pages = service_pages(browser, address)
        for (name, page), lang, size in itertools.product(pages.items(), ("en", "zh"), SERVICE.items()):
            take(browser, f"{page}&lang={lang}", size, "light", "", SCREENS / f"serve-{name}-{lang}-{size[0]}.png")
    MADE_OF.write_text(f"{sources()}\n", encoding="utf-8")


def main() -> None:
    """Take all pictures."""
    SCREENS.mkdir(exist_ok=True)
    for old in SCREENS.glob("*.png"):
        old.unlink()
    with TemporaryDirectory(prefix="prodcls-browser-") as profile:
        browser = open_browser(profile)
        try:
            for lang, (width, height), scheme in itertools.product(("en", "zh"), WIDTHS.items(), ("light", "dark")):
                page = (REPORTS / lang / "audit.html").as_uri()
                take(browser, page, (width, height), scheme, "", SCREENS / f"audit-{lang}-{width}-{scheme}.png")
            for lang in ("en", "zh"):
                page = (REPORTS / lang / "audit.html").as_uri()
                take(browser, page, SHEET, "light", "print", SCREENS / f"audit-{lang}-print.png")
                product = min((REPORTS / lang / "products").glob("D*.html"))
                take(browser, product.as_uri(), (1440, 1600), "light", "", SCREENS / f"product-{lang}-1440.png")
            take_service(browser)
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
