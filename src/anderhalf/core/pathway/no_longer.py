"""Which drug that a text names is used no longer: stopped, not tolerated, or replaced by the one that stands beside it.

"Hoest van enalapril, overgezet op losartan" names two drugs and says that one is used. Careful with a switch of today:
an ACE inhibitor of yesterday is a danger beside sacubitril/valsartan (36 hours), so what is of now stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from anderhalf.core.decisions.facts import Fact
from anderhalf.core.pathway.elsewhere import longer_ago
from anderhalf.core.pathway.later import is_planned
from anderhalf.core.pathway.phrases import WORD_END, WORD_START

NOT_USED = re.compile(
    r"\b(?:gestopt|gestaakt|stopte|gestaakte|niet meer|geen|allergi\w*|stopped|no longer)\b", re.IGNORECASE
)
"""A clause with one of these says that the drug of that clause is not taken."""
_OF_NOW = re.compile(
    WORD_START
    + r"(?:vandaag|vanochtend|vanmorgen|vanmiddag|vanavond|vannacht|gisteren|eergisteren|morgen|overmorgen|"
    r"zojuist|zonet|net|straks|direct|meteen|start|begint|starten|beginnen|weer|opnieuw|beide|allebei|naast|samen|"
    r"\d+ uur|today|yesterday|tomorrow|tonight|again|both|together)" + WORD_END,
    re.IGNORECASE,
)
"""With one of these a switch is of now, or is none: both drugs may be in the body."""
_SWITCHED = (
    r"(?:vervangen|overgezet|omgezet|omgezette|overgestapt|overgegaan|overgeschakeld|gewisseld|omgewisseld|gewijzigd|"
    r"veranderd|geswitcht|geswitched|ingeruild|switched|changed|replaced|converted)"
)
_FILLER = (
    r"(?:is|was|werd|zijn|werden|en|inmiddels|destijds|al|toen|daarom|dus|in|om|wegens|vanwege|door|ivm|i\.v\.m\.|na|"
    r"die|dit|deze|hoest\w*|prikkelhoest|kriebelhoest|bijwerking\w*|klachten|hypotensie|duizeligheid|jeuk|huiduitslag|"
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|\d+(?:[.,]\d+)?|mg|x|dd|"
    r"daags|daagse|eerder|vorig|vorige|jaar|maand|week|reeds|volledig|goed|because|of|due|to|cough)"
)
_BETWEEN = rf"\W*(?:{_FILLER}\W+){{0,6}}?"
_AFTER = re.compile(
    rf"{_BETWEEN}(?:(?:wordt|worden)\s+)?(?:{_SWITCHED}\s+(?:door|op|naar|voor|in|met|to|by|with|for)|over\s+(?:op|naar)){WORD_END}"
    rf"|{_BETWEEN}(?:(?:werd|werden|is|was|bleek)\s+)?(?:niet|slecht|onvoldoende|not)\s+(?:goed\s+|te\s+)?"
    rf"(?:verdragen|verdraagbaar|tolerated){WORD_END}"
    rf"|{_BETWEEN}niet(?=\s*[,;.)]|\s*$)",
    re.IGNORECASE,
)
_NOT_BORNE = re.compile(
    WORD_START + r"(?:verdroeg|verdraagde|verdraagt|did not tolerate)\s+(?:\w+\s+)?$", re.IGNORECASE
)
_BEFORE = re.compile(
    WORD_START
    + r"(?:in\s+plaats\s+van|i\.?\s?p\.?\s?v\.?|ter\s+vervanging\s+van|vervangt|instead\s+of|rather\s+than)\s+"
    r"(?:de\s+|het\s+|een\s+|zijn\s+|haar\s+|the\s+)?$",
    re.IGNORECASE,
)
_ALREADY_NOT = re.compile(
    WORD_START + r"(?:overgevoelig(?:heid)?|intoleran\w*|allergi\w*)\s+(?:voor|van|op|bij|to|for)\s+"
    r"(?:de\s+|een\s+)?$",
    re.IGNORECASE,
)
_ONCE = re.compile(
    r"(?:" + WORD_START + r"(?:eerder|voorheen|vroeger|destijds|daarvoor|previously|formerly)|[(,]\s*was)\s+"
    r"(?:(?:ook|al|op|met|gebruikte|slikte|kreeg|de|het|een|on)\s+){0,2}$"
    r"|\((?:[^()]*\W)?(?:eerder|voorheen|vroeger|was|destijds|daarvoor|hiervoor|tot\s+(?:19|20)\d\d|previously|formerly|"
    r"until\s+(?:19|20)\d\d)\s(?!(?:[^()]*\W)?(?:nu|weer|opnieuw|now|again)\W)[^()]*$",
    re.IGNORECASE,
)
"""Before a drug of before: "lisinopril (eerder ramipril)"."""
_FROM = re.compile(WORD_START + r"(?:van|from)\s+(?:de\s+|het\s+)?$", re.IGNORECASE)
_TO = re.compile(
    r"(?:\W+[\w.,/]+){0,5}?\W+(?:naar|over\s+op|to)\s|(?:\W+[\w.,/]+){0,4}?\W+op\s", re.IGNORECASE
)
_VERB = re.compile(WORD_START + _SWITCHED + WORD_END, re.IGNORECASE)
_SUFFERED = re.compile(
    WORD_START
    + r"(?:(?:\w*hoest\w*|bijwerking\w*|klachten|last|jeuk|cough\w*|side\s+effects?)\s+(?:\w+\s+){0,2}"
    r"(?:op|van|door|bij|met|na|onder|from|on|with)|(?:was|stond|zat)\s+(?:\w+\s+){0,2}op|(?:gebruikte|slikte)(?:\s+\w+)?)"
    r"\s+(?:de\s+)?$",
    re.IGNORECASE,
)
_NOW_ANOTHER = re.compile(
    rf"\W+(?:(?:{_FILLER}|daarna|gebruikt|slikt|neemt|krijgt|heeft|staat|kreeg|and|takes|uses)\W+){{0,4}}?"
    r"(?:nu|daarom|sindsdien|inmiddels|thans|daarna|now)\W+"
    r"(?:(?:gebruikt|slikt|neemt|op|takes|on)\s+)?(?P<other>[^\W\d_]+)",
    re.IGNORECASE,
)
_AND = re.compile(WORD_START + r"(?:en|met|plus|naast|and|with)\s+$|\+\s*$", re.IGNORECASE)
_MAY_SAY = re.compile(
    _SWITCHED
    + r"|->|=>|→|over\s+(?:op|naar)|stop|sta+k|afbouw|uitsluip|bouwt|eerder|voorheen|vroeger|destijds|daarvoor|"
    r"hiervoor|previous|formerly|(?<![a-z])(?:tot|t/m|until|was)(?![a-z])|plaats\s+van|i\.?\s?p\.?\s?v|vervang|verdragen|"
    r"verdroeg|tolerate|instead|(?<![a-z])(?:nu|now|sindsdien|inmiddels|naar|to|overgevoelig\w*|intoleran\w*)(?![a-z])",
    re.IGNORECASE,
)
_PERHAPS_LATER = re.compile(
    WORD_START
    + r"(?:dan|daarna|vervolgens|waarna|later|straks|per|vanaf|then|afterwards)"
    + WORD_END
    + r"|->|→",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[;!?\n\r]+|(?<!\.[a-z])\.(?=\s|$)")
_WORD = re.compile(r"[^\W\d_]{3,}")
_YEAR = re.compile(r"(?<![\d-])(?:19|20)\d\d(?!\d)")


_LONG_SINCE = re.compile(
    WORD_START
    + r"(?:(?:weken|week|maanden|maand|jaar|jaren|weeks?|months?|years?)\s+(?:geleden|ago)|vorig\s+jaar|vorige\s+maand|"
    r"last\s+(?:year|month))" + WORD_END,
    re.IGNORECASE,
)
_RAS = r"(?:ace.?remmers?|acei|ace|arb'?s?|arni|sartanen|sartaan|ace.?inhibitors?)"
_SO_LONG_AGO = re.compile(
    r"(?:\d+|[a-z]+)\s+(?:dag|dagen|days?|week|weken|weeks?)\s+(?:geleden|terug|ago)" + WORD_END,
    re.IGNORECASE,
)
_ONE_OF = re.compile(WORD_START + _RAS + r"\s*(?:/|of|or|dan\s+wel)\s*(?:een\s+|an?\s+)?$", re.IGNORECASE)
"""Before a class of the same system: "ACE-remmer of ARNI" names one drug, not two."""
MEDICATION, A_FEW_DAYS = "medication", 7


def _nothing(_word: str) -> bool:
    return False


def _no_washout(_word: str) -> None:
    return None


def tells_of_change(sentence: str) -> bool:
    """Whether a sentence about drugs tells of a change, so that it may be that not all of them are used now."""
    return _MAY_SAY.search(sentence) is not None or _PERHAPS_LATER.search(sentence) is not None


def is_replaced(before: str, after: str, is_drug: Callable[[str], bool] = _nothing) -> bool:
    """Whether the sentence of which these are the halves around a drug says that this drug made place for another, or
    was not tolerated. `is_drug` knows the name of a drug."""
    if _ALREADY_NOT.search(before) or _ONCE.search(before):
        return True
    if _OF_NOW.search(before) or _OF_NOW.search(after):
        return False
    if _BEFORE.search(before):
        return True
    if _AFTER.match(after) and _not_only_no(before, after):
        return _AND.search(before) is None
    if _FROM.search(before) and (to := _TO.match(after)):
        return not to[0].lower().rstrip().endswith(" op") or bool(_VERB.search(before) or " over " in to[0])
    other = _NOW_ANOTHER.match(after) if _SUFFERED.search(before) else None
    return other is not None and is_drug(other["other"])


def _not_only_no(before: str, after: str) -> bool:
    """That "verdroeg diltiazem niet" says it; "diltiazem niet" alone is a denial that is read elsewhere."""
    found = _AFTER.match(after)
    bare = found is not None and found[0].lower().rstrip().endswith("niet")
    return not bare or _NOT_BORNE.search(before) is not None


def is_not_used(before: str, after: str, washout_hours: int | None = None) -> bool:
    """Whether a drug between these two halves of a sentence is said not to be used: in its own clause, replaced, or
    planned for later."""
    clause = f"{before.rpartition(',')[2]} {after.partition(',')[0]}"
    if NOT_USED.search(clause) is not None or is_replaced(before, after):
        return True
    return is_planned(before, after, washout_hours=washout_hours)


def is_change(fact: Fact) -> bool:
    """Whether a fact about drugs tells of a change of these days (an ACE inhibitor that was stopped), not of use."""
    return fact.group == MEDICATION and fact.max_age_days is not None and fact.max_age_days <= A_FEW_DAYS


def is_no_more(fact: Fact, before: str, words: str, after: str, *, washout_hours: int | None = None) -> bool:
    """Whether the sentence says that a drug is not used (yet), or that a change was long ago."""
    if not is_change(fact):
        either = _ONE_OF.search(before) is not None and re.fullmatch(_RAS, words, re.IGNORECASE) is not None
        return either or is_not_used(before, after, washout_hours)
    sentence = f"{before} {words} {after}"
    ago = _SO_LONG_AGO.search(words) or _SO_LONG_AGO.match(after.lstrip())
    if ago is not None and longer_ago(ago[0], 0, len(ago[0]), days=fact.max_age_days or A_FEW_DAYS):
        return True
    return _LONG_SINCE.search(sentence) is not None and not _OF_NOW.search(sentence)


def changed_by(before: str, words: str, after: str) -> date | None:
    """The last day on which a drug can have been stopped, when the sentence gives a year and nothing is of now."""
    sentence = f"{before} {words} {after}"
    years = [int(one) for one in _YEAR.findall(sentence)]
    return date(max(years), 12, 31) if years and not _OF_NOW.search(sentence) else None


def without_replaced(
    text: str, is_drug: Callable[[str], bool], washout_of: Callable[[str], int | None] = _no_washout
) -> str:
    """The text, of the same length, with dots for every drug that it says made place for another, or comes only after
    another has stopped. `washout_of` gives the hours that a drug must then be kept from the other."""
    if not _MAY_SAY.search(text):
        return text
    letters, start = list(text), 0
    for end in [*(one.start() for one in _SENTENCE.finditer(text)), len(text)]:
        sentence = text[start:end]
        for found in _WORD.finditer(sentence) if _MAY_SAY.search(sentence) else ():
            before, after = sentence[: found.start()], sentence[found.end() :]
            if is_drug(found[0]) and (
                is_replaced(before, after, is_drug)
                or is_planned(before, after, washout_hours=washout_of(found[0]))
            ):
                letters[start + found.start() : start + found.end()] = "·" * len(found[0])
        start = end + 1
    return "".join(letters)
