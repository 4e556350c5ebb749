"""A walk at random over every screen while panes stream, which finds what nobody thinks of trying.

It often looks at a turn's tokens, where it scores and takes other ways while they come, and at what was sent.

`python -m tests.ui.walk --seed 7 --steps 60 --walks 5` prints what each walk found. The same seed takes the same steps,
though what a step meets may depend on how fast the machine is.
"""

import argparse
import asyncio
import contextlib
import os
import random
import tempfile
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from textual.events import Key, Paste
from textual.pilot import OutOfBounds

from alignscope.model.launch import Launch
from alignscope.ui.screens.tokens.screen import TokensScreen
from alignscope.ui.widgets.pane.view import PaneView
from tests.standin import FOUR, Ollama, Script
from tests.ui.explorer.desk import Desk, explore

_PIECES = ("word ", "längere ", "寿司 ", "a\x1b[2Jb ", "x\n", "👩\u200d👧 ", "[/b] ", "tail ")
_QUITS = {"ctrl+q", "Q", "ctrl+c", "ctrl+p", "colon"}
"""Keys that leave the program, or lead to a list in which that stands."""
_TOKENS_KEYS = (
    "s",
    "s",
    "F",
    "d",
    "e",
    "b",
    "c",
    "n",
    "N",
    "u",
    "f",
    "l",
    "left",
    "right",
    "up",
    "down",
    "home",
    "G",
    "enter",
    "r",
    "k",
    "K",
    "v",
    "o",
    "t",
    "1",
    "2",
    "9",
    "[",
    "]",
    "tab",
    "escape",
)
"""What the token view is steered by, that which asks the models more often."""
_TEXTS = ("a", "the moon", "zzz", "x\r", "one\ntwo", "\x1b[31m", "é寿司", "/tmp/none.gguf")


