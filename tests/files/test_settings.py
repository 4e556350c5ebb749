"""The settings file: what it may say, and how it is told to be wrong."""

from pathlib import Path

import pytest

from alignscope.files import settings
from alignscope.files.settings import load
from alignscope.files.settings.keys import key_variables
from alignscope.files.settings.model import Settings
from alignscope.files.yaml_file import FileError
from alignscope.model.lineup.pane import read_pane
from alignscope.model.sampling import PRESETS, Sampling, SamplingError, assign


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def test_no_file_and_an_empty_file_change_nothing(config: Path) -> None:
    assert load(config) == Settings()
    config.write_text("# nothing yet\n")
    assert load(config) == Settings()


def test_all_that_a_file_may_say(config: Path) -> None:
    config.write_text(
        "host: gpu.example:11434\n"
        "preset: bold\n"
        "presets:\n"
        "  bold: {temperature: 1.2, top_p: 1, seed: 7}\n"
        "  lines:\n"
        '    stop: ["\\n", END]\n'
        "    keep_alive: 10m\n"
    )
    read = load(config)
    assert read.host == "gpu.example:11434"
    assert read.preset == "bold"
    assert list(read.all_presets) == [*PRESETS, "bold", "lines"]
    assert dict(read.presets["bold"].sampling) == {"temperature": 1.2, "top_p": 1.0, "seed": 7}
    assert dict(read.presets["lines"].sampling) == {"stop": ("\n", "END"), "keep_alive": "10m"}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (
            "host: x\nhosts: y\n",
            "line 2: hosts: ",
            "is unknown; did you mean host? There are host, servers, lineup",
        ),
        ("preset: nope\n", "line 1: preset: ", "no preset is called nope; there are even, model"),
        ("\nhost: [1]\n", "line 2: host: ", "must be text"),
        ("presets:\n  mine:\n    temperature: 9\n", "line 3: presets.mine.temperature: ", "from 0 to 5; 9 is not"),
        ("presets:\n  mine:\n    heat: 1\n", "line 3: presets.mine.heat: ", "no sampling parameter is called heat"),
        ("presets:\n  mine: warm\n", "line 2: presets.mine: ", "`name: value` lines"),
        ("pace: -1\n", "line 1: pace: ", "a whole number of tokens a second up to 1,000, 0 for as it comes; -1 is not"),
        ("pace: 1001\n", "line 1: pace: ", "1001 is not"),
        ("pace: 2.5\n", "line 1: pace: ", "must be a whole number"),
        ("logprobs: 21\n", "line 1: logprobs: ", "must be off, token or a number of alternatives up to 20, not 21"),
        ("\nlogprobs: all\n", "line 2: logprobs: ", "not all"),
        ("logprobs: 2.5\n", "line 1: logprobs: ", "must be"),
        ("presets: [1]\n", "line 1: presets: ", "`name: value` lines"),
        ("- host\n", ": ", "`name: value` lines"),
        ("1: x\n", "line 1: 1: ", "is unknown; there are host"),
        ("host: 'open\n", "line 2: ", "not YAML"),
        ("host: !!python/object:os.system x\n", "line 1: ", "tags are not allowed"),
        ("a: 1\n---\nb: 2\n", "line 2: ", "another document"),
        ("host: \x07\n", ": ", "not YAML"),
    ],
)
def test_an_error_names_file_line_and_field(config: Path, text: str, where: str, what: str) -> None:
    config.write_text(text)
    with pytest.raises(FileError) as caught:
        load(config)
    message = str(caught.value)
    assert message.startswith(str(config))
    assert where in message
    assert what in message
    assert "\n" not in message


def test_what_is_no_readable_text_is_refused(config: Path) -> None:
    config.write_bytes(b"host: \xff\xfe\n")
    with pytest.raises(FileError, match="line 1: is not UTF-8"):
        load(config)
    config.write_bytes(b"#" * 2_000_000)
    with pytest.raises(FileError, match="larger than 1 MB"):
        load(config)
    config.unlink()
    config.mkdir()
    with pytest.raises(FileError, match="can't be read"):
        load(config)


def test_numbers_are_what_they_are_on_the_command_line(config: Path) -> None:
    words = {"min_p": "1e-3", "top_k": "010", "num_predict": "2e2", "seed": "0x10", "top_p": "1.", "num_ctx": "1_0"}
    for name, text in [*words.items(), ("keep_alive", "010"), ("keep_alive", "1:30"), ("num_ctx", "\u0663")]:
        config.write_text(f"presets:\n  p: {{{name}: {text}}}\n")
        try:
            typed: object = assign(Sampling(), f"{name}={text}")
        except SamplingError as error:
            typed = str(error)
        try:
            written: object = load(config).presets["p"].sampling
        except FileError as error:
            written = str(error).partition(f"presets.p.{name}: ")[2]
        assert written == typed, name


def test_everything_wrong_is_told_at_once(config: Path) -> None:
    config.write_text("lineup: [a=m, b, a=n]\nservers: {x y: z}\npreset: none\npresets:\n  p: {top_p: 9, heat: 1}\n")
    with pytest.raises(FileError) as caught:
        load(config)
    places = [problem.split(": ")[1] for problem in caught.value.problems]
    assert places == ["servers.x y", "lineup[2]", "presets.p.top_p", "presets.p.heat", "preset"]


def test_a_device_says_nothing() -> None:
    assert load(Path("/dev/null")) == Settings()


def test_flags_beat_environment_beats_file(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Settings(host="from.file")
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert settings.host("", Settings()) == ""
    assert settings.host("", file) == "from.file"
    monkeypatch.setenv("OLLAMA_HOST", ' "from.environment" ')
    assert settings.host("", file) == "from.environment"
    assert settings.host("from.flag", file) == "from.flag"


@pytest.mark.parametrize(
    ("host", "panes", "environment", "general"),
    [
        ("", [], {}, ""),
        ("http://a", ["x=m@http://b"], {}, "http://a"),
        ("", ["x=m@http://b", "y=n@http://b/v1", "z=twin:text"], {}, "http://b"),
        ("", ["x=m@http://b", "y=n@http://c"], {}, ""),
        ("http://gpu", [], {}, "http://gpu"),
        ("http://me:pw@a", [], {}, "http://a"),
        ("", ["x=m@http://me:pw@b"], {}, "http://b"),
        ("http://gpu", [], {"ALIGNSCOPE_API_KEY_MY_GPU_2": "x"}, ""),
    ],
)
def test_which_server_gets_which_key(host: str, panes: list[str], environment: dict[str, str], general: str) -> None:
    """By the URL of each; that of a name beats the general one."""
    found = key_variables(host, [read_pane(pane) for pane in panes], {"my-gpu_2": "http://me:pw@gpu"}, environment)
    own = {"http://gpu": "ALIGNSCOPE_API_KEY_MY_GPU_2"}
    assert found == own | ({general: "ALIGNSCOPE_API_KEY"} if general else {})
