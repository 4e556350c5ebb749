"""What was sent, in words."""

import msgspec

from alignscope.model.lineup.pane import EMBEDDED, Mode
from alignscope.run.sent.pane import Ability, Match, ModelFacts, Option, SentPane, Setter, Tokenizer
from alignscope.run.sent.words import Section, ability_rows, curl, sections

PANE = SentPane(pane="base", model="m", mode=Mode.COMPLETION, server="http://x", url="http://x/api/generate")


def rows_of(title: str, pane: SentPane) -> dict[str, str]:
    """The rows of one section."""
    [found] = [section for section in sections(pane) if section.title.startswith(title)]
    return dict(found.rows)


def test_who_set_what_is_a_row_each_in_the_order_in_which_each_first_set_something() -> None:
    options = (
        Option("top_k", 40, Setter.PRESET, "even"),
        Option("seed", None, Setter.UNKNOWN),
        Option("num_predict", 80, Setter.EXPERIMENT, "refused"),
        Option("temperature", 0.5, Setter.PANE),
        Option("min_p", 0.1, Setter.SESSION),
        Option("top_p", 0.9, Setter.PRESET, "even", note="read otherwise"),
        Option("stop", ["a", "b"], Setter.MODEL),
        Option("num_ctx", "4096", Setter.SERVER),
        Option("mirostat", None, Setter.UNKNOWN),
    )
    told = rows_of("Sampling", SentPane(pane="base", model="m", mode=Mode.CHAT, server="http://x", options=options))
    assert list(told.items()) == [
        ("preset even", "top_k 40 · top_p 0.9"),
        ("experiment refused", "num_predict 80"),
        ("this pane", "temperature 0.5"),
        ("all panes", "min_p 0.1"),
        ("the model", 'stop ["a", "b"]'),
        ("the server", "num_ctx 4096"),
        ("not told", "seed, mirostat"),
        ("top_p", "read otherwise"),
    ]


def test_what_a_server_that_was_asked_did_not_tell_is_unknown() -> None:
    asked = SentPane(pane="base", model="m", mode=Mode.CHAT, server="http://x", asked=True)
    told = rows_of("Model", asked)
    assert [told[name] for name in ("kind and size", "quantisation", "template", "context")] == ["unknown"] * 4
    facts = ModelFacts(family="llama", parameter_size="8B", quantization="Q4_0", context=4096, trained_context=8192)
    told = rows_of("Model", msgspec.structs.replace(asked, facts=facts))
    assert (told["kind and size"], told["quantisation"]) == ("llama · 8B", "Q4_0")
    assert told["context"] == "4,096 tokens, of 8,192 at most"
    for trained in (4096, None):
        facts = ModelFacts(context=4096, trained_context=trained)
        assert rows_of("Model", msgspec.structs.replace(asked, facts=facts))["context"] == "4,096 tokens"


def test_a_model_is_told_with_its_server_and_its_file() -> None:
    told = rows_of("Model", PANE)
    assert told == {"model": "m, asked for a completion", "server": "http://x", "file": "unknown"}
    named = msgspec.structs.replace(
        PANE, label="Ollama 1.2", asked=True, recorded_digest="sha256:1",
        facts=ModelFacts(digest="sha256:2", template=""), tokenizer=Tokenizer(Match.ALIKE, "base", "both are the same"),
    )  # fmt: skip
    assert list(rows_of("Model", named).items()) == [
        ("model", "m, asked for a completion"), ("server", "Ollama 1.2 at http://x"),
        ("file then", "sha256:1"), ("file now", "sha256:2"),
        ("kind and size", "unknown"), ("quantisation", "unknown"), ("template", "none"), ("context", "unknown"),
        ("tokenizer", "alike, compared with base: both are the same"),
    ]  # fmt: skip
    inside = msgspec.structs.replace(named, server=EMBEDDED, recorded_digest="sha256:2")
    told = rows_of("Model", inside)
    assert (told["server"], told["file"]) == ("Ollama 1.2", "sha256:2")


def test_a_prompt_is_told_as_the_model_reads_it() -> None:
    assert rows_of("Prompt", msgspec.structs.replace(PANE, unrendered="nobody asked")) == {
        "rendered": "unknown: nobody asked"
    }
    whole = msgspec.structs.replace(PANE, rendered="Once", before=1, tokens=2, altered=("<s>",), special=("<a>", "<b>"))
    assert list(rows_of("Prompt", whole).items()) == [
        ("rendered", "as it was sent; a token that begins every text may stand before it"),
        ("before it", "1 character before what was typed"), ("length", "2 tokens, by the server's count"),
        ("altered", "<s>, so that it means nothing"), ("special", "<a>, <b>, sent as it is"),
    ]  # fmt: skip
    chat = SentPane(pane="instruct", model="m", mode=Mode.CHAT, server="http://x", rendered="<s>")
    assert rows_of("Prompt", chat) == {"system prompt": "none"}
    asked = msgspec.structs.replace(chat, asked=True, system="Be brief.")
    assert rows_of("Prompt", asked) == {"system prompt": "Be brief.", "brought in": "unknown"}
    for text, told in (("", "nothing"), ("a pirate", "a pirate")):
        assert rows_of("Prompt", msgspec.structs.replace(asked, brought_in=text))["brought in"] == told


def test_a_request_is_told_with_where_it_went_and_whether_it_did() -> None:
    made = msgspec.structs.replace(PANE, request={"prompt": "ü"}, sent=False, rebuilt=True, partial=True)
    [section] = [section for section in sections(made) if section.title == "Request"]
    assert section.block == '{\n  "prompt": "ü"\n}'
    assert [name for name, _ in section.rows] == ["to", "conversation", "body", "sent"]
    assert dict(section.rows)["to"] == "http://x/api/generate"
    assert rows_of("Request", msgspec.structs.replace(PANE, sent=False)) == {"body": "can't be made: see above"}


def test_abilities_that_are_alike_share_a_row() -> None:
    abilities = [Ability("a", True, "tried"), Ability("b", None), Ability("c", True), Ability("d", False)]
    assert ability_rows(abilities) == [("can", "a (tried) · c"), ("can't", "d"), ("unknown", "b")]


def test_a_request_that_another_program_can_send_has_a_command() -> None:
    def command(url: str, server: str = "http://x", body: dict[str, str] | None = None) -> str:
        request = {"prompt": "it's"} if body is None else body
        return curl(SentPane(pane="base", model="m", mode=Mode.CHAT, server=server, url=url, request=request))

    for url in ("http://x/v1", "https://x/v1"):
        assert command(url).startswith(f"curl --no-buffer {url} -H 'Content-Type: application/json' -d '")
    assert command("/v1") == command("http://x", EMBEDDED) == command("http://x", body={}) == ""


def test_there_is_a_section_for_all_that_is_known() -> None:
    assert [each.title for each in sections(PANE)] == [
        "Model", "Prompt as the model reads it", "Sampling, by who set it", "Request", "What the server can",
    ]  # fmt: skip
    assert all(isinstance(each, Section) for each in sections(PANE))
    assert rows_of("Request", PANE) == {"body": "wasn't kept"}