@dataclass
class Walk:
    """One walk: where it is, and the steps so far."""

    desk: Desk
    chance: random.Random
    steps: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """Do one thing at random. Raise AssertionError if a pane stays blank."""
        do = self.chance.choices(
            (
                self._key,
                self._keys_at_once,
                self._text,
                self._click,
                self._resize,
                self._send,
                self._wait,
                self._tokens,
                self._sent,
            ),
            (40, 8, 10, 12, 6, 10, 6, 14, 5),
        )[0]
        await do()
        try:
            await self.desk.until(lambda: not self.blank())
        except TimeoutError:
            raise AssertionError(f"{self.blank()} is blank") from None

    def blank(self) -> str:
        """Return the name of a pane that is blank though something has come; "" if there is none.

        Between a resize and the layout that follows, panes that will come into view again may be.
        """
        if self.desk.app.screen is not self.desk.explorer:
            return ""
        for view in self.desk.explorer.split.views:
            region = view.transcript.region
            waiting = view.transcript.pending or view.running or view.markdown
            shown = view.turns and not waiting and region.width > 8 and region.height > 1
            if shown and view.reply_text().strip() and not self._seen(view).strip():
                return view.pane.name
        return ""

    async def arrive(self) -> None:
        """Go back to the panes, and see that the beginning and the end of every reply can be reached."""
        desk = self.desk
        for _ in range(20):
            if desk.app.screen is desk.explorer:
                break
            await desk.press("escape")
        assert desk.app.screen is desk.explorer, f"no way back from {desk.app.screen}"
        await desk.pilot.resize_terminal(120, 40)
        await desk.until(desk.explorer.lineup_found.is_set)
        await desk.until(lambda: not any(view.running for view in desk.explorer.split.views))
        desk.explorer.split.zoomed = ""
        for index, view in enumerate(desk.explorer.split.views):
            if view.turns and view.reply_text().strip() and not view.markdown:
                await self._reach(index, view)

    async def _reach(self, index: int, view: PaneView) -> None:
        self.desk.explorer.enter(view)
        await self.desk.press("G")
        last = view.reply_text().split()[-1][-3:]
        await self.desk.until(lambda: last in self._seen(view) and view.transcript.is_vertical_scroll_end)
        await self.desk.press("g")
        await self.desk.until(lambda: view.transcript.scroll_y == 0 and self._seen(view).strip())

    def _seen(self, view: PaneView) -> str:
        """What a pane shows, by columns and not by characters, since some are two columns wide."""
        region, app = view.transcript.region, self.desk.app
        rows = app.screen._compositor.render_strips(app.size)[region.y : region.bottom]
        return "\n".join(row.crop(region.x, region.right).text for row in rows)

    async def _key(self) -> None:
        await self._press(self._some_key())

    async def _keys_at_once(self) -> None:
        keys = [self._some_key() for _ in range(self.chance.randint(2, 5))]
        self.steps.append(f"at once {keys}")
        for key in keys:
            self.desk.app.post_message(Key(key, key if len(key) == 1 else None))
        await self.desk.pilot.pause()

    async def _text(self) -> None:
        text = self.chance.choice(_TEXTS)
        if self.chance.random() < 0.5:
            self.steps.append(f"paste {text!r}")
            self.desk.app.post_message(Paste(text))
        else:
            self.steps.append(f"type {text!r}")
            for letter in text:
                self.desk.app.post_message(Key("enter" if letter in "\r\n" else letter, letter))
        await self.desk.pilot.pause()

    async def _click(self) -> None:
        place = self.chance.randrange(self.desk.app.size.width), self.chance.randrange(self.desk.app.size.height)
        times = self.chance.choice((1, 1, 2))
        self.steps.append(f"click {place} {times}")
        with contextlib.suppress(OutOfBounds):  # on a screen that has come, and has no size yet
            await self.desk.pilot.click(offset=place, times=times)

    async def _resize(self) -> None:
        size = self.chance.choice((20, 40, 80, 120, 200)), self.chance.choice((6, 12, 24, 40, 60))
        self.steps.append(f"resize {size}")
        await self.desk.pilot.resize_terminal(*size)

    async def _send(self) -> None:
        if self.desk.app.screen is self.desk.explorer:
            self.desk.explorer.prompt.focus()
            await self._press("h", "i", "enter")

    async def _tokens(self) -> None:
        """Open the token view over a turn with lists, and do in it what asks the models, without waiting for them."""
        if not await self._in_panes():
            return
        for _ in range(2):
            if not self.desk.exploration.settings.logprobs:
                await self._press("I")
        if self.chance.random() < 0.7:
            await self._send()
            await self._in_panes()
        await self._press("x")
        for _ in range(self.chance.randint(2, 12)):
            if not isinstance(self.desk.app.screen, TokensScreen):
                break
            await self.chance.choices((self._tokens_key, self._wait, self._resize), (12, 2, 1))[0]()

    async def _tokens_key(self) -> None:
        await self._press(self.chance.choice(_TOKENS_KEYS))

    async def _sent(self) -> None:
        if await self._in_panes():
            await self._press("M")

    async def _in_panes(self) -> bool:
        """Give the focus to a pane, where letters are keys; return False on another screen."""
        explorer = self.desk.explorer
        if self.desk.app.screen is not explorer or not explorer.split.views:
            return False
        explorer.enter(self.chance.choice(explorer.split.views))
        await self.desk.pilot.pause()
        return self.desk.app.screen is explorer

    async def _wait(self) -> None:
        seconds = self.chance.choice((0.05, 0.3, 0.6))
        self.steps.append(f"wait {seconds}")
        await self.desk.pilot.pause(seconds)

    async def _press(self, *keys: str) -> None:
        self.steps.append(" ".join(keys))
        await self.desk.press(*keys)

    def _some_key(self) -> str:
        bound = sorted(set(self.desk.app.screen.active_bindings) - _QUITS)
        return self.chance.choice([*bound, "escape", "enter", "tab", "1", "2", "A", "f3", "f4", "f9", "f10"])


async def walk(seed: int, steps: int) -> None:
    """Walk, and raise what went wrong, with the steps that led to it in a note."""
    async with Ollama(FOUR) as server:
        server.default = Script(pieces=_PIECES * 12, rate=300)
        taken: list[str] = []
        try:
            async with explore(Launch(host=server.url)) as desk:
                here = Walk(desk, random.Random(seed), taken)
                for _ in range(steps):
                    await here.step()
                    if desk.app._exit:  # by the palette, to which a click on ≡ leads
                        assert desk.app.return_code == 0
                        return
                await here.arrive()
        except BaseException as error:
            error.add_note(f"seed {seed}, after: " + " | ".join(taken))
            raise


def main() -> int:
    """Take walks from the command line, each in directories of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--walks", type=int, default=1)
    arguments = parser.parse_args()
    found = 0
    for seed in range(arguments.seed, arguments.seed + arguments.walks):
        with tempfile.TemporaryDirectory() as home:
            os.environ.update({f"XDG_{name}_HOME": f"{home}/{name}" for name in ("CONFIG", "DATA", "STATE", "CACHE")})
            os.environ.update(HOME=home, SSH_CONNECTION="1 2 3 4", TEXTUAL_ANIMATIONS="none")
            Path(home, "cwd").mkdir()
            os.chdir(f"{home}/cwd")
            try:
                asyncio.run(walk(seed, arguments.steps))
            except Exception:
                found += 1
                traceback.print_exc()
            else:
                print(f"seed {seed}: nothing found")
    return int(found > 0)


if __name__ == "__main__":
    raise SystemExit(main())
