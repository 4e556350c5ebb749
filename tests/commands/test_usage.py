"""What the command line refuses, before anything is sent, and what it makes of what it takes."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from alignscope.cli import main
from alignscope.commands.line import arguments
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Mode, PaneRequest
from alignscope.model.sampling import PARAMETERS, PRESETS, Sampling
from tests.waiting import HANGS


@pytest.fixture(autouse=True)
def clean_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither the person's settings nor their environment; gives the settings file's place."""
    for name in ("OLLAMA_HOST", "ALIGNSCOPE_API_KEY", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "alignscope" / "config.yaml"


def parsed(*argv: str) -> Launch:
    """What the arguments come to, short of running it."""
    from alignscope.commands.line.parser import make_parser

    return arguments.launch(make_parser().parse_args(argv), arguments.read_settings())


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["ask", "x", "--set", "temperature=9"], "--set: temperature is a number, from 0 to 5; 9 is not"),
        (["ask", "x", "--set", "temperature"], "--set: temperature wants a value, as in temperature=0.8"),
        (["ask", "x", "--set", "heat=1"], "no sampling parameter is called heat; there are temperature, "),
        (["ask", "x", "--set", "seed=1.5"], "--set: seed is a whole number"),
        (
            ["ask", "x", "--preset", "hot"],
            "no preset is called hot; there are even, model, greedy, pure, focused, wild",
        ),
        (["ask", "x", "--samples", "0"], "--samples is a whole number from 1 to 16; 0 is not"),
        (["ask", "x", "--samples", "many"], "--samples is a whole number from 1 to 16; many is not"),
        (
            ["ask", "x", "--logprobs", "21"],
            "--logprobs must be off, token or a number of alternatives up to 20, not 21",
        ),
        (["ask", "x", "--timeout", "0"], "--timeout is a number from 0.001 to 1,000,000; 0 is not"),
        (["ask", "x", "--timeout", "inf"], "--timeout is a number from 0.001 to 1,000,000; inf is not"),
        (["ask", "x", "--pane", "a"], "--pane: a pane is written NAME=MODEL"),
        (["ask", "x", "--pane", "a=m,loud"], "a pane's mode is completion or chat, not ‘loud’"),
        (["ask", "x", "--pane", "a=m", "--pane", "a=n"], "two panes are called a"),
        (["ask", "x", *(f"--pane=p{i}=m" for i in range(5))], "at most 4 panes, not 5"),
        (["ask", "x", "--pane", "a=m", "--base", "b"], "--base and --instruct don't go with it"),
        (["ask", "x", "--pane", "a=m,completion", "--system", "s"], "--system reaches chat panes only"),
        (["ask", "x", "--pane", "a=m,chat", "--scaffold", "qa"], "--scaffold reaches completion panes only"),
        (["ask", "x", "--scaffold", "hat"], "no scaffold is called hat; there are bare, qa, dialogue"),
        (["--scaffold", "qa", "models"], "--scaffold means nothing to `models`"),
        (["ask", "x", "--pane", "a=m@ftp://there"], "no server can be at 'ftp://there'"),
        (
            ["--host", "http://a:1@h", "--pane", "a=m@http://b:2@h"],
            "http://h is named with two names",
        ),
        (["--pace", "20"], "--pace is an option of `replay` and `sessions`, and goes behind that word;"),
        (["--host", "h", "--frame=qa", "ask", "x"], "--frame is an option of `shift`"),
        (["--nonsense", "20"], "unrecognized arguments: --nonsense (a text"),
        (["ask", "x", "--embedded", "--host", "h"], "--embedded and --host exclude each other"),
        (["ask", "x", "--host", "two words"], "no server can be at 'two words'"),
        (["ask", "x", "--host", ""], "--host is empty"),
        (["ask", "x", "--base", " "], "--base is empty"),
        (["ask", ""], "the prompt is empty"),
        (["--prompt", "p", "ask", "x"], "--prompt means nothing to `ask`"),
        (["--set", "seed=1", "models"], "--set means nothing to `models`"),
        (["--base", "b", "doctor"], "--base means nothing to `doctor`"),
        (["models", "--embedded", "pull", "x"], "--embedded means nothing to `models pull`"),
        (["ask"], "say what to ask: a PROMPT, or --prompts with a file"),
        (["ask", "x", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["sessions", "list", "--theme", "x"], "`alignscope sessions list --help` lists what there is"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["ask", "x", "--temperature", "1"], "unrecognized arguments"),
        ([], "the explorer needs a terminal; `alignscope ask PROMPT` does without one"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_status_2(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(arguments)
    except SystemExit as end:
        status = int(end.code or 0)
    said = capsys.readouterr()
    assert status == 2
    assert said.out == ""
    assert said.err.startswith("alignscope: ")
    assert problem in said.err
    assert said.err.count("\n") == 1


def test_a_wrong_settings_file_is_named(clean_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean_home.parent.mkdir(parents=True)
    clean_home.write_text("preset: hot\n")
    assert main(["ask", "x"]) == 2
    assert f"{clean_home}, line 1: preset: no preset is called hot" in capsys.readouterr().err


def test_nothing_given_changes_nothing() -> None:
    assert parsed() == Launch()
    assert parsed("ask", "hello") == Launch()


def test_options_before_and_after_the_command_count_alike() -> None:
    before = parsed(
        "--host", "h:1", "--set", "seed=1", "--samples", "3", "ask", "x", "--set", "top_k=2", "--set", "seed=4"
    )
    assert before == parsed("ask", "x", "--host=h:1", "--set=top_k=2", "--set=seed=4", "--samples=3")
    assert before.host == "http://h:1"
    assert before.settings.samples == 3
    assert before.settings.sampling["seed"] == 4


def test_sampling_is_the_preset_with_every_set_applied() -> None:
    chosen = parsed("--preset", "pure", "--set", "num_predict=off", "--set", "stop=\\n", "--set", "temperature=0.5")
    assert chosen.preset is PRESETS["pure"]
    assert chosen.settings.sampling == PRESETS["pure"].sampling.off("num_predict").on("stop", ["\n"]).on(
        "temperature", 0.5
    )
    assert parsed("--preset", "model").settings.sampling == Sampling()


def test_the_persons_own_presets(clean_home: Path) -> None:
    clean_home.parent.mkdir(parents=True)
    clean_home.write_text("preset: mine\npresets: {mine: {temperature: 2}}\nhost: from.file\n")
    chosen = parsed()
    assert (chosen.preset.name, dict(chosen.settings.sampling), chosen.host) == (
        "mine",
        {"temperature": 2.0},
        "http://from.file:11434",
    )
    assert [preset.name for preset in chosen.presets] == [*PRESETS, "mine"]
    assert parsed("--preset", "even").settings.sampling == PRESETS["even"].sampling


def test_hosts_are_read_as_ollama_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parsed("--host", "0.0.0.0").host == "http://127.0.0.1:11434"
    assert parsed("--host", "https://example.com/ollama").host == "https://example.com/ollama"
    monkeypatch.setenv("OLLAMA_HOST", "[::1]:9")
    assert parsed().host == "http://[::1]:9"


def test_panes_of_any_kind() -> None:
    panes = parsed(
        "--pane=a=mistral:text@gpu:1,completion", "--pane=b=./x.gguf", "--pane=c=twin:sft", "--pane", "d=m,chat"
    ).panes
    assert panes == (
        PaneRequest("a", "mistral:text", "http://gpu:1", Mode.COMPLETION),
        PaneRequest("b", "./x.gguf"),
        PaneRequest("c", "twin:sft"),
        PaneRequest("d", "m", None, Mode.CHAT),
    )


def test_the_only_server_of_the_settings_lineup_gets_the_general_key(clean_home: Path) -> None:
    clean_home.parent.mkdir(parents=True)
    clean_home.write_text("lineup: [a=m@gpu:1, b=n@gpu:1, c=twin:sft]\n")
    general = "ALIGNSCOPE_API_KEY"
    assert parsed().key_variables == parsed("doctor").key_variables == {"http://gpu:1": general}
    assert parsed("--host", "other:2").key_variables == {"http://other:2": general}
    assert parsed("--pane", "x=m@third:3").key_variables == {"http://third:3": general}
    for unused in (("--embedded",), ("--base", "m")):
        assert parsed(*unused).key_variables == {}, "a lineup that isn't used names nothing"


def test_help_lists_every_parameter_and_preset(capsys: pytest.CaptureFixture[str]) -> None:
    for flags in (["--help"], ["ask", "--help"]):
        with pytest.raises(SystemExit):
            main(flags)
        said = capsys.readouterr().out
        assert all(f"\n  {name} " in said for name in (*PARAMETERS, *PRESETS))
        assert all(len(line) <= 120 for line in said.splitlines())


def test_bytes_that_are_no_text_become_visible() -> None:
    launch = parsed("--system", os.fsdecode(b"caf\xe9"))
    assert launch.system == "caf\ufffd"


def test_without_a_screen_to_draw_on_the_explorer_says_so() -> None:
    """Standard input alone being a terminal is not enough."""
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "alignscope"], stdin=follower, capture_output=True, timeout=HANGS, check=False
        )
    finally:
        os.close(leader)
        os.close(follower)
    assert done.returncode == 2
    assert b"needs a terminal" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["ask", "-hello"], "goes behind `--`"),
        (["ask", "hi", "--system", "-x"], "written `--system=-…`"),
        (["sessions", "rename", "mine", "-draft"], "goes behind `--`"),
        (["sessions", "search", "-x"], "goes behind `--`"),
    ],
)
def test_a_text_that_begins_with_a_dash(arguments: list[str], advice: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert advice in capsys.readouterr().err
