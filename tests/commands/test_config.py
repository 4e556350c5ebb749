"""`alignscope config`, and what the settings file comes to."""

import re
from pathlib import Path

import pytest
import yaml

from alignscope.cli import main
from alignscope.commands.line import arguments
from alignscope.commands.line.parser import make_parser
from alignscope.files.settings import config_file, load
from alignscope.files.settings.model import Settings
from alignscope.files.yaml_file import FileError
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Mode, PaneRequest
from alignscope.ui.themes import own_directory, save_theme


def written(text: str) -> Path:
    path = config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def launched(*argv: str) -> Launch:
    """What the arguments come to, short of running it."""
    return arguments.launch(make_parser().parse_args(argv), arguments.read_settings())


def test_init_writes_a_file_that_changes_nothing_and_explains_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "init"]) == 0
    assert str(config_file()) in capsys.readouterr().out
    assert load() == Settings()
    text = config_file().read_text()
    for name in Settings.__struct_fields__:
        assert f"\n#{name}:" in text, f"{name} isn't explained"
    assert main(["config", "check"]) == 0
    assert main(["config", "init"]) == 2
    assert "stays as it is" in capsys.readouterr().err


def test_what_the_written_file_shows_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    main(["config", "init"])
    lines = [line for line in config_file().read_text().splitlines() if not re.match("# [^ ]", line)]
    sample = [line[1:] for line in lines if line.startswith("#")]
    assert yaml.safe_load("\n".join(sample)).keys() == set(Settings.__struct_fields__)
    config_file().write_text("\n".join(sample))
    capsys.readouterr()
    assert main(["config", "check"]) == 0, capsys.readouterr().out
    assert load().servers["gpu"] == "http://gpu.example:11434"


def test_path_names_the_file_and_the_environment_may_name_another(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    main(["config", "path"])
    assert capsys.readouterr().out == f"{config_file()}\n"
    monkeypatch.setenv("ALIGNSCOPE_CONFIG", str(tmp_path / "elsewhere.yaml"))
    assert config_file() == tmp_path / "elsewhere.yaml"


def test_show_says_what_holds_and_who_said_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written("host: from.file\npreset: greedy\nkeys: {explorer.zoom: f15}\nclass_mode: true\n")
    monkeypatch.setenv("OLLAMA_HOST", "from.environment")
    save_theme("dusk")
    assert main(["config", "show"]) == 0
    rows = {row.split()[0]: row.split()[1:] for row in capsys.readouterr().out.splitlines()}
    assert rows["host"] == ["from.environment", "OLLAMA_HOST"]
    assert rows["preset"] == ["greedy", "file"]
    assert rows["keys"] == ["explorer.zoom:", "f15", "file"]
    assert rows["theme"] == ["dusk", "chosen", "last"]
    assert rows["signs"] == ["auto", "default"]
    assert rows["class_mode"] == ["true", "file"]
    assert rows["scroll"] == ["hold", "default"]
    assert rows["logprobs"] == ["off", "default"]


def test_keys_lists_every_action_with_the_keys_that_it_has(capsys: pytest.CaptureFixture[str]) -> None:
    written("keymap: vim\nkeys: {explorer.zoom: f15}\n")
    main(["config", "keys"])
    rows = {row.split()[0]: row.split()[1] for row in capsys.readouterr().out.splitlines()}
    assert rows["explorer.zoom"] == "f15"
    assert rows["explorer.pane-before"] == "h"
    assert rows["explorer.help"] == "f1,question_mark"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hosts: y\n", "line 1: hosts: is unknown"),
        ("keys: {explorer.zoom: f5}\n", "f5 belongs to explorer.again"),
        ("keymap: emacs\n", "no set of keys is called emacs"),
        ("theme: nobodys\n", "theme: no theme is called nobodys; there are "),
    ],
)
def test_check_tells_what_is_wrong(capsys: pytest.CaptureFixture[str], text: str, told: str) -> None:
    written(text)
    assert main(["config", "check"]) == 1
    assert told in capsys.readouterr().out


