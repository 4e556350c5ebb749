"""German."""

import re
from typing import Final

from alignscope.measure.unanswerable.languages.language import Language, pattern
from alignscope.measure.wording.words import words_of

_NUMBER: Final = (
    r"\d|\b(?:null|eins?|eine?[nm]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|\w+zehn|\w*zwanzig"
    r"|\w*(?:dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|\w*hundert|\w*tausend|million\w*|milliarden?"
    r"|dutzend|keine[rns]?|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|montag"
    r"|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b"
)
_KNOW: Final = (
    r"(?:wissen|sagen|kennen|sehen|erkennen|beantworten|vorhersagen|vorhersehen|voraussagen|voraussehen|prophezeien"
    r"|erraten|herausfinden|nachsehen|nachschauen|bestätigen|überprüfen|feststellen|bestimmen|beurteilen|abschätzen"
    r"|angeben|beziffern|zählen|finden|zuordnen|einordnen|anfangen|erinnern)"
)

GERMAN: Final = Language(
    marks=words_of(
        "was wer wie wo wann warum wen wem wessen welche welcher welches welchen wird werden ist sind hat der die das"
        " den dem mein meine meiner meines meinem von im am viele alt heißt an ein eine es ich"
    ),
    says=pattern(
        r"\b(?:weiß|wissen|kenne|kennen|sehe|finde|verstehe|erinnere) (?:ich|wir|mich)\b(?: \w+){0,4}? (?:nicht|kein\w*"
        r"|nichts|auch nicht)\b(?!,? (?:warum|wieso|weshalb)\b)"
        r"|\b(?:ich|wir) (?:weiß|wissen|kenne|kennen|sehe|finde|verstehe)\b(?: \w+){0,6}? (?:nicht|kein\w*|nichts"
        r"|nie)\b(?!,? (?:warum|wieso|weshalb)\b)"
        r"|\b(?:weiß|wissen|wusste|kennt|kann|könnte|konnte|vermag)\b(?: \w+){0,4}? (?:niemand|keiner|kein mensch)\b"
        r"|\b(?:niemand|keiner|kein mensch)\b(?: \w+){0,6}? (?:weiß|kennt|wissen|sagen|vorhersagen|kann|hat|war|zählte"
        r"|gezählt)\b"
        rf"|\b(?:kann|können|könnte|lässt|lassen|konnte|vermag)\b(?: [\w,]+){{0,9}}? (?:nicht|kaum|unmöglich|nichts"
        rf"|niemand|keiner)\b(?: \w+){{0,4}}? (?:zu )?{_KNOW}\b"
        rf"|\b(?:unmöglich|schwer|nicht möglich|zu früh|keine möglichkeit)\b[^.]{{0,60}}\b(?:zu \w+|{_KNOW}|\w+zu\w+)\b"
        r"|\bgibt es\b(?: \w+){0,4}? (?:nicht|kein\w*|nie)\b|\bes (?:gibt|gab)\b(?: \w+){0,4}? (?:kein\w*|nicht)\b"
        r"|\bexistier\w*(?: \w+){0,4}? (?:nicht|kein\w*)\b|\b(?:nicht|nie|niemals) existier\w*"
        r"|\b(?:habe|haben|besitze|hätte)\b(?: \w+){0,3}? (?:kein\w*|nie)\b(?: \w+){0,4}? (?:information\w*|zugriff"
        r"|zugang"
        r"|angabe\w*|ahnung|daten|kenntnis\w*|wissen|antwort\w*|quelle\w*|möglichkeit\w*|einblick\w*|gehört|unterlagen"
        r"|hinweis\w*|eintrag)"
        r"|\b(?:liegen|liegt|finden sich|findet sich)\b(?: \w+){0,3}? (?:kein\w*|nichts)\b"
        r"|\bkein\w* (?:\w+ )?(?:information\w*|angaben|daten|aufzeichnung\w*|belege?|quellen?|überlieferung\w*)\b"
        r"|\b(?:sagt|sagen) mir (?:\w+ )?(?:nichts|leider nichts)\b|\b(?:noch )?nie(?:mals)?(?: \w+){0,3} gehört\b"
        r"|\b(?:nicht|un)(?: \w+)? ?(?:bekannt|überliefert|verzeichnet|vorhersehbar|vorhersagbar|dokumentiert|belegt"
        r"|festgehalten|aufgezeichnet|erfasst)\b|\b(?:un(?:bekannt|vorhersehbar|vorhersagbar|beantwortbar))\w*"
        r"|\b(?:erfunden\w*|ausgedacht\w*|fiktiv\w*|frei erfunden|fantasie\w*|phantasie\w*)\b"
        r"|\b(?:hast|haben|hat) (?:du|sie|mir|es)\b(?: \w+){0,5}? (?:nicht|nie|noch nicht)\b(?: \w+){0,2}?"
        r" (?:gesagt|erzählt|verraten|mitgeteilt|erwähnt|genannt|gezeigt|beschrieben)\b"
        r"|\b(?:nur|das) (?:du|sie)(?: selbst)? (?:weißt|wissen|kannst|können)\b|\bweißt nur du\b"
        r"|\b(?:nie|nicht|niemals|noch nie)(?: \w+){0,3} (?:gezählt|gemessen|aufgeschrieben|festgestellt|erforscht)\b"
        r"|\bkein\w* (?:[\w„“\"]+ ){1,6}bekannt\b|\b(?:ist|sind|war) kein\w* (?:\w+ ){0,3}(?:element|wort|tier|land|ort"
        r"|planet|mond|buch|roman|gemälde|begriff|ding|name|bekannt\w*|echt\w*|real\w*|wirklich\w*)\b"
        r"|\bsteht noch nicht fest\b|\bin der zukunft\b|\bnoch nicht (?:stattgefunden|passiert|geschehen|gespielt)\b"
        r"|\bhängt (?:\w+ )*(?:ab|davon)\b|\breine?r? (?:zufall|glückssache|spekulation)\b|\bzufall\b"
        r"|\bbin (?:ich )?mir (?:\w+ )?(?:nicht|un)(?: \w+)? ?sicher\b|\bohne (?:mehr|weitere|nähere) \w+"
        r"|\bkeine ahnung\b|\bbin überfragt\b|\büberfragt\b|\bmeinst du (?:vielleicht|etwa|eventuell)\b"
        r"|\b(?:wahrsager|hellseher\w*|kristallkugel)\b"
    ),
    calls=pattern(
        r"\W*(?:(?:ja|nein|klar|natürlich|gern(?:e)?|sicher|gut|hallo|hi|hm+|oh|ach|also|na ja|leider|okay"
        r"|(?:es )?tut mir (?:\w+ )?leid|entschuldigung|verzeihung)\b[\s,!.]*"
        r"|(?:das ist )?(?:eine )?(?:gute|schöne|interessante|spannende|tolle) frage[.!]*"
        r"|lass mich (?:nachdenken|überlegen)[.!]*|danke[^.!?]*[.!]*)+"
    ),
    yes_no=pattern(
        r"\W*(?:wird|werden|ist|sind|hat|haben|kann|können|gibt|war|waren|soll|muss|darf|regnet|gewinnt|kommt|kommen"
        r"|bin|habe|werde|mag|will|fällt|geht|lebt|steht)\b"
    ),
    says_yes=pattern(r"\W*(?:ja|nein|jawohl|nö|doch|sicher|bestimmt|wahrscheinlich|vermutlich|auf jeden fall)\b"),
    number_asked=pattern(
        r"\bwie (?:viele?|alt|weit|lange|hoch|tief|oft|groß|schwer|spät)\b|\bwelche[sn]? (?:zahl\w*|jahr|datum|seite"
        r"|tag"
        r"|nummern?)\b|\bwann\b|\bzahlen\b"
    ),
    number=pattern(_NUMBER),
    how_many=pattern(r"\bwie viele\b"),
    counted=pattern(
        rf"(?:{_NUMBER})[\d,.]* (?!(?:oder|und|bis|in|im|auf|von|millionen|milliarden|tausend|hundert"
        rf"|uhr)\b)([a-zäöüß]{{4,}})"
    ),
    takes_up=pattern(
        r"\W*(?:es|(?:das|dies)(?= (?:ist|war|sind|waren|wird|hat|kann|macht|heißt|sieht)\b)|er|sie|seine?|ihre?"
        r"|sein name|ihr name|der name|die antwort|du|dein\w*|ihr"
        r"|weil|dort|dein onkel)\b"
    ),
    takes_up_later=pattern(r"\b(?:es|er|ihn|ihm|sie|du|dich|dir|dein\w*|ihnen)\b"),
    named=pattern(
        r"\W*(?:der|die|das) (?:\w+ )?(?:autor\w*|schriftsteller\w*|erfinder\w*|maler\w*|sieger\w*|gewinner\w*|könig\w*"
        r"|hauptstadt|sprache|farbe|gegenteil|symbol|zahl(?:en)?|nummern?|wort|name|datum|planet) (?:ist|war|sind|waren"
        r"|heißt|wird|lautet|lauten) (?!von\b)"
    ),
    verb=pattern(
        r"\b(?:ich \w+e|wir \w+en|ist|sind|war|waren|wird|werden|hat|haben|habe|kann|können|macht|sagt|gibt|geht"
        r"|kommt|braucht|brauchen"
        r"|lebt"
        r"|leben|isst|fressen|frisst|mag|will|weiß|denkt|steht|heißt|heißen|schreibt|malt|nimm|nehmen|frag|lies|liebe"
        r"|hoffe|sehe|trinke|gehe|spielt|gespielt|kostet|mach\w*|fahren|fährt|scheint|regnet|schneit|beginnt|bleibt"
        r"|liegt|kauft|findet)\b"
    ),
    of=pattern(
        r"\b(?:von|für|des) (?:(?:der|dem|einem|einer) )?[\"„]?(\w{3,})(?!.*\b(?:ge|er|ver|be|ent)\w+(?:t|en)\W*$)"
    ),
    leads=re.compile(r"(?:Auf|In|Im|Am|Um|Vor|Nach|Bei|Seit|Mit) [^,.]{1,40}, "),
    common=words_of(
        "wird werden welche welcher welches welchen wessen viele haben hatte meine meiner meines meinem meinen deine"
        " deiner eine einer eines einem einen dass dieser diese dieses nicht auch noch über unter nach nächste nächsten"
        " erste ersten erster name namens heißt zahl farbe farben morgen gestern sind"
    ),
    name=re.compile(r"(?!)"),  # nouns begin with a capital, too
)
