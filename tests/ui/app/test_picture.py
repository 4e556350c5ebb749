"""Pictures of the screen, read as a browser lays them out."""

from pathlib import Path
from xml.etree import ElementTree

from textual.widgets import Static

from alignscope.export import FORMATS
from alignscope.text.clean import cell_width
from alignscope.ui.picture import screen_svg
from alignscope.ui.screens.library.export import ExportScreen, export
from tests.sessions.recorded import session, two_turns
from tests.ui.screens.host import Host, screen_text
from tests.waiting import until

CELL = 12.2
"""Width of a cell in Rich's pictures."""
TEXT = "私の趣味は <時計> & 900円 e\u0301 ☀\ufe0f 👩\u200d👩\u200d👧 x\n\nplain  words"


async def laid_out(text: str, *, simplify: bool = False) -> tuple[list[str], list[str]]:
    """What the terminal shows, and the rows of the picture, whose every text has as many cells as in a terminal."""
    app = Host(lambda: Static(text, markup=False))
    async with app.run_test(size=(60, 5)) as pilot:
        await pilot.pause()
        root = ElementTree.fromstring(screen_svg(app, "a <b> & c", simplify=simplify))
        shown = [row.rstrip() for row in screen_text(app).splitlines()]
    rows: dict[float, str] = {}
    title, *texts = root.iter("{http://www.w3.org/2000/svg}text")
    assert title.text == "a\xa0<b>\xa0&\xa0c"
    for each in texts:
        drawn = (each.text or "").replace("\xa0", " ")
        assert round(float(each.attrib["textLength"]) / CELL, 3) == cell_width(drawn)
        widths = {cell_width(character) for character in drawn if cell_width(character)}
        assert len(widths) == 1 or "\u200d" in drawn or "\ufe0f" in drawn or "\u0301" in drawn, (
            "pieces are of one width"
        )
        before = rows.get(float(each.attrib["y"]), "")
        column = round(float(each.attrib["x"]) / CELL, 3)
        assert column >= cell_width(before), "nothing lies over anything"
        rows[float(each.attrib["y"])] = before + " " * int(column - cell_width(before)) + drawn
    return [row for row in shown if row], [row.rstrip() for _, row in sorted(rows.items()) if row.strip()]


async def test_wide_characters_lie_in_their_cells() -> None:
    for simplify in (False, True):
        shown, drawn = await laid_out(TEXT, simplify=simplify)
        assert drawn == shown
        assert "私の趣味は <時計> & 900円" in drawn[0]


async def test_the_picture_that_the_export_writes_is_such_a_one(tmp_path: Path) -> None:
    app, said = Host(lambda: Static("こんにちは")), list[str]()
    async with app.run_test(size=(100, 30)) as pilot:
        export(app.screen, session(two_turns()[0], title="Greeting"), lambda message, _: said.append(message))
        await until(lambda: isinstance(app.screen, ExportScreen) and app.focused)
        await pilot.press(*["down"] * len(FORMATS), "ctrl+u", *str(tmp_path / "screen"), "enter")
        await until(lambda: said)
    assert said == [f"Wrote {tmp_path / 'screen.svg'}."]
    root = ElementTree.parse(tmp_path / "screen.svg")
    [greeting] = [each for each in root.iter("{http://www.w3.org/2000/svg}text") if each.text == "こんにちは"]
    assert round(float(greeting.attrib["textLength"]) / CELL, 3) == 10


async def test_what_no_xml_may_hold_is_replaced() -> None:
    _, drawn = await laid_out("a\ufffe\uffffb")
    assert drawn == ["a\ufffd\ufffdb"]