def test_check_reads_the_themes_too(capsys: pytest.CaptureFixture[str]) -> None:
    own_directory().mkdir(parents=True)
    (own_directory() / "mine.yaml").write_text("name: mine\n")
    assert main(["config", "check"]) == 1
    assert "mine.yaml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("servers:\n  gpu: ftp://x\n", "line 2: servers.gpu: no server can be at 'ftp://x'"),
        ("servers:\n  two words: x\n", "line 2: servers.two words: a server's name is a letter"),
        ("servers:\n  embedded: x\n", "line 2: servers.embedded: a server's name"),
        ("lineup: base=m\n", "line 1: lineup: must be a list, not text"),
        ("lineup:\n- a=m\n- a=n\n", "line 3: lineup[2]: two panes are called a"),
        ("lineup:\n- a=m\n- b\n", "line 3: lineup[2]: a pane is written NAME=MODEL"),
        ("lineup:\n- {a: m}\n", "line 2: lineup[1]: must be text, not"),
        ("lineup: [a=m, b=m, c=m, d=m, e=m]\n", "lineup[5]: a lineup has at most 4 panes"),
        ("host: two words\n", "line 1: host: no server can be at"),
        ("signs: runes\n", "line 1: signs: can't be runes; there are auto, unicode, ascii"),
        ("class_mode: 1\n", "line 1: class_mode: must be"),
        ("scroll: up\n", "line 1: scroll: can't be up; there are hold, follow"),
        (
            "keys:\n  explorer.zoom: true\n",
            "line 2: keys.explorer.zoom: must be a whole number or text or a list",
        ),
    ],
)
def test_an_error_names_line_and_field(text: str, where: str) -> None:
    path = written(text)
    with pytest.raises(FileError) as caught:
        load(path)
    assert where in str(caught.value)


def test_keys_may_be_numbers_and_lists() -> None:
    assert load(written("keys: {explorer.zoom: 9, explorer.link: [f11, L]}\n")).keys == {
        "explorer.zoom": "9",
        "explorer.link": "f11,L",
    }


def test_a_lineup_and_servers_by_name() -> None:
    written(
        "host: gpu\n"
        "servers: {gpu: 'gpu.example', far: 'https://far.example/'}\n"
        "lineup: ['base=mistral:text', 'tuned=mistral@far,chat']\n"
    )
    launch = launched()
    assert launch.host == "http://gpu.example:11434"
    assert launch.panes == (
        PaneRequest("base", "mistral:text"),
        PaneRequest("tuned", "mistral", "https://far.example", Mode.CHAT),
    )
    assert launched("--host", "far").host == "https://far.example"
    assert launched("--pane", "a=m@gpu").panes == (PaneRequest("a", "m", "http://gpu.example:11434"),)
    assert launched("--base", "m").panes == launched("--embedded").panes == ()


def test_a_pace_of_ones_own() -> None:
    assert launched().pace == 0
    written("pace: 15\n")
    assert launched().pace == 15


def test_what_stays_in_view_may_be_set() -> None:
    assert launched().scroll == "hold"
    written("scroll: follow\n")
    assert launched().scroll == "follow"


def test_log_probabilities_that_are_asked_for() -> None:
    assert launched().settings.logprobs is None
    for text, wanted in (("off", None), ("token", 0), ("5", 5)):
        written(f"logprobs: {text}\n")
        assert launched().settings.logprobs == launched("ask", "x").settings.logprobs == wanted
    assert launched("ask", "x", "--logprobs", "off").settings.logprobs is None
    assert launched("ask", "x", "--logprobs", "token").settings.logprobs == 0


def test_flags_beat_environment_beats_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written(f"theme: fern\nsessions: {tmp_path / 'file'}\n")
    assert (launched().theme, launched().sessions) == ("fern", tmp_path / "file")
    monkeypatch.setenv("ALIGNSCOPE_THEME", "dusk")
    monkeypatch.setenv("ALIGNSCOPE_SESSIONS", str(tmp_path / "environment"))
    assert (launched().theme, launched().sessions) == ("dusk", tmp_path / "environment")
    launch = launched("--theme", "ink", "--sessions", str(tmp_path / "flag"))
    assert (launch.theme, launch.sessions) == ("ink", tmp_path / "flag")
