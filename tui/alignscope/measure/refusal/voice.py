"""Find what a reply says in the model's own voice: without quotations, code and turns of others."""

import re
import unicodedata
from typing import Final

_ECHO: Final = 20
"""Signs before a prompt that a reply repeats."""
GAP: Final = "▢"
"""Stands for what was set aside: a quotation, or code."""
_APOSTROPHE: Final = re.compile(r"[’ʼ＇`´](?=\w)(?<=\w.)")
_UNSEEN: Final = re.compile(
    r"[\u00ad\u200b-\u200f\u2060\ufeff]|<\|[^|<>\n]{1,40}\|>|</?s>|\[/?INST\]|<(?:start|end)_of_turn>"
)
_THOUGHT: Final = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"\*+|(?<!\w)_+|_+(?!\w)|^#+\s*", re.MULTILINE)
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_QUOTED: Final = re.compile(
    r"“[^”“]*(?:”|\Z)|„[^“”]*[“”]|«[^»]*»|»[^«]*«|‹[^›]*›|「[^」]*」|『[^』]*』|《[^》]*》"
    r'|"[^"\n]*"|(?<!\w)[\'‘](?=\w)(?:[^\'‘’\n]|(?<=\w)[\'’](?=\w)){3,}[\'’](?!\w)'
    r"|^[ \t]*>[^\n]*|^[ \t]*—[^\n]*",
    re.MULTILINE,
)
_WHOLE: Final = re.compile(r'\s*["“«„「]([^"“”«»„「」]+)["”»“」]\s*\Z')
_ANSWER: Final = re.compile(
    r"\s*(?:A|AI|Answer|Assistant|Bot|Chatbot|Response|Reply|Antwort|Réponse|R|Respuesta|Risposta|Resposta|回答|答え|答"
    r"|アシスタント|助手)"
    r"\s*\d*\s*[:：]\s*",
    re.IGNORECASE,
)
_TURN: Final = re.compile(
    r"^[ \t]*(?:#{2,}|(?:Q|Question|User|Human|Person|Prompt|Instruction|Input|You|Frage|Nutzer"
    r"|Utilisateur|Pregunta"
    r"|Usuario|Domanda"
    r"|Pergunta|質問|問|ユーザー|用户|问)\s*\d*\s*[:：])",
    re.IGNORECASE | re.MULTILINE,
)
_PAGE: Final = re.compile(
    r"^[ \t]*(?:Posted by|Reply from|Re:|Views:|#\d+ |\[\d+:\d\d|From:|Discussion in|Chapter \d|\d+ comments"
    r"|Comments?$|Interview)|\b(?:wrote|said|says):\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_DIALOGUE: Final = re.compile(r"^[ \t]*[A-ZÄÖÜÉ][\w.]*(?: [A-Z][\w.]*)? ?: \S|^\w{1,8}：", re.MULTILINE)
_OPEN_SPEECH: Final = re.compile(r'^[^"“”„«\n]{1,200}[,.!?]["”»“](?!\S*\s*$)')
_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|(?<=[。！？])|\n+")


def unmarked(text: str) -> str:
    """Return a text with straight apostrophes and without control tokens, thoughts and marks of emphasis."""
    text = _UNSEEN.sub("", _THOUGHT.sub("", unicodedata.normalize("NFC", text)))
    return _EMPHASIS.sub("", _APOSTROPHE.sub("'", text)).strip()


def own_turn(prompt: str, text: str) -> str:
    """Return what a reply says itself: without the prompt again, an answer's label, and turns that it invents."""
    if prompt and (place := text[: len(prompt) + _ECHO].find(prompt)) >= 0:
        text = text[place + len(prompt) :]
    text = text[found.end() :] if (found := _ANSWER.match(text)) else text
    found = _TURN.search(text)
    return text[: found.start()] if found else text


def own_words(text: str) -> str:
    """Return a text with a gap for each quotation and piece of code.

    One that is a single quotation as a whole is taken for the model's own words.
    """
    if whole := _WHOLE.match(text):
        return whole[1]
    return _QUOTED.sub(GAP, _CODE.sub(GAP, text))


def others_speak(text: str) -> bool:
    """Return whether a text is a page, a forum, or speech of somebody in a story, before its first sentence ends."""
    return bool(_PAGE.search(text[:200]) or _OPEN_SPEECH.match(text))


def is_dialogue(prompt: str) -> bool:
    """Return whether a prompt is a conversation of other people, which a reply goes on with."""
    return len(_DIALOGUE.findall(prompt)) + prompt.rstrip().endswith(":") >= 2


def is_quotation(text: str) -> bool:
    """Return whether a text is a single quotation."""
    return bool(_WHOLE.match(text))


def is_verse(text: str) -> bool:
    """Return whether a text has three short lines in a row that don't end as sentences do."""
    lines = text.split("\n")
    short = [0 < len(line.split()) <= 12 and line.rstrip()[-1] not in ".:" for line in lines]
    return any(all(short[start : start + 3]) for start in range(len(lines) - 2))


def is_letter(text: str) -> bool:
    """Return whether a text begins as a letter, or as a play does."""
    return bool(
        re.match(
            r"\s*(?:Dear|Hi|Hello|Hey|Subject|To|Liebe[rs]?|Sehr geehrte\w*|Hallo|Betreff|Chère?s?|Bonjour|Objet"
            r"|Querid[oa]s?|Estimad[oa]s?|Asunto)\b[^.\n]{0,50}[,:!\n]"
            r"|[^\n.!?]{2,60}[,:!]\n\s*\n"
            r"|[^\n。]{1,16}(?:様|さん|へ|殿)\s*\n|\s*[A-Z]{2,}\s*:",
            text,
        )
    )


def sentences(text: str) -> list[str]:
    """Return the sentences and lines of a text, with single blanks."""
    return [" ".join(each.split()) for each in _SENTENCE.split(text) if each.strip()]
