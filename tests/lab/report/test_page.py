"""The page of a run: read as a browser reads it, and in one where there is one."""

import asyncio
import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from alignscope.lab.report import page
from alignscope.lab.row import Row
from alignscope.lab.summary.rows import Rows
from alignscope.lab.summary.tally import Tally
from tests.lab import runs
from tests.sessions.recorded import NASTY

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = f"</script><!--<script><b>&amp;\u2028\u202e]]>{NASTY}"


class Page(HTMLParser):
    """The tags of a page, what its scripts hold, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.text = ""
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "data", "style")]
        self._script = tag == "script"
        if self._script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[-1] += data
        else:
            self.text += data


def written(path: Path, every: list[Row], **options: Any) -> str:
    tally = Tally(Rows(runs.folder(path, every)))
    return "".join(page.write(tally, tally.summary(), **options))


def test_the_page_loads_nothing_and_runs_its_own_script_only(tmp_path: Path) -> None:
    text = written(tmp_path, runs.made_up(12, 3))
    found = Page(text)
    data, script = found.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}';" in text
    assert not {"img", "link", "iframe", "object", "form", "base"} & set(found.tags)
    assert all(link.startswith(("#", "width: ")) for link in found.links)
    assert not re.search(r"url\(|@import|https?://", text)
    assert len(json.loads(data)["rows"]) == 72


def test_figures_stand_with_n_interval_and_how_they_were_computed(tmp_path: Path) -> None:
    text = Page(written(tmp_path, runs.made_up(12, 3))).text
    tally = Tally(Rows(tmp_path))
    for each in tally.summary().measures:
        assert each.formula in text and each.caveat in text and each.source in text
    assert "12 prompts · 36 replies" in text
    assert "Intervals are of 95 %" in text and "all are exploratory" in text
    assert "embedded" in text and "twin:latest" in text and '[{"role":"user","content":"What is a lamp?"}]' in text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    fields = {"prompt_id": HOSTILE, "set": HOSTILE, "category": HOSTILE, "prompt": HOSTILE, "text": HOSTILE}
    more = {"error": HOSTILE, "thinking": HOSTILE, "sent": HOSTILE, "model": HOSTILE, "server": HOSTILE}
    more |= {"entry": HOSTILE, "frame": HOSTILE, "sampling": HOSTILE, "digest": HOSTILE}
    text = written(tmp_path, [runs.row(**fields, **more, options={HOSTILE: HOSTILE}), runs.chat(**fields)])
    found = Page(text)
    assert len(found.scripts) == 2 and "b" not in found.tags
    assert not set(text) & {"\x1b", "\x07", "\r", "\u202e", "\u2028", "\x00"}
    data, _ = found.scripts
    row = next(row for row in json.loads(data)["rows"] if row[2] == 0)
    assert "</script><!--<script><b>&amp;" in row[6] and "</script>" not in data


def test_all_text_comes_back_from_the_rows(tmp_path: Path) -> None:
    every = runs.made_up(10, 2)
    data = json.loads(Page(written(tmp_path, every)).scripts[0])
    at = {name: place for place, name in enumerate(data["columns"])}
    read = {
        (row[at["prompt_id"]], data["arms"][row[at["model"]]]["label"], row[at["sample"]]): row for row in data["rows"]
    }
    assert len(read) == len(every)
    for row in every:
        found = read[row.prompt_id, row.entry, row.sample]
        assert [found[at[name]] for name in ("text", "prompt", "tokens", "error")] == [
            row.text, row.prompt, row.tokens, row.error,
        ]  # fmt: skip


def test_a_page_holds_so_many_rows_and_says_so(tmp_path: Path) -> None:
    text = written(tmp_path, runs.made_up(12, 3), most_rows=10)
    assert len(json.loads(Page(text).scripts[0])["rows"]) == 10
    assert "The first 10 of 72 rows; samples.jsonl holds them all." in text


def test_rows_are_seen_without_scripts(tmp_path: Path) -> None:
    text = written(tmp_path, [runs.row(text="\nA lamp."), runs.chat(text="", error="it is busy")])
    [plain] = re.findall(r"<noscript>.*?</noscript>", text, re.DOTALL)
    assert "<pre>\n\nA lamp.</pre>" in plain, "with its first line break"
    assert '<p class="error">it is busy</p>' in plain


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
async def test_a_browser_draws_rows_on_demand(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(written(tmp_path / "run", runs.made_up(50, 10)), "utf-8")
    process = await asyncio.create_subprocess_exec(
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom", (tmp_path / "report.html").as_uri(),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    out, _ = await process.communicate()
    shown = out.decode()
    assert "1,000 of 1,000" in shown and "900 more" in shown
    assert shown.count('<tr class="row"') == 100
    assert '<div id="scripted">' in shown
