"""Draw the icons of the browser extension from the hub's own mark.

python tools/extension_icons.py

Needs Chromium, as the browser tests do.
"""

# ruff: noqa: INP001

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
MARK = ROOT / "src" / "switchhook" / "console" / "static" / "console" / "mark.svg"
SIZES = (16, 32, 48, 128)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

if __name__ == "__main__":
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            drawing = MARK.read_text().replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
            page.set_content(f"<style>*{{margin:0}}svg{{display:block}}</style>{drawing}")
            page.screenshot(path=ROOT / "extension" / "icons" / f"{size}.png", omit_background=True)
        browser.close()
