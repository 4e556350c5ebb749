"""Marks of an assistant's style. They say how a reply is dressed, not how good it is."""

import re
from typing import Final, NamedTuple

from alignscope.measure.wording.words import words_of

_ITEM: Final = re.compile(r"^[ \t]*(?:[-*+•・]|\d{1,3}[.)]|[a-z]\))[ \t]+\S", re.MULTILINE)
_HEADING: Final = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+\S", re.MULTILINE)
_BOLD: Final = re.compile(r"\*\*(?=\S)[^*\n]{1,200}(?<=\S)\*\*|__(?=\S)[^_\n]{1,200}(?<=\S)__")
_FENCE: Final = re.compile(r"^[ \t]*```", re.MULTILINE)
_ROW: Final = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_OPENER: Final = re.compile(
    r"\W*(sure(?: thing)?|certainly|of course|absolutely|great (?:question|choice)|good question"
    r"|happy to|glad to|i'd be"
    r" (?:happy|glad)|here(?:'s| is| are)|thank you for|gerne?|natürlich|klar|gute frage|bien sûr"
    r"|avec plaisir|bonne"
    r" question|voici|claro|por supuesto|con gusto|buena pregunta|aquí (?:tienes|está)"
    r"|もちろん|はい|承知|喜んで)(?![a-zà-ÿ])",
    re.IGNORECASE,
)
_HEDGE: Final = re.compile(
    r"\b(?:may|might|perhaps|possibly|probably|likely|generally|typically|usually|often"
    r"|it depends|i think|i believe|it"
    r" seems|in general|vielleicht|möglicherweise|wahrscheinlich|in der regel|ich denke|peut-être|probablement|en"
    r" général|il semble|quizás?|tal vez|probablemente|en general|creo que)\b|かもしれ|おそらく|たぶん|と思い|一般的に",
    re.IGNORECASE,
)
_OFFER: Final = re.compile(
    r"\b(?:let me know|feel free|would you like|do you want|if you(?:'d| would) like"
    r"|anything else|i can also|hope this"
    r" helps|happy to help|sag (?:mir )?bescheid|möchtest du|möchten sie|kann ich (?:dir|ihnen) noch|n'hésitez pas"
    r"|souhaitez-vous|voulez-vous|veux-tu|no dudes|no dude|quieres|te gustaría|desea)\b"
    r"|お知らせください|いかがでしょう|お気軽",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FIRST: Final = _words(
    "i me my mine myself we us our ich mir mich mein meine wir uns unser je j me moi mon ma mes"
    " nous notre nos yo mí mi"
    " mis conmigo nosotros nuestro nuestra"
)
_SECOND: Final = _words(
    "you your yours yourself du dir dich dein deine ihnen ihr tu te toi ton ta tes vous votre"
    " vos tú ti usted ustedes"
    " tus contigo"
)
_FIRST_UNSPACED: Final = re.compile("私|僕")
_SECOND_UNSPACED: Final = re.compile("あなた|君")
_SENTENCES: Final = re.compile(r"(?<=[.!?。！？])\s*")


class Style(NamedTuple):
    """Marks of one reply. Word lists are short and of English, German, French, Spanish and Japanese."""

    items: int
    """Lines of lists."""
    headings: int
    bold: int
    fences: int
    """Blocks of code, as Markdown writes them."""
    rows: int
    """Of tables."""
    opener: str
    """A phrase such as "Sure" with which it begins, in lower case; "" for none."""
    hedges: int
    """Phrases such as "it depends"."""
    offers: bool
    """Whether its last sentence or the one before offers more, or asks for what is wanted."""
    first_person: int
    """Words."""
    second_person: int
    words: int
    """Of the whole reply, to set the others in proportion to."""


def style(text: str) -> Style:
    """Return the marks of a reply's style."""
    words = words_of(text)
    opener = _OPENER.match(text.replace("’", "'"))
    sentences = [each for each in _SENTENCES.split(text.replace("’", "'").strip()) if each]
    return Style(
        items=len(_ITEM.findall(text)),
        headings=len(_HEADING.findall(text)),
        bold=len(_BOLD.findall(text)),
        fences=(len(_FENCE.findall(text)) + 1) // 2,
        rows=len(_ROW.findall(text)),
        opener=opener[1].casefold() if opener else "",
        hedges=len(_HEDGE.findall(text)),
        offers=any(_OFFER.search(each) for each in sentences[-2:]),
        first_person=sum(word in _FIRST for word in words) + len(_FIRST_UNSPACED.findall(text)),
        second_person=sum(word in _SECOND for word in words) + len(_SECOND_UNSPACED.findall(text)),
        words=len(words),
    )
