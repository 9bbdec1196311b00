"""Take the pictures of the example reports: ``python tools/screenshots.py`` renews ``reports/screens``.

Both languages, three widths, light and dark, and the first sheet as it is printed. Needs Chromium and its driver.
"""

from __future__ import annotations

import base64
import io
import itertools
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from selenium import webdriver

REPORTS = Path(__file__).resolve().parents[1] / "reports"
SCREENS = REPORTS / "screens"
WIDTHS = {360: 780, 768: 1024, 1440: 900}
"""Heights of the pictures by width, CSS pixels: a phone, a tablet, a laptop."""

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


def take(browser: webdriver.Chrome, page: Path, size: tuple[int, int], scheme: str, media: str, out: Path) -> None:
    """Save what is seen of a page first, in few colours."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    browser.get(page.as_uri())
    taken = base64.b64decode(browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"])
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)


def main() -> None:
    """Take all pictures."""
    SCREENS.mkdir(exist_ok=True)
    for old in SCREENS.glob("*.png"):
        old.unlink()
    with TemporaryDirectory(prefix="prodcls-browser-") as profile:
        browser = open_browser(profile)
        try:
            for lang, (width, height), scheme in itertools.product(("en", "zh"), WIDTHS.items(), ("light", "dark")):
                page = REPORTS / lang / "audit.html"
                take(browser, page, (width, height), scheme, "", SCREENS / f"audit-{lang}-{width}-{scheme}.png")
            for lang in ("en", "zh"):
                take(
                    browser, REPORTS / lang / "audit.html", SHEET, "light", "print", SCREENS / f"audit-{lang}-print.png"
                )
                product = min((REPORTS / lang / "products").glob("D*.html"))
                take(browser, product, (1440, 1600), "light", "", SCREENS / f"product-{lang}-1440.png")
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
