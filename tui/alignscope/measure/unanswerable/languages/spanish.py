"""Spanish."""

import re
from typing import Final

from alignscope.measure.unanswerable.languages.language import Language, pattern
from alignscope.measure.wording.words import words_of

_NUMBER: Final = (
    r"\d|\b(?:cero|un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w+"
    r"|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien(?:to)?s?|mil|millones|millón|docena"
    r"|ningun[oa]|ningún|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|lunes"
    r"|martes|miércoles|jueves|viernes|sábado|domingo)\b"
)
_KNOW: Final = (
    r"(?:saber|decir|conocer|ver|responder|contestar|predecir|prever|adivinar|determinar|encontrar|identificar"
    r"|verificar"
    r"|confirmar|calcular|contar|reconocer|asegurar|dar|anticipar|recordar)(?:l[oae]s?|te|os)?"
)

SPANISH: Final = Language(
    marks=words_of(
        "cuál cual cuáles qué que quién quien quiénes cuántos cuántas cuantos cuantas cuándo cuando dónde donde cómo"
        " como"
        " es el la los las de del mi mis en tiene hay se ¿ fue una un su al por"
    ),
    says=pattern(
        r"\bno (?:lo |la |los |las |me |te |se |le )*(?:sé(?! por qué)|sabemos|sabe|saben|sabría|conozco|conoce"
        r"|conocemos|conocen"
        r"|encuentro|encuentra|encontré|veo|recuerdo|reconozco|entiendo|consta|suena|ha existido|existe|existen|existía"
        r"|existió|aparece|figura|hay|había|ha sido|han sido|se ha|está (?:claro|registrad\w|documentad\w))\b"
        r"|\bno (?:lo |la |me |te |se |le )*(?:he|hemos|ha|han|has|tengo|tenemos|tiene|dispongo|poseo|cuento con)\b"
        r"(?: \w+){0,4}? (?:información|informaciones|datos|acceso|forma|manera|modo|idea|constancia|registros?"
        r"|respuesta"
        r"|noticia|medios|conocimiento|cómo|oído|encontrado|dicho|contado|mencionado|compartido|dado|hablado|ocurrido"
        r"|pasado|jugado|explicado|contad\w+|medid\w+)\b"
        rf"|\bno (?:lo |la |se |te |me )*(?:puedo|puede|podemos|pueden|podría|es posible|hay (?:forma|manera|modo))\b"
        rf"(?: \w+){{0,3}}? ?{_KNOW}\b"
        r"|\b(?:nadie|ninguna persona|ningún humano)\b(?: \w+){0,3}? \w+"
        rf"|\b(?:imposible|difícil|demasiado pronto|no es posible)\b(?: (?:de|para))?(?: \w+){{0,3}}? ?{_KNOW}\b"
        r"|\bimposible\b"
        r"|\bno existe\b|\bno es (?:un|una|ningún|ninguna) (?:\w+ )?(?:país|palabra|animal|elemento|objeto|real"
        r"|conocid\w"
        r"|existente)|\bningún (?:\w+ )?(?:país|animal|elemento|libro|registro|dato|planeta)\b"
        r"|\bninguna (?:\w+ )?(?:palabra|información|novela|idea|persona|fuente)\b"
        r"|\b(?:desconocid[oa]s?|imprevisibles?|impredecibles?|inexistentes?|ficticio|ficticia|inventad[oa]"
        r"|imaginari[oa])\b"
        r"|\b(?:lo )?(?:desconozco|ignoro)\b|\bse desconoce\b|\bni idea\b|\bnunca\b(?: \w+){0,3} (?:oído|escuchado"
        r"|contad\w+"
        r"|sabido|existido|registrad\w+|escrito|medido)\b"
        r"|\bno me (?:lo )?(?:has|ha|han) \w+|\bsolo (?:tú|usted)\b|\b(?:solo|sólo) lo sab\w+|\btú (?:sabes"
        r"|eres quien)\b"
        r"|\bsi me (?:lo )?(?:dices|dice|cuentas)\b|\bsin (?:más|mirar|ver|saber|conocer)\b"
        r"|\bdepende(?:rá)?\b|\bazar\b|\btodavía no\b|\baún no\b|\ben el futuro\b|\bno (?:\w+ )?(?:segur[oa]"
        r"|ciert[oa])\b"
        r"|\bbola de cristal\b|\bte refieres (?:quizás?|tal vez|acaso) a\b|\bcon certeza\b|\bno queda constancia\b"
    ),
    calls=pattern(
        r"\W*(?:(?:sí|si|no|claro|por supuesto|desde luego|hola|vaya|bueno|ay|oh|lo siento(?: mucho)?|lamentablemente"
        r"|perdón|disculpa|de acuerdo|con gusto|mmm+|pues)\b[\s,!.]*"
        r"|(?:es |¡?qué )?(?:una )?(?:buena|gran|excelente|interesante) pregunta[.!]*"
        r"|(?:es )?una pregunta interesante[.!]*"
        r"|déjame pensar[.!]*|gracias[^.!?]*[.!]*)+"
    ),
    yes_no=pattern(
        r"\W*(?!(?:a |de |en |por |con |para |desde )?(?:qu[ée]|qui[ée]n\w*|cu[áa]\w*|d[óo]nde|c[óo]mo)\b)\w.*\?"
    ),
    says_yes=pattern(r"\W*(?:sí|si,|no|claro|seguramente|probablemente|seguro|sin duda)"),
    number_asked=pattern(
        r"\bcu[áa]nt[oa]s?\b|\bcu[áa]ndo\b|\bqué (?:edad|número|números|año|fecha|página|día|hora)\b|\bnúmeros\b"
        r"|\bcu[áa]l(?:es)? (?:es|son|será|serán) (?:el|los) números?\b"
    ),
    number=pattern(_NUMBER),
    how_many=pattern(r"\bcu[áa]nt[oa]s\b"),
    counted=pattern(rf"(?:{_NUMBER})[\d,.]* (?!(?:o|y|a|en|de|sobre|mil|millones|cientos?|horas?)\b)([a-zà-ÿ]{{4,}})"),
    takes_up=pattern(
        r"\W*(?:es|son|era|fue|será|eso|esto|él|ella|ellos|ellas|su|sus|se llama|la respuesta|el nombre|su nombre|tú|tu"
        r"|tus|usted|porque|hay|tiene|tienes|lo|la inventó|allí)\b"
    ),
    takes_up_later=pattern(r"\b(?:lo|él|ella|le|tu|tus|te|su|usted|se)\b"),
    named=pattern(
        r"\W*(?:el|la|los) (?:\w+ )?(?:autora?|escritora?|inventora?|pintora?|ganadora?|rey|capital|idioma|lengua|color"
        r"|contrario|símbolo|números?|palabra|nombre|fecha|planeta)(?: \w+)? (?:es|era|fue|son|será|serán|se llama) "
    ),
    verb=pattern(
        r"\b(?:es|son|era|eran|fue|será|ha|han|había|hace|hacen|va|van|puede|pueden|dice|da|vive|come|comen|quiere|sabe"
        r"|piensa|escribe|pinta|juega|toma|pregunta|lee|espero|veo|hay|tiene|tienen|está|están|necesita\w*|cuesta|gusta"
        r"|fuimos|comimos|hará|harán|hizo|queda|empieza|llueve|puedo|ayudo|podrías|prefiere|habl(?:a|an|o|amos)"
        r"|\w{3,}amos)\b"
    ),
    of=pattern(r"\b(?:de|del|para) (?:(?:el|la|los|las|un|una) )?[\"«“]?(\w{3,})"),
    leads=re.compile(r"(?:En|El|A|Para|Según|Desde|Ayer|Anoche|Mañana) ?[^,.]{0,40}, "),
    common=words_of(
        "cuál cuáles cual cuales quién quiénes quien cuántos cuántas cuantos cuantas cuándo dónde cómo qué tiene tienen"
        " este esta esto esos para sobre como entre desde nombre llama color número próxima próximo primer primera"
        " mañana"
        " ayer gente mucho muchos"
    ),
)
