"""Several replies of each pane to one prompt, summed up."""

from datetime import UTC, datetime

from alignscope.model.events import End, Finished, Token
from alignscope.model.lineup.pane import Mode, Pane
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn, TurnSettings
from alignscope.run.samples import of_turn, stats


def reply(pane: str, sample: int, text: str, end: End = End.STOP) -> Reply:
    made = Reply(pane, sample)
    for place, word in enumerate(text.split(" ")):
        made.apply(Token(pane, sample, float(place), f" {word}" if place else word))
    made.apply(Finished(pane, sample, 99.0, end))
    return made


def test_replies_are_summed_up_by_pane_at_one_length() -> None:
    base = [
        reply("base", 1, "the lamp and the lamp and the lamp", End.LENGTH),
        reply("base", 2, "one two three four"),
        reply("base", 3, "five six seven eight nine", End.CUT),
    ]
    chat = [reply("chat", n, text) for n, text in enumerate(["it is a lamp", "it is a light"], 1)]
    found = stats({"base": base, "chat": chat})
    assert (found["base"].replies, found["base"].ended, found["base"].undetermined) == (3, 1, 1)
    least, most = found["base"].median_tokens
    assert least == 5 and most is None, "two of three were cut"
    assert (found["base"].opening_replies, found["base"].words) == (1, 4)
    # Two replies of four words: three pairs each, of which two are in both.
    assert (found["chat"].distinct_pairs, found["chat"].words) == (4 / 6, 4)
    assert found["chat"].describe() == (
        "2 of 2 ended by themselves · median 4 tokens · 2 of 2 open “it is a” · 67% distinct pairs in 4 words each"
    )
    assert (
        found["base"]
        .describe()
        .startswith("1 of 3 ended by themselves · 1 undetermined · median at least 5 tokens · no two open alike · ")
    )


def test_a_turn_is_summed_up_once_all_its_samples_have_ended() -> None:
    panes = tuple(Pane(name, "m", "", Mode.CHAT) for name in ("base", "chat"))
    turn = Turn(1, datetime.now(UTC), "x", panes, TurnSettings(samples=2))
    for pane, sample in (("base", 1), ("base", 2), ("chat", 1)):
        turn.replies[pane, sample] = reply(pane, sample, "it is a lamp")
        assert of_turn(turn) == {}
    turn.replies["chat", 2] = reply("chat", 2, "it is a light")
    further = turn.replies["chat", 3] = reply("chat", 3, "another one", End.ERROR)
    found = of_turn(turn)
    assert found["chat"].replies == 2, f"{further.text} goes on from another"
    assert found["chat"].short_parts() == ["2/2 ended", "“it is a” 2/2", "median 4", "67% distinct"]
    turn.replies["base", 1] = turn.replies["base", 2] = reply("base", 1, "it " * 200_000)
    assert of_turn(turn) == {}, "that would hold up the keys"


def test_a_single_or_empty_reply_is_summed_up() -> None:
    found = stats({"base": [reply("base", 1, "", End.ERROR)], "chat": [reply("chat", 1, "Yes.")]})
    assert found["base"].describe() == "0 of 1 ended by themselves · 1 undetermined · median at least 1 token"
    assert found["chat"].describe() == "1 of 1 ended by themselves · median 1 token"
